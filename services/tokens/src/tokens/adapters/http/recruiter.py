"""Under ``/interviews``, recruiters invite to interviews, read, export and delete them; and ``/audit``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from viva_shared.archive import Status

from tokens.adapters.exports import interview_markdown, interview_pdf
from tokens.adapters.http.depends import Recruiting, Wired
from tokens.adapters.http.fields import SessionId
from tokens.adapters.http.idempotency import IdempotencyKey, call_of
from tokens.adapters.http.problems import problems
from tokens.adapters.http.recruiter_models import (
    Accepted,
    AuditLine,
    AuditPage,
    ExportFormat,
    InterviewDetails,
    InterviewItem,
    InterviewPage,
    InvitedCandidate,
    NewInterview,
    NewInvite,
    Nudge,
)

router = APIRouter(tags=["recruiter"])

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
MEDIA_TYPES = {"json": "application/json", "markdown": "text/markdown", "pdf": "application/pdf"}
ENDINGS = {"json": "json", "markdown": "md", "pdf": "pdf"}


@router.post("/interviews", status_code=201, responses=problems(401, 403, 404, 409, 422, 503))
async def create_interview(
    request: Request, body: NewInterview, caller: Recruiting, services: Wired, key: IdempotencyKey = None
) -> InvitedCandidate:
    """Create an interview that waits for its candidate, and get the link that opens it to them.

    The same call, repeated under its key, gives another link to the same interview.
    """
    invited = await services.recruiting.create(
        call_of(request, caller, key, body),
        body.brief,
        interview_id=body.session_id,
        candidate_name=body.candidate_name and body.candidate_name.strip(),
        invite_ttl=_ttl(body.invite_ttl_s),
    )
    return InvitedCandidate.of(invited)


@router.post("/interviews/{session_id}/invite", responses=problems(401, 403, 404, 409, 422, 503))
async def invite(
    session_id: SessionId, body: NewInvite, caller: Recruiting, services: Wired
) -> InvitedCandidate:
    """Another link to an interview that has not ended. Earlier ones stay good until they expire."""
    invited = await services.recruiting.invite(caller.actor, session_id, _ttl(body.invite_ttl_s))
    return InvitedCandidate.of(invited)


@router.get("/interviews", responses=problems(401, 403, 404, 422, 503))
async def list_interviews(
    _: Recruiting,
    services: Wired,
    search: Annotated[
        str,
        Query(
            max_length=200,
            description="A part of the candidate's name, the job's or the scenario's title, or the id.",
            examples=["ada"],
        ),
    ] = "",
    status: Annotated[
        Status | None, Query(description="As it was a few seconds ago, if the interview is under way.")
    ] = None,
    scenario: Annotated[str | None, Query(max_length=64, examples=["question_set"])] = None,
    limit: Limit = 20,
    cursor: Annotated[
        str | None, Query(max_length=300, description="`next_cursor` of the page before.")
    ] = None,
) -> InterviewPage:
    """Interviews, newest first: those that wait for their candidate, are under way, and are over."""
    page = await services.records.page(
        search=search, status=status, scenario=scenario, after=cursor, limit=limit
    )
    items = [InterviewItem.listed(row, page.scored.get(row.id, (0, 0))) for row in page.interviews]
    return InterviewPage(items=items, next_cursor=page.next)


@router.get("/interviews/{session_id}", responses=problems(401, 403, 404, 422, 503))
async def read_interview(session_id: SessionId, caller: Recruiting, services: Wired) -> InterviewDetails:
    """All that is known of an interview, over or not: what was said, and each score with what it rests on."""
    return InterviewDetails.of(await services.records.read(caller.actor, session_id))


@router.get(
    "/interviews/{session_id}/export",
    response_class=Response,
    responses={
        200: {
            "description": "A file. JSON is what `GET /interviews/{session_id}` answers.",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/InterviewDetails"}},
                "text/markdown": {"schema": {"type": "string"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **problems(401, 403, 404, 422, 500, 503),
    },
)
async def export_interview(
    session_id: SessionId,
    caller: Recruiting,
    services: Wired,
    format: Annotated[ExportFormat, Query(description="Which kind of file.")] = "json",
) -> Response:
    """An interview as a file; of one that has not ended as far as it is, which the file says."""
    details = await services.records.read(caller.actor, session_id, export=format)
    match format:
        case "json":
            content = InterviewDetails.of(details).model_dump_json(indent=2).encode()
        case "markdown":
            content = interview_markdown(details.report).encode()
        case "pdf":
            fonts = services.settings.fonts_dir
            content = await asyncio.to_thread(interview_pdf, details, fonts, datetime.now(UTC))
    name = f"interview-{session_id}.{ENDINGS[format]}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=disposition, media_type=MEDIA_TYPES[format])


@router.post(
    "/interviews/{session_id}/nudge", status_code=202, responses=problems(401, 403, 404, 409, 422, 503)
)
async def nudge_interviewer(
    request: Request,
    session_id: SessionId,
    body: Nudge,
    caller: Recruiting,
    services: Wired,
    key: IdempotencyKey = None,
) -> Accepted:
    """Tell the interviewer what to work in when it answers next. The candidate does not hear of it."""
    call = call_of(request, caller, key, body, session_id)
    await services.recruiting.nudge(call, session_id, body.note.strip())
    return Accepted(session_id=session_id)


@router.post(
    "/interviews/{session_id}/end", status_code=202, responses=problems(401, 403, 404, 409, 422, 503)
)
async def end_interview(session_id: SessionId, caller: Recruiting, services: Wired) -> Accepted:
    """End an interview now, whatever is left to ask."""
    await services.recruiting.end(caller.actor, session_id)
    return Accepted(session_id=session_id)


@router.post(
    "/interviews/{session_id}/rescore", status_code=202, responses=problems(401, 403, 404, 409, 422, 503)
)
async def rescore(session_id: SessionId, caller: Recruiting, services: Wired) -> Accepted:
    """Have the answers of a question set that is over scored again, by the model and the prompt of today.

    What the scores were before is kept. `rescoring` of the interview says whether it is done.
    """
    await services.recruiting.rescore(caller.actor, session_id)
    return Accepted(session_id=session_id)


@router.delete("/interviews/{session_id}", status_code=204, responses=problems(401, 403, 404, 422, 503))
async def delete_interview(session_id: SessionId, caller: Recruiting, services: Wired) -> None:
    """Erase all that there is of an interview, for good, even if it is under way. Its audit lines stay."""
    await services.recruiting.delete(caller.actor, session_id)


@router.get("/audit", responses=problems(401, 403, 422, 503))
async def read_audit_log(
    _: Recruiting,
    services: Wired,
    session_id: Annotated[SessionId | None, Query(description="Of this interview only.")] = None,
    limit: Limit = 50,
    cursor: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="`next_cursor` of the page before.")
    ] = None,
) -> AuditPage:
    """Who made, read, exported, ended or deleted which interview, newest first."""
    entries = await services.records.audit_log(session_id, cursor, limit + 1)
    lines = [AuditLine.of(entry) for entry in entries[:limit]]
    return AuditPage(items=lines, next_cursor=lines[-1].id if len(entries) > limit else None)


def _ttl(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
