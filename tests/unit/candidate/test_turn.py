"""Whose turn it is, and what the ears keep."""

from __future__ import annotations

import numpy as np
import pytest
from candidate.domain.hearing import SAMPLE_RATE, ChatMessage, Hearing, Segment
from candidate.domain.sound import Recording, Samples, SpeechMeter, mix
from candidate.domain.turn import Mark, TurnRule, is_my_turn, mark, sounding_for, words_since

pytestmark = pytest.mark.unit

RULE = TurnRule(silence_s=0.6, unheard_s=3.0)
TEXT = "What is your name, please?"


def tone(seconds: float, peak: int = 8000) -> Samples:
    return np.full(int(seconds * SAMPLE_RATE), peak, dtype=np.int16)


def heard(
    *, text: str = TEXT, final: bool = True, until: float = 12.0, state: str | None = "listening"
) -> Hearing:
    """An interviewer who began to speak at 10 and sounded until ``until``."""
    hearing = Hearing()
    hearing.agent_seen("viva", state)
    hearing.put(Segment("viva", "1", text, final, started_at=10.0, updated_at=10.1))
    if until > 10:
        hearing.sound("TR", until, tone(until - 10))
    return hearing


def mine(hearing: Hearing, now: float, since: float = 0.0) -> bool:
    return is_my_turn(hearing, Mark(since), now, RULE)


def test_my_turn_is_after_the_silence() -> None:
    assert not mine(heard(), 12.5)
    assert mine(heard(), 12.65)
    assert mine(heard(state=None), 12.65)


@pytest.mark.parametrize("state", ["thinking", "speaking", "initializing"])
def test_not_while_the_agent_is_busy(state: str) -> None:
    assert not mine(heard(state=state), 60)


def test_not_without_an_agent() -> None:
    hearing = heard()
    hearing.agent_left("viva", 12.0)
    assert not mine(hearing, 60)
    assert hearing.agent_gone_at == 12.0


def test_a_request_in_writing_waits_for_what_is_being_said() -> None:
    request = ChatMessage("viva", "Please write: I agree.", 11.0)
    silent = heard(text="", until=10.0)
    silent.segments.clear()
    silent.chat_messages.append(request)
    assert not mine(silent, 13.9)
    assert mine(silent, 14.1)
    assert not mine(silent, 60, since=11.5), "it was answered"
    spoken = heard()
    spoken.chat_messages.append(request)
    assert mine(spoken, 12.65)
    assert words_since(spoken, Mark(0.0)) == f"{request.text} {TEXT}"


@pytest.mark.parametrize(
    ("who", "text"), [("viva", "An AI holds this interview."), ("somebody", "Please write: I agree.")]
)
def test_other_messages_are_not_answered(who: str, text: str) -> None:
    hearing = Hearing()
    hearing.agent_seen("viva", "listening")
    hearing.chat_messages.append(ChatMessage(who, text, 11.0))
    assert not mine(hearing, 60)


def test_words_that_did_not_sound_yet_are_waited_for() -> None:
    silent = heard(until=10.0)
    assert not mine(silent, 13.0)
    assert mine(silent, 13.2)
    cut = heard(text=TEXT * 6, until=12.0)
    assert not mine(cut, 14.9)
    assert mine(cut, 15.0)


def test_an_unfinished_transcript_is_waited_for_but_not_for_ever() -> None:
    assert not mine(heard(final=False), 14.9)
    assert mine(heard(final=False), 15.0)


def test_what_was_answered_is_no_turn() -> None:
    hearing = heard()
    since = mark(hearing, 14.0)
    assert not is_my_turn(hearing, since, 60, RULE)
    hearing.put(Segment("viva", "2", "And your role?", True, started_at=20, updated_at=20))
    hearing.sound("TR", 22.0, tone(1.5))
    assert words_since(hearing, since) == "And your role?"
    assert is_my_turn(hearing, since, 22.6, RULE)


def test_sounding_for() -> None:
    hearing = heard()
    assert sounding_for(hearing, Mark(0), 12.1) == pytest.approx(2.1)
    assert sounding_for(hearing, Mark(11), 12.1) == pytest.approx(1.1)
    assert sounding_for(hearing, Mark(0), 13.0) == 0


def test_the_latest_agent_counts_and_a_ghost_does_not() -> None:
    hearing = Hearing()
    hearing.agent_seen("ghost", "speaking")
    hearing.agent_seen("viva", "listening")
    hearing.agent_seen("ghost", "speaking")
    assert hearing.agent_state == "listening"
    hearing.agent_left("viva", 1.0)
    assert (hearing.agent_present, hearing.agent_state) == (True, "speaking")


def test_segments_are_kept_in_order_and_in_their_last_version() -> None:
    hearing = heard()
    hearing.put(Segment("ann", "9", "my name", False, started_at=14, updated_at=14))
    hearing.put(Segment("ann", "9", "my name is", True, started_at=15, updated_at=15))
    assert [(s.text, s.started_at, s.updated_at) for s in hearing.said_by("ann")] == [("my name is", 14, 15)]
    assert [s.text for s in hearing.said_by_agent()] == [TEXT]


def test_the_meter_joins_words_and_parts_sentences() -> None:
    meter = SpeechMeter()
    for at in (1.0, 1.2, 1.4, 3.0):
        meter.add(at, tone(0.1), SAMPLE_RATE)
    meter.add(3.5, tone(0.1, peak=20), SAMPLE_RATE)
    assert [(round(s.start, 3), s.end) for s in meter.spans] == [(0.9, 1.4), (2.9, 3.0)]
    assert meter.voiced_seconds == pytest.approx(0.4)
    assert meter.last_voiced_at == 3.0


def test_recordings_keep_gaps_and_are_mixed_where_they_began() -> None:
    first, second = Recording(SAMPLE_RATE), Recording(SAMPLE_RATE)
    first.add(1.0, tone(1.0, 100))
    first.add(3.0, tone(1.0, 100))
    second.add(1.5, tone(0.5, 50))
    mixed = mix([first, second, Recording(SAMPLE_RATE)])
    assert mixed.size == 3 * SAMPLE_RATE
    at = [int(mixed[int(t * SAMPLE_RATE)]) for t in (0.5, 1.2, 1.8, 2.5)]
    assert at == [100, 50, 0, 100]
    assert mix([]).size == 0
