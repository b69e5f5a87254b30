"""Under ``/interview``: interviews in writing, as their candidates hold them."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request

from tokens.adapters.http.depends import Admitted, Wired
from tokens.adapters.http.fields import SessionId
from tokens.adapters.http.idempotency import IdempotencyKey, call_of
from tokens.adapters.http.interview_models import (
    AnswerRequest,
    AnswerResponse,
    ConsentRequest,
    ConsentResponse,
    ConsentState,
    FinishResponse,
    ProgressView,
    SessionRequest,
    SessionResponse,
    StartRequest,
    StartResponse,
    next_steps,
)
from tokens.adapters.http.problems import problems
from tokens.application.reading import Reading
from tokens.domain.callers import sees_scores
from tokens.domain.so_far import report_so_far

router = APIRouter(prefix="/interview", tags=["interview"])


@router.post("/start", status_code=201, responses=problems(401, 403, 404, 409, 422, 503))
async def start(
    request: Request, body: StartRequest, caller: Admitted, services: Wired, key: IdempotencyKey = None
) -> StartResponse:
    """Begin an interview in writing, and get the first question.

    An interview that is there already is found where it is. Without a `session_id` and a key, each call
    begins a new one.
    """
    said = await services.starting.start(
        caller,
        call_of(request, caller, key, body),
        body.brief,
        session_id=body.session_id,
        candidate_name=body.candidate_name and body.candidate_name.strip(),
        consent=body.consent,
        switch=body.switch,
    )
    return StartResponse.of(said)


@router.post("/consent", responses=problems(401, 403, 404, 409, 422, 503))
async def consent(body: ConsentRequest, caller: Admitted, services: Wired) -> ConsentResponse:
    """Agree to the notice that an AI interviews and scores: before anything is asked, or listened to."""
    given = await services.starting.consent(caller, body.session_id)
    return ConsentResponse(session_id=body.session_id, consented_at=given.at, notice=given.notice)


@router.post("/answer", responses=problems(401, 403, 404, 409, 413, 422, 503))
async def answer(
    request: Request, body: AnswerRequest, caller: Admitted, services: Wired, key: IdempotencyKey = None
) -> AnswerResponse:
    """Answer the current turn; get the score, where scores are shown, and the next question.

    With 503 the answer is kept: the same request, with the same key or `turn_id`, gets what came of it.
    """
    call = call_of(request, caller, key, body, body.session_id)
    answered = await services.writing.answer(caller, call, body.session_id, body.turn_id, body.answer)
    return AnswerResponse.of(answered)


@router.post("/finish", responses=problems(401, 403, 404, 409, 422, 503))
async def finish(
    request: Request, body: SessionRequest, caller: Admitted, services: Wired, key: IdempotencyKey = None
) -> FinishResponse:
    """End the interview, if it has not ended, and get its report."""
    call = call_of(request, caller, key, body, body.session_id)
    finished = await services.writing.finish(caller, call, body.session_id)
    return FinishResponse.of(finished.interview_id, finished.scenario, finished.report)


@router.get("/session/{session_id}", responses=problems(401, 403, 404, 409, 422, 503))
async def session(session_id: SessionId, caller: Admitted, services: Wired) -> SessionResponse:
    """Where the interview is, with all that was said; of one that is over, how it went."""
    reading = await services.courses.recall(caller, session_id)
    course, scenario = reading.course, reading.scenario
    asks = scenario.question_stage and scenario.question_stage.questions
    so_far = report_so_far(
        scenario,
        [event for _, event in reading.history.inputs],
        [event for _, event in reading.history.outputs],
    )
    is_in_writing = course.via == "text" and not course.has_bot
    current = course.current if is_in_writing and not course.is_over else None
    if current and current.is_farewell:
        current = None
    asked = current if is_in_writing or course.is_over else course.asked_last
    return SessionResponse(
        session_id=session_id,
        scenario=scenario.name,
        title=scenario.title,
        language=scenario.language,
        job_title=(asks and asks.job_title) or None,
        candidate_name=so_far.candidate_name,
        shows_scores=scenario.shows_scores,
        next_steps=next_steps(scenario),
        via=None if course.is_over else course.via,
        status=_status(reading),
        end_reason=course.ended and course.ended.reason,
        consent=ConsentState(
            required=bool(course.created and course.created.consent_required),
            given_at=course.consent and course.consent.at,
            notice=course.notice,
        ),
        progress=ProgressView.of(course.progress),
        turn_id=current and current.turn_id,
        question=asked and asked.text,
        transcript=so_far.turns,
        scores=so_far.scores if sees_scores(caller, scenario) else None,
        last_event_id=course.last_output,
    )


def _status(reading: Reading) -> Literal["waiting", "running", "ended"]:
    if reading.course.is_over:
        return "ended"
    return "running" if reading.course.stage else "waiting"
