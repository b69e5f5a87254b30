"""An interview as it happens: server-sent events, which resume where they broke off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from viva_shared.broker import FIRST, OutputFeed
from viva_shared.broker.entries import ENTRY_ID
from viva_shared.events import (
    AnswerScored,
    Envelope,
    InterviewEnded,
    Payload,
    QuestionAsked,
    ReplyCancelled,
    ReplyChunk,
    ReplyFinished,
    ReplyStarted,
    StageChanged,
)

from tokens.adapters.http.depends import Admitted, Wired
from tokens.adapters.http.fields import Form, SessionId
from tokens.adapters.http.problems import problems
from tokens.application.courses import Courses
from tokens.domain.callers import must_be_recruiter, sees_scores
from tokens.domain.course import Course, is_after

router = APIRouter(prefix="/interview", tags=["interview"])

SHOWN: tuple[type[Payload], ...] = (
    *(ReplyStarted, ReplyChunk, ReplyFinished, ReplyCancelled),
    *(StageChanged, QuestionAsked, InterviewEnded),
)
QUIET_S = 15.0
"""Without an event for so long it is asked whether any may come; after the end none does, no score either."""
MAX_WAITING = 200
"""Events that are kept here for a slow reader."""
SEND_TIMEOUT_S = 30.0
"""After that a reader who takes nothing is gone; it may come back."""

EventId = Annotated[str, Form(ENTRY_ID.pattern, "the id of an event, as it was given out")]
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events: "
        + ", ".join(shown.model_fields["type"].default for shown in SHOWN)
        # the scores are not for everybody
        + ", answer.scored (where scores are shown), utterance.heard (where asked for). `data` is JSON; "
        "the stream ends with the interview.",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "x-events": {"$ref": "#/components/schemas/InterviewEvents"},
            }
        },
    },
    204: {"description": "The interview is over, and there is no event after this one."},
}


@router.get(
    "/session/{session_id}/events",
    response_class=EventSourceResponse,
    responses=STREAM | problems(401, 403, 404, 409, 422, 503),
)
async def events(
    session_id: SessionId,
    caller: Admitted,
    services: Wired,
    after: Annotated[
        EventId | None,
        Query(description="Only what comes after this event, such as `last_event_id` of the session."),
    ] = None,
    last_event_id: Annotated[
        EventId | None, Header(description="The same, as browsers send it when they connect again.")
    ] = None,
    utterances: Annotated[
        bool,
        Query(
            description="Whether what the candidate said is told, too: as `utterance.heard`, without an id, "
            "right before the `reply.started` that answers it, and again with that. For recruiters."
        ),
    ] = False,
) -> Response:
    """The interview as it happens, from its beginning or from an event on."""
    if utterances:
        must_be_recruiter(caller)
    reading = await services.courses.reach(caller, session_id)
    shown = SHOWN
    if sees_scores(caller, reading.scenario):
        shown = (*SHOWN, AnswerScored)
    begin = last_event_id or after or FIRST
    if _is_done(reading.course, begin, shown):
        return Response(status_code=204)
    stream = _stream(services.courses, services.feed, reading.course, begin, shown, utterances=utterances)
    return EventSourceResponse(stream, send_timeout=SEND_TIMEOUT_S)


async def _stream(
    courses: Courses,
    feed: OutputFeed,
    course: Course,
    read_to: str,
    shown: tuple[type[Payload], ...],
    *,
    utterances: bool,
) -> AsyncIterator[ServerSentEvent]:
    while True:
        try:
            async with feed.follow(course.interview_id, read_to, limit=MAX_WAITING) as outputs:
                while True:
                    async with asyncio.timeout(QUIET_S):
                        read_to, event = await anext(outputs)
                    if is_after(read_to, course.last_output):
                        course.see_output(read_to, event)
                    if utterances and (heard := await courses.utterance_before(event)):
                        yield _told(None, heard)
                    if isinstance(event.data, shown):
                        yield _told(read_to, event)
                    if _is_done(course, read_to, shown):
                        return
        except TimeoutError:
            if course.ended or not await courses.is_open(course.interview_id):
                return


def _is_done(course: Course, read_to: str, shown: tuple[type[Payload], ...]) -> bool:
    """Whether there is nothing more to come after this event."""
    is_over = course.is_settled if AnswerScored in shown else course.is_over
    return is_over and not is_after(course.last_output, read_to)


def _told(entry_id: str | None, event: Envelope) -> ServerSentEvent:
    return ServerSentEvent(event.data.model_dump_json(exclude={"type"}), event=event.type, id=entry_id)
