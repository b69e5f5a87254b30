"""Consent by example: without it nothing is asked, nothing is kept, and nobody may listen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from brain.domain.effects import Ask
from brain.domain.phrases import agrees
from brain.domain.state import Candidate, Phase, TimerKind
from fakes.world import GIVEN, IDENTITY, QUESTIONS, SCREENING, START, World, said, set_among_stages
from viva_shared.events import (
    BotJoined,
    CandidateConsented,
    CandidateJoined,
    CandidateLeft,
    CandidateReplaced,
    CandidateSpeaking,
    EndRequested,
    ListeningAllowed,
    Payload,
    ReplyHeard,
    ReplyStarted,
    UtterancePartial,
)
from viva_shared.scenario import Scenario

pytestmark = pytest.mark.unit

REQUEST, NOTICE = SCREENING.consent.request, SCREENING.consent.notice
CONSENTED = ListeningAllowed(reason="consented", identity=IDENTITY)
NOT_REQUIRED = ListeningAllowed(reason="not_required")
BY_PAGE = CandidateConsented(via="page", notice="as it was shown")


@pytest.fixture
def world() -> World:
    """The candidate is there and was asked for consent."""
    world = World(consent_required=True)
    world.begin()
    return world


def types(outputs: list[Payload]) -> list[str]:
    return [getattr(output, "type", "") for output in outputs]


def test_who_has_not_consented_hears_the_request_and_nothing_else(world: World) -> None:
    assert said(world.outputs) == REQUEST
    assert types(world.outputs) == ["reply.started", "reply.chunk", "reply.finished"]
    world.is_heard()
    assert (world.is_in.phase, world.is_in.lines) == (Phase.WAITING, ())
    assert world.stages() == []
    assert not any(isinstance(effect, Ask) for effect in world.effects.values())


def test_with_consent_the_interview_begins(world: World) -> None:
    world.is_heard()
    outputs = world.happen(BY_PAGE)
    assert outputs[0] == CONSENTED
    assert said(outputs) == SCREENING.words.greeting
    assert world.stages() == ["self_intro"]
    assert world.is_in.consent is not None
    assert (world.is_in.consent.via, world.is_in.consent.notice) == ("page", "as it was shown")
    assert "absence" not in world.is_in.timers


def test_consent_takes_back_the_request_that_is_being_said(world: World) -> None:
    assert types(world.happen(BY_PAGE))[:2] == ["listening.allowed", "reply.cancelled"]
    world.happen(ReplyHeard(turn_id="consent-1", text=REQUEST[:20], complete=False))
    assert world.is_in.lines == (), "a request for consent is no part of the conversation"


def test_who_consented_before_joining_is_not_asked(world: World) -> None:
    world = World(consent_required=True)
    assert world.happen(BY_PAGE) == [CONSENTED]
    assert world.happen(BotJoined(bot_epoch=1)) == [CONSENTED]
    assert said(world.happen(CandidateJoined(identity=IDENTITY))) == SCREENING.words.greeting


def test_only_the_first_consent_counts(world: World) -> None:
    world.happen(BY_PAGE)
    assert world.happen(CandidateConsented(via="api", notice="another")) == []
    assert world.is_in.consent is not None
    assert world.is_in.consent.via == "page"


def test_each_bot_is_told_whether_it_may_listen(world: World) -> None:
    assert types(world.happen(BotJoined(bot_epoch=2))) == ["reply.cancelled"]
    world.happen(CandidateJoined(identity=IDENTITY))
    world.happen(BY_PAGE)
    assert world.happen(BotJoined(bot_epoch=3))[-1] == CONSENTED
    assert World().happen(BotJoined(bot_epoch=1)) == [NOT_REQUIRED]


def test_nothing_that_is_said_without_consent_is_kept(world: World) -> None:
    world.happen(CandidateSpeaking())
    assert world.is_in.candidate is Candidate.SILENT
    world.happen(UtterancePartial(text="My name is"))
    world.candidate_says("My name is Alice and I agree")
    assert (world.is_in.lines, world.is_in.partial, world.is_in.consent) == ((), "", None)


def test_anything_else_is_answered_by_the_request_a_few_times(world: World) -> None:
    for number, _ in enumerate(SCREENING.silence.reminders, start=1):
        outputs = world.candidate_says("What is this?", via="text")
        assert said(outputs) == REQUEST
        assert ReplyStarted(turn_id=f"consent-{number + 1}", in_reply_to=f"u{number}") in outputs
    world.is_heard()
    assert world.candidate_says("What is this?", via="text") == []
    assert "absence" in world.is_in.timers


def test_consent_in_the_chat_begins_the_interview(world: World) -> None:
    outputs = world.candidate_says("Yes, I agree.", via="text")
    assert outputs[0] == CONSENTED
    assert ReplyStarted(turn_id="t2", in_reply_to="u1") in outputs
    assert world.is_in.consent is not None
    assert (world.is_in.consent.via, world.is_in.consent.notice) == ("chat", NOTICE)
    assert world.is_in.consent.at == world.now
    assert world.is_in.lines == ()


@pytest.mark.parametrize(
    ("text", "agreed"),
    [
        ("I agree", True),
        ("ok, I AGREE!", True),
        ("agreed", True),
        ("I do not agree", False),
        ("I have not agreed", False),
        ("I disagree", False),
        ("disagreed", False),
        ("what happens to what I say if I agree", False),
        ("", False),
    ],
)
def test_what_is_consent(text: str, agreed: bool) -> None:
    assert agrees(text, SCREENING.consent.agreed) is agreed


def test_a_request_of_which_nothing_was_heard_is_made_again(world: World) -> None:
    assert said(world.is_heard("", complete=False)) == REQUEST


def test_who_never_consents_has_abandoned_the_interview(world: World) -> None:
    world.is_heard()
    assert types(world.pass_deadline("absence")) == ["interview.ended"]
    assert world.is_in.end_reason == "abandoned"


def test_who_leaves_and_returns_is_asked_again(world: World) -> None:
    world.is_heard()
    world.happen(CandidateLeft(identity=IDENTITY))
    assert "absence" in world.is_in.timers
    assert said(world.happen(CandidateJoined(identity=IDENTITY))) == REQUEST


def test_reminders_of_consent_leave_those_of_the_interview(world: World) -> None:
    world.candidate_says("What is this?", via="text")
    world.happen(BY_PAGE)
    assert world.is_in.reminders == 0


# -- an interview that nobody begins --


def test_an_interview_that_nobody_begins_is_abandoned_in_time() -> None:
    world = World(expires_at=START + timedelta(days=7))
    world.happen(BotJoined(bot_epoch=1))
    world.happen(CandidateLeft(identity=IDENTITY))
    assert world.is_in.timers[TimerKind.ABSENCE].at == START + timedelta(days=7)
    assert types(world.pass_deadline("absence")) == ["interview.ended"]


@pytest.mark.parametrize("consent_required", [False, True])
def test_whoever_joins_in_time_may_take_it(consent_required: bool) -> None:
    world = World(expires_at=START + timedelta(days=7), consent_required=consent_required)
    [expiry] = world.is_in.timers.values()
    world.begin()
    assert expiry not in world.is_in.timers.values()
    assert ("absence" in world.is_in.timers) is consent_required
    world.happen(CandidateLeft(identity=IDENTITY))
    assert world.is_in.timers[TimerKind.ABSENCE].at < START + timedelta(days=1)


# -- the end on request, and another candidate --


def test_an_interview_may_be_ended_before_it_began() -> None:
    world = World()
    assert types(world.happen(EndRequested(by="recruiter"))) == ["interview.ended"]
    assert (world.is_in.end_reason, list(world.effects)) == ("finished", ["end"])
    assert world.happen(EndRequested(by="recruiter")) == []


def test_an_end_on_request_does_not_wait_for_the_reply() -> None:
    world = World()
    world.begin()
    assert types(world.happen(EndRequested(by="candidate"))) == ["reply.cancelled", "interview.ended"]
    assert list(world.effects)[-1] == "end"
    assert not any(isinstance(effect, Ask) for effect in world.effects.values())


def test_another_takes_the_candidates_place() -> None:
    world = World(GIVEN)
    world.begin()
    outputs = world.happen(CandidateReplaced(identity="bob-i1", name="Bob"))
    assert types(outputs) == ["reply.cancelled"]
    assert (world.is_in.candidate_identity, world.is_in.candidate_name) == ("bob-i1", "Bob")
    assert "absence" in world.is_in.timers
    assert world.happen(CandidateJoined(identity=IDENTITY)) == [], "the one before has no place any more"
    assert world.happen(CandidateLeft(identity=IDENTITY)) == []
    outputs = world.happen(CandidateJoined(identity="bob-i1"))
    assert said(outputs).endswith(f"Question 1 of 3. {QUESTIONS[0]}")
    assert world.happen(CandidateLeft(identity=IDENTITY)) == []
    assert world.is_in.candidate is Candidate.SILENT


def test_a_place_that_is_free_is_taken_without_a_word() -> None:
    world = World(expires_at=START + timedelta(days=7))
    assert world.happen(CandidateReplaced(identity="bob-i1")) == []
    assert list(world.is_in.timers) == ["absence"]
    world.begin()
    assert world.is_in.phase is Phase.WAITING
    world.happen(CandidateJoined(identity="bob-i1", name="Bob"))
    assert world.is_in.candidate_name == "Bob"


def test_nobody_is_replaced_by_themselves_or_after_the_end() -> None:
    world = World()
    world.begin()
    assert world.happen(CandidateReplaced(identity=IDENTITY)) == []
    world.happen(EndRequested(by="recruiter"))
    world.happen(CandidateReplaced(identity="bob-i1"))
    assert world.is_in.candidate_identity == IDENTITY


# -- consent is a person's --


def taken_over(scenario: Scenario = GIVEN) -> World:
    """Alice consented and answered the first question; then Bob took her place."""
    world = World(scenario, consent_required=True)
    world.begin()
    world.happen(BY_PAGE)
    world.is_heard()
    world.candidate_says("I built a bridge.")
    world.model_says("I see.")
    world.happen(CandidateReplaced(identity="bob-i1", name="Bob"))
    return world


def test_who_takes_the_place_of_one_who_consented_is_asked_for_their_own() -> None:
    world = taken_over()
    assert world.is_in.awaits_consent
    assert said(world.happen(CandidateJoined(identity="bob-i1"))) == REQUEST
    world.happen(CandidateSpeaking())
    world.happen(UtterancePartial(text="I am"))
    world.candidate_says("I am Bob.")
    assert [line.text for line in world.is_in.lines if line.speaker == "candidate"] == ["I built a bridge."]
    assert types(world.happen(BotJoined(bot_epoch=2))) == ["reply.cancelled"], "it may not listen"
    assert world.is_in.consent is not None
    assert world.is_in.consent.identity == IDENTITY, "what Alice said rests on it"


@pytest.mark.parametrize("via", ["page", "chat"])
def test_with_the_others_consent_the_interview_goes_on_where_it_was(via: str) -> None:
    world = taken_over()
    world.happen(CandidateJoined(identity="bob-i1"))
    world.is_heard()
    outputs = world.happen(BY_PAGE) if via == "page" else world.candidate_says("I agree.", via="text")
    assert outputs[0] == ListeningAllowed(reason="consented", identity="bob-i1")
    assert said(outputs) == f"{GIVEN.words.welcome_back} Question 2 of 3. {QUESTIONS[1]}"
    assert world.stages() == ["questions"], "it does not start over"
    assert world.is_in.consent is not None
    assert (world.is_in.consent.identity, world.is_in.consent.via) == ("bob-i1", via)
    world.is_heard()
    world.candidate_says("I am Bob.")
    assert world.is_in.lines[-1].text == "I am Bob."


def test_while_consent_is_missing_no_deadline_and_no_silence_moves_the_interview() -> None:
    world = taken_over(set_among_stages(60))
    world.happen(CandidateJoined(identity="bob-i1"))
    world.pass_deadline("stage")
    world.is_heard()
    assert "silence" not in world.is_in.timers
    assert world.is_in.reply is None
    before = world.stages()
    assert said(world.happen(BY_PAGE)).startswith("Let us begin.")
    assert len(world.stages()) == len(before) + 1


def test_last_words_of_the_one_before_are_not_the_others_consent() -> None:
    world = taken_over()
    assert world.candidate_says("I agree.", via="text") == []
    assert world.is_in.awaits_consent


def test_who_comes_back_has_consented_already() -> None:
    world = taken_over()
    assert world.happen(CandidateReplaced(identity=IDENTITY)) == [CONSENTED]
    assert said(world.happen(CandidateJoined(identity=IDENTITY))).startswith(GIVEN.words.welcome_back)


def test_consent_before_anybody_is_named_is_theirs_who_comes() -> None:
    world = World(consent_required=True, candidate=None)
    assert world.happen(BY_PAGE) == [ListeningAllowed(reason="consented")]
    assert world.happen(CandidateReplaced(identity="bob-i1")) == [
        ListeningAllowed(reason="consented", identity="bob-i1")
    ]
    assert world.happen(CandidateReplaced(identity="carol-i1")) == []
    assert world.is_in.awaits_consent


def test_where_none_is_required_everybody_may_be_listened_to() -> None:
    world = World()
    world.begin()
    assert world.happen(BY_PAGE) == [ListeningAllowed(reason="consented")]
    world.happen(CandidateReplaced(identity="bob-i1"))
    assert world.happen(BotJoined(bot_epoch=2)) == [NOT_REQUIRED]
