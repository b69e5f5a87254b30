"""``/interview/session/{id}/dictation``: for who would rather speak than type."""

from __future__ import annotations

import io
import re
import wave

from fastapi import APIRouter, Request

from tokens.adapters.http.depends import Admitted, Wired
from tokens.adapters.http.fields import SessionId
from tokens.adapters.http.interview_models import DictationResponse
from tokens.adapters.http.problems import problems
from tokens.domain.callers import must_reach
from tokens.domain.errors import UnsupportedMediaType
from tokens.domain.recordings import MAX_BYTES

router = APIRouter(prefix="/interview", tags=["interview"])

MEDIA_TYPE = "audio/wav"
BOUND = (re.compile(r"/interview/session/[^/]+/dictation"), MAX_BYTES)
"""Its bodies are larger than others."""


def empty_wav(rate: int) -> str:
    """An example that JSON can hold: a file with no sound in it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
    return file.getvalue().decode("ascii")


@router.post(
    "/session/{session_id}/dictation",
    responses=problems(401, 403, 404, 409, 413, 415, 422, 500, 502, 503),
    openapi_extra={
        "requestBody": {
            "description": "A WAV file of 60 s at most: 16-bit PCM, mono, 8,000 to 48,000 samples a second.",
            "required": True,
            "content": {
                MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}, "example": empty_wav(8192)}
            },
        }
    },
)
async def dictation(
    session_id: SessionId, request: Request, caller: Admitted, services: Wired
) -> DictationResponse:
    """What is said in a recording, as text. The candidate reads it, changes it, and sends it as the answer.

    Nothing is said in the interview by this, and nothing of it is kept.
    """
    must_reach(caller, session_id)
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != MEDIA_TYPE:
        raise UnsupportedMediaType(f"{given or 'no media type'} is not taken here: send {MEDIA_TYPE}")
    dictated = await services.dictation.dictate(caller, session_id, request.body)
    return DictationResponse(text=dictated.text, duration_s=round(dictated.duration_s, 3))
