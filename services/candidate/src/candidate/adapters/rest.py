"""An interview in writing, by REST. Every call has a key, and is repeated under it until it is answered."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from candidate.application.ports import RoomClosedError, RoomRefusedError
from candidate.application.writing import Asked

BUSY = frozenset({429, 503})
PAUSE_S = 1.0


class _Progress(BaseModel):
    label: str
    complete: bool


class _Answer(BaseModel):
    turn_id: str | None
    question: str | None
    progress: _Progress
    score: int | None = None
    reason: str = ""

    def asked(self) -> Asked:
        label, complete = self.progress.label, self.progress.complete
        return Asked(self.turn_id, self.question, label, complete, self.score, self.reason)


class RestInterview:
    """One interview of one candidate.

    Args:
        http: its base URL is the front door's.
        patience_s: how long a call may be repeated.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        session_id: str,
        name: str,
        *,
        scenario: str | None = None,
        patience_s: float = 60.0,
    ) -> None:
        self._http = http
        self._session_id = session_id
        self._name = name
        self._scenario = scenario
        self._patience_s = patience_s

    async def start(self, *, switch: bool = False) -> Asked:
        """Begin, with consent; ``switch``: go on with one held by voice. Raises RoomRefusedError."""
        body: dict[str, Any] = {"session_id": self._session_id, "candidate_name": self._name, "consent": True}
        if switch:
            body["switch"] = True
        if self._scenario:
            body["scenario"] = self._scenario
        try:
            return _Answer.model_validate(await self._post("/interview/start", body)).asked()
        except (RoomClosedError, ValidationError) as error:
            raise RoomRefusedError(f"the interview does not begin: {error}") from error

    async def answer(self, asked: Asked, text: str) -> Asked:
        """Answer what was asked. Raises RoomClosedError."""
        body = {"session_id": self._session_id, "turn_id": asked.turn_id, "answer": text}
        return _Answer.model_validate(await self._post("/interview/answer", body)).asked()

    async def finish(self) -> None:
        """End it, and wait for the report. Raises RoomClosedError."""
        await self._post("/interview/finish", {"session_id": self._session_id})

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        headers = {"Idempotency-Key": uuid4().hex}
        clock = asyncio.get_running_loop().time
        give_up = clock() + self._patience_s
        while True:
            pause = PAUSE_S
            try:
                answer = await self._http.post(path, json=body, headers=headers)
            except httpx.TransportError as error:
                why = f"{path} does not answer ({error or type(error).__name__})"
            else:
                if answer.is_success:
                    return answer.json()
                why = f"{path} says {answer.status_code}: {answer.text[:300]}"
                if answer.status_code not in BUSY:
                    raise RoomClosedError(why)
                pause = float(answer.headers.get("Retry-After", pause))
            if clock() + pause > give_up:
                raise RoomClosedError(why)
            await asyncio.sleep(pause)
