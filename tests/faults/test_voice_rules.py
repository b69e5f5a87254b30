"""The checker by voice, on a record made by hand: a good interview breaks nothing, each flaw breaks its rule.

The interview: a question, an answer, the bot is killed, the next one asks again, an answer and a goodbye.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from faults.checker import check_interview
from faults.evidence import Event, Evidence, Json
from faults.voice_rules import losses

pytestmark = pytest.mark.unit

KILLED = 40.0
SORRY, ASKED = "I am sorry, I lost the connection.", "What is your name?"
NAME, ROLE, BYE = (
    "My name is Alice Brown.",
    "I am a senior software engineer.",
    "Thank you very much. Goodbye.",
)
WORDS = {"hold": "One moment, please.", "no_sound": "Please type.", "lost_connection": SORRY}
STAGE = {"name": "intro", "words": {"opening": ASKED, "fallback": ["Go on."], "bridge": "So let us go on."}}
SCENARIO = {
    "words": WORDS,
    "stages": [STAGE],
    "ending": {"farewell": "Farewell.", "goodbyes": ["bye", "goodbye"]},
}


def clock(second: float) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()


def event(n: int, kind: str, at: float, event_id: str = "", **data: object) -> Event:
    return Event(f"{n}-0", event_id or f"e{n}", kind, clock(at), None, data)


def said(text: str, started: float, ended: float) -> Json:
    return {"what": "said", "text": text, "whole": True, "started": started, "ended": ended}


def segment(of: str, text: str, at: float) -> Json:
    return {"what": "segment", "of": of, "text": text, "final": True, "started": at, "updated": at + 1}


def utterance(n: int, text: str, ended: float) -> Event:
    data = {"utterance_id": f"u{n}", "text": text, "speech_ended_at": clock(ended)}
    return event(n, "utterance.heard", ended + 2, **data)


def reported(n: int, turn: str, text: str, at: float, epoch: int) -> Event:
    where = f"reply.heard:{turn}:{epoch}"
    return event(n, "reply.heard", at, where, turn_id=turn, text=text, complete=True)


def good() -> Evidence:
    replies = [
        ("t1", ASKED, 2.0, 1),
        ("t2", "What is your role?", 14.0, 1),
        ("t3", f"{SORRY} What is your role?", 45.0, 2),
        ("t4", "Do you have questions?", 65.0, 2),
        ("t5", "Farewell.", 80.0, 2),
    ]
    outputs = [event(1, "stage.changed", 1, stage="intro", index=0, deadline_s=None)]
    for turn, text, at, _ in replies:
        outputs.append(event(len(outputs) + 1, "reply.started", at, turn_id=turn, in_reply_to=None))
        outputs.append(event(len(outputs) + 1, "reply.chunk", at, turn_id=turn, seq=0, text=text))
        outputs.append(event(len(outputs) + 1, "reply.finished", at, turn_id=turn, text=text))
    outputs.append(event(len(outputs) + 1, "interview.ended", 83, reason="goodbye"))
    inputs = [
        event(1, "bot.joined", 1, bot_epoch=1),
        reported(2, "t1", ASKED, 5, 1),
        utterance(3, "my name is alice round", 12),
        reported(4, "t2", "What is your role?", 17, 1),
        event(5, "bot.joined", 44, bot_epoch=2),
        reported(6, "t3", f"{SORRY} What is your role?", 49, 2),
        utterance(7, "i am a senior software engine ear", 62),
        reported(8, "t4", "Do you have questions?", 68, 2),
        utterance(9, "thank you very much goodbye", 75),
        reported(10, "t5", "Farewell.", 83, 2),
    ]
    record = [
        {"what": "begun", "kind": "voice"},
        said(NAME, 8, 12),
        said("I am not sure that I", 37, 41),
        said(ROLE, 55, 62),
        said(BYE, 70, 75),
        {"what": "spans", "track": "one", "spans": [[3, 5], [14, 17]]},
        {"what": "spans", "track": "two", "spans": [[46, 49], [65, 67], [80, 82]]},
        *(segment(f"bot-{epoch}", text, at) for _, text, at, epoch in replies),
        {"what": "understood", "text": "my name is alice round", "final": True, "at": 13},
        {"what": "stage", "index": 0, "at": 2},
        {"what": "stage", "index": 0, "at": 44},
        {"what": "ended"},
    ]
    lines = [{"speaker": "interviewer", "text": ASKED}, {"speaker": "candidate", "text": "my name is"}]
    fields = {
        "state": json.dumps({"lines": lines}),
        "scenario": json.dumps(SCENARIO),
        "cursor": inputs[-1].entry_id,
    }
    report = {"ended_at": clock(83), "turns": lines}
    faults = [{"kind": "kill -9 of a bot's job", "at": KILLED, "began": KILLED, "ended": 46, "rooms": ["i"]}]
    return Evidence("i", record, inputs, outputs, fields=fields, report=report, faults=faults)


def broken(evidence: Evidence) -> set[str]:
    return {violation.rule for violation in check_interview(evidence)}


def find(e: Evidence, what: str, number: int = 0) -> Json:
    return [line for line in e.record if line["what"] == what][number]


def change(e: Evidence, number: int, **data: object) -> None:
    """Another payload for an input."""
    e.inputs[number] = replace(e.inputs[number], data={**e.inputs[number].data, **data})


def test_a_good_interview_breaks_nothing() -> None:
    assert [str(violation) for violation in check_interview(good())] == []


def test_a_bot_is_back_with_the_first_sound_of_the_next() -> None:
    assert [(loss.back_s, loss.spoke_until) for loss in losses(good())] == [(6.0, 41)]


def test_a_new_bot_lets_the_candidate_finish() -> None:
    interview = good()
    find(interview, "said", 1)["ended"] = KILLED + 9
    find(interview, "spans", 1)["spans"][0] = [KILLED + 11, 52]
    assert broken(interview) == set()


def test_a_goodbye_that_was_not_understood_ends_in_silence() -> None:
    interview = good()
    end_in_silence(interview)
    change(interview, 8, text="thank you very much could buy")
    assert broken(interview) == set()


def test_words_die_with_a_bot_that_has_not_understood_them_yet() -> None:
    interview = good()
    lose_an_utterance(interview)
    killed_early = replace(interview, faults=[{**interview.faults[0], "at": 25.0}])
    assert broken(killed_early) == {"understood"}
    killed_early.record.remove(find(killed_early, "understood"))
    assert broken(killed_early) == set()


def lose_an_utterance(e: Evidence) -> None:
    del e.inputs[2]


def understand_other_words(e: Evidence) -> None:
    change(e, 6, text="please tell him about the garden by night")


def understand_an_utterance_twice(e: Evidence) -> None:
    e.inputs.insert(7, e.inputs[6])


def swap_two_utterances(e: Evidence) -> None:
    e.inputs[6], e.inputs[8] = e.inputs[8], e.inputs[6]


def understand_what_nobody_said(e: Evidence) -> None:
    e.inputs.insert(0, utterance(0, "boo", 3))


def say_what_the_brain_did_not(e: Evidence) -> None:
    e.record.insert(-1, segment("bot-2", "Who are you?", 66))


def say_a_reply_twice(e: Evidence) -> None:
    e.record.insert(-1, segment("bot-2", "Do you have questions?", 67))


def hear_what_was_not_said(e: Evidence) -> None:
    e.record.remove(find(e, "segment", 3))


def keep_back_what_was_heard(e: Evidence) -> None:
    del e.inputs[7]


def hear_half_of_it_whole(e: Evidence) -> None:
    change(e, 7, text="Do you")


def come_back_late(e: Evidence) -> None:
    find(e, "spans", 1)["spans"][0] = [41 + 10.5, 52]


def stay_away(e: Evidence) -> None:
    find(e, "spans", 1)["spans"] = []


def come_without_a_word_of_the_loss(e: Evidence) -> None:
    find(e, "segment", 2)["text"] = "What is your role?"


def be_sorry_twice(e: Evidence) -> None:
    e.inputs.insert(6, reported(6, "t9", SORRY, 50, 2))


def send_a_bot_too_many(e: Evidence) -> None:
    e.inputs.insert(6, event(6, "bot.joined", 50, bot_epoch=3))


def speak_on_after_waking(e: Evidence) -> None:
    find(e, "spans")["spans"].append([48, 50])


def skip_a_stage(e: Evidence) -> None:
    find(e, "stage")["index"] = 1


def end_in_silence(e: Evidence) -> None:
    e.outputs[-1] = replace(e.outputs[-1], data={"reason": "silence"})


def leave_a_line_out_of_the_report(e: Evidence) -> None:
    assert e.report
    e.report["turns"] = e.report["turns"][1:]


@pytest.mark.parametrize(
    ("flaw", "rule"),
    [
        (lose_an_utterance, "understood"),
        (understand_other_words, "understood"),
        (understand_an_utterance_twice, "understood"),
        (swap_two_utterances, "understood"),
        (understand_what_nobody_said, "understood"),
        (say_what_the_brain_did_not, "heard_in_the_room"),
        (say_a_reply_twice, "heard_in_the_room"),
        (hear_what_was_not_said, "heard_in_the_room"),
        (keep_back_what_was_heard, "heard_in_the_room"),
        (hear_half_of_it_whole, "heard_in_the_room"),
        (come_back_late, "another_bot_came"),
        (stay_away, "another_bot_came"),
        (come_without_a_word_of_the_loss, "another_bot_came"),
        (be_sorry_twice, "another_bot_came"),
        (send_a_bot_too_many, "another_bot_came"),
        (speak_on_after_waking, "one_voice"),
        (skip_a_stage, "stages_seen"),
        (end_in_silence, "said_goodbye"),
        (leave_a_line_out_of_the_report, "reported_in_full"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_flaw_breaks_its_rule(flaw: Callable[[Evidence], None], rule: str) -> None:
    evidence = good()
    flaw(evidence)
    assert rule in broken(evidence)
