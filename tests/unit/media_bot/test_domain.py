"""Pure parts: replies in order, the floor, who is the candidate, what a scenario may wish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_bot.domain.candidate import Participant, may_be_candidate
from media_bot.domain.floor import Floor, Happening, Telling, step
from media_bot.domain.replies import Ending, Reply
from media_bot.settings import BotSettings, Script, script_of
from pydantic import ValidationError

pytestmark = pytest.mark.unit


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8), st.data())
def test_any_order_with_repetitions_gives_the_text_once(pieces: list[str], data: st.DataObject) -> None:
    numbered = list(enumerate(pieces))
    arrivals = data.draw(st.permutations(numbered + data.draw(st.lists(st.sampled_from(numbered)))))
    reply = Reply("t1")
    given_out = "".join(reply.add(seq, text) for seq, text in arrivals)
    assert given_out == reply.text == "".join(pieces)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8), st.data())
def test_the_end_brings_what_never_came(pieces: list[str], data: st.DataObject) -> None:
    whole = "".join(pieces)
    arrived = data.draw(st.lists(st.sampled_from(list(enumerate(pieces)))))
    reply = Reply("t1")
    given_out = "".join(reply.add(seq, text) for seq, text in arrived)
    assert given_out + reply.finish(whole) == whole
    assert reply.add(99, "more") == ""
    assert reply.is_whole(whole)


def test_what_was_spoken_stands_against_another_end() -> None:
    reply = Reply("t1")
    reply.add(0, "Hello.")
    assert reply.finish("Good day.") == ""
    assert reply.text == "Hello."


def test_a_cancelled_reply_is_never_whole() -> None:
    reply = Reply("t1")
    reply.add(0, "Hello.")
    reply.cancel()
    assert reply.ending is Ending.CANCELLED
    assert not reply.is_whole("Hello.")


@given(st.lists(st.sampled_from(Happening)))
def test_the_brain_is_told_of_silence_only_after_speaking(happenings: list[Happening]) -> None:
    floor, believed = Floor.SILENT, False
    for happening in happenings:
        floor, telling = step(floor, happening)
        if happening in (Happening.UTTERANCE, Happening.LEFT):
            believed = False  # both imply silence
        match telling:
            case Telling.SPEAKING:
                assert not believed
                believed = True
            case Telling.SILENT:
                assert believed
                believed = False
        assert believed == (floor is not Floor.SILENT)


@pytest.mark.parametrize(
    ("participant", "expected"),
    [
        (Participant("casey"), True),
        (Participant("casey", role="candidate"), True),
        (Participant("olga", role="observer"), False),
        (Participant("hidden", is_hidden=True), False),
        (Participant("listener", may_publish=False), False),
        (Participant("agent", is_person=False), False),
    ],
)
def test_who_may_become_the_candidate(participant: Participant, expected: bool) -> None:
    assert may_be_candidate(participant) is expected


def test_a_scenario_may_wish_for_speech() -> None:
    assert script_of('{"stages": []}') == Script()
    wishes = script_of('{"speech": {"endpointing_max_s": 4, "tts_voice": "v", "more": 1}}').speech
    assert (wishes.endpointing_max_s, wishes.tts_voice, wishes.endpointing_min_s) == (4, "v", None)
    with pytest.raises(ValueError, match="speech"):
        script_of('{"speech": {"endpointing_max_s": "long"}}')


def test_a_scenario_may_word_what_the_bot_says_by_itself() -> None:
    words = script_of('{"words": {"greeting": "Hello.", "hold": "Moment mal."}}').words
    assert (words.hold, words.no_sound) == ("Moment mal.", Script().words.no_sound)


def test_settings_refuse_what_cannot_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_AEC_WARMUP_S", "none")
    assert BotSettings(_env_file=None).aec_warmup_s is None
    monkeypatch.setenv("VIVA_ENDPOINTING_MIN_S", "7")
    with pytest.raises(ValidationError, match="VIVA_ENDPOINTING_MAX_S"):
        BotSettings(_env_file=None)
