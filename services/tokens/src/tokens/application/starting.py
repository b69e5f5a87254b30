"""Beginning interviews in writing, and the consent that comes before."""

from __future__ import annotations

from dataclasses import replace

from viva_shared.events import CandidateConsented, CandidateJoined
from viva_shared.scenario import Scenario

from tokens.application.auditing import Auditing
from tokens.application.courses import Courses, Said, said
from tokens.application.idempotency import Call, IdempotencyKeys
from tokens.application.interviews import Interviews, new_interview_id
from tokens.application.issue import NAMELESS, identity_of
from tokens.application.leaving import LeftRooms
from tokens.application.reading import Reading
from tokens.application.scenarios import Brief
from tokens.domain.callers import Caller, Candidate, Recruiter, must_reach
from tokens.domain.course import Course
from tokens.domain.errors import Conflict, UnknownInterview
from tokens.domain.exchanges import Consent, Exchange
from tokens.domain.turns import held_by_voice, must_agree, must_go_on

QUESTION_SET = "question_set"
"""The scenario of an interview in writing that names none."""


class Starting:
    """Each call may be repeated. All raise Unavailable while Redis is away, and UnknownInterview."""

    def __init__(
        self,
        courses: Courses,
        interviews: Interviews,
        keys: IdempotencyKeys,
        auditing: Auditing,
        rooms: LeftRooms,
    ) -> None:
        self._courses = courses
        self._interviews = interviews
        self._keys = keys
        self._auditing = auditing
        self._rooms = rooms

    async def start(
        self,
        caller: Caller,
        call: Call,
        brief: Brief,
        *,
        session_id: str | None,
        candidate_name: str | None,
        consent: bool,
        switch: bool = False,
    ) -> Said:
        """Begin an interview, a new one or one that was created, or find where it is.

        With ``switch`` one that is held by voice goes on in writing, whatever became of its room and bot.

        Raises:
            UnknownScenario, UnsuitableScenario, ConsentRequired: it cannot begin so; nothing was done.
            Conflict: the interview is there, and is not what the call says, or is held by voice (``switch``).
            InterviewEnded: it is over.
            BrainBusy: the interviewer says nothing yet.
        """
        give_up = self._courses.give_up()
        if isinstance(caller, Candidate):
            session_id = session_id or caller.interview_id
            must_reach(caller, session_id)
        chosen = await self._keys.chosen(call)
        interview_id = chosen["session_id"] if chosen else session_id
        reading = await self._courses.find(interview_id) if interview_id else None
        if reading is None:
            self._must_be_possible(caller, brief, consent=consent)
        else:
            is_known = chosen is not None
            self._must_fit(reading, caller, brief, consent=consent, switch=switch, is_known=is_known)
        if chosen is None:
            after = reading.course.exchanges[-1].utterance_id if reading else None
            chosen = {"session_id": interview_id or new_interview_id(), "after": after or ""}
            chosen["comings"] = str(reading.course.comings if reading else 0)
            chosen = await self._keys.choose(call, chosen)
        is_new = False
        if reading is None:
            is_ours = session_id is None
            is_new = await self._create(chosen["session_id"], brief, candidate_name, is_ours=is_ours)
            reading = await self._courses.read(chosen["session_id"])
        comings = int(chosen.get("comings", reading.course.comings))
        if not reading.course.is_over:
            await self._join(reading, candidate_name, comings, consent=consent, switch=switch)
        course = reading.course
        if is_new and isinstance(caller, Recruiter):
            await self._auditing.created(
                caller.actor,
                course.interview_id,
                reading.scenario,
                candidate_name=candidate_name,
                candidate_identity=course.identity,
            )

        def exchange() -> Exchange:
            return course.exchange_since(_joined(comings), chosen["after"] or None)

        await self._courses.until(reading, lambda: course.is_told(exchange()), give_up)
        await self._courses.hear(reading)
        return said(reading, exchange())

    def _must_be_possible(self, caller: Caller, brief: Brief, *, consent: bool) -> None:
        """Raises UnknownInterview, UnknownScenario, UnsuitableScenario or ConsentRequired."""
        if isinstance(caller, Candidate):
            raise UnknownInterview("the interview of this invite is not there any more")
        scenario = self._prepared(brief)
        if self._interviews.require_consent and not consent:
            raise must_agree(scenario.consent.notice)

    def _must_fit(
        self, reading: Reading, caller: Caller, brief: Brief, *, consent: bool, switch: bool, is_known: bool
    ) -> None:
        """Raises InterviewEnded, ConsentRequired or Conflict. ``is_known``: the call was made before."""
        course = reading.course
        if not is_known:
            must_go_on(course)
            if course.has_bot and not switch:
                raise held_by_voice(course.interview_id)
            self._must_be_about(course, caller, brief)
        if course.awaits_consent and not consent:
            raise must_agree(course.notice)

    def _must_be_about(self, course: Course, caller: Caller, brief: Brief) -> None:
        if brief == Brief() or course.created is None:
            return
        if isinstance(caller, Candidate):
            raise Conflict("what this interview is about was chosen by who invited you: leave it out")
        if self._prepared(brief).content_hash != course.created.scenario_hash:
            raise Conflict(
                f"interview {course.interview_id!r} is there, and about something else: leave out what it is "
                "about, or take another session_id"
            )

    def _prepared(self, brief: Brief) -> Scenario:
        return self._interviews.scenarios.prepared(_named(brief)).scenario

    async def _create(
        self, interview_id: str, brief: Brief, candidate_name: str | None, *, is_ours: bool
    ) -> bool:
        """Make it; whether that is new."""
        try:
            return await self._interviews.create(
                _named(brief),
                interview_id,
                candidate_name=candidate_name,
                candidate_identity=identity_of(candidate_name or NAMELESS, interview_id),
            )
        except Conflict:
            if not is_ours:  # else nobody but this very call knows the id
                raise
            return False

    async def _join(
        self, reading: Reading, candidate_name: str | None, comings: int, *, consent: bool, switch: bool
    ) -> None:
        """The candidate is there, and has agreed: once each.

        ``comings``: how often anybody had come when the call was made first: once is enough for it.
        """
        course, interview_id = reading.course, reading.interview_id
        if consent and course.consent is None:
            agreed = CandidateConsented(via="api", notice=course.notice)
            await self._courses.happened(reading, agreed, course.consent_id)
        if course.comings > comings or (course.via == "text" and reading.history.is_in_writing):
            return
        name = candidate_name or (course.created and course.created.candidate_name)
        identity = course.identity or identity_of(name or NAMELESS, interview_id)
        joined = CandidateJoined(identity=identity, name=candidate_name, via="text")
        told = None if course.via == "text" else joined
        is_new = await self._courses.take_room(reading, told, _joined(comings), fence=switch)
        if is_new and course.created and (course.has_bot or course.via == "voice"):
            self._rooms.clear(interview_id, course.created.room)
        if course.comings or not is_new:  # what was said until now does not count as the answer to this
            again = await self._courses.read(interview_id)
            reading.course, reading.room_epoch = again.course, again.room_epoch
        if is_new and told is None and reading.course.via == "voice":  # they joined the room just before
            comings = reading.course.comings
            await self._join(reading, candidate_name, comings, consent=consent, switch=switch)

    async def consent(self, caller: Caller, interview_id: str) -> Consent:
        """The candidate agrees to the notice; the first time counts. Raises Forbidden or InterviewEnded."""
        reading = await self._courses.reach(caller, interview_id)
        course = reading.course
        if course.consent:
            return course.consent
        must_go_on(course)
        agreed = CandidateConsented(via="page", notice=course.notice)
        if event := await self._courses.happened(reading, agreed, course.consent_id):
            return Consent(course.notice, event.occurred_at)
        return await self.consent(caller, interview_id)  # another call was quicker


def _joined(comings: int) -> str:
    """The event_id under which somebody comes in writing, after so many others."""
    return f"joined:text:{comings}"


def _named(brief: Brief) -> Brief:
    return replace(brief, scenario=brief.scenario or QUESTION_SET)
