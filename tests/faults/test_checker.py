"""The checker, on records made by hand: a good interview breaks nothing, each flaw breaks its rule."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.by_hand import Interview

pytestmark = pytest.mark.unit

HERE = Path(__file__).parent
INDEPENDENT = ("checker", "evidence", "rules", "notes_rules", "voice_rules", "writing_rules", "record")
OURS = ("viva_shared", "brain", "media_bot", "tokens", "candidate", "local_providers", "viva")


def test_a_good_interview_breaks_nothing() -> None:
    assert Interview().broken_rules() == set()


def lose_an_utterance(i: Interview) -> None:
    i.inputs = [event for event in i.inputs if event["type"] != "utterance.heard"]


def double_an_utterance(i: Interview) -> None:
    event = next(event for event in i.inputs if event["type"] == "utterance.heard")
    i.inputs.insert(i.inputs.index(event), event)


def swap_inputs(i: Interview) -> None:
    i.inputs.reverse()


def change_an_utterance(i: Interview) -> None:
    next(e for e in i.inputs if e["type"] == "utterance.heard")["data"]["text"] = "I am Bob."


def invent_an_utterance(i: Interview) -> None:
    i.put("utterance.heard", "utterance:u9", {"utterance_id": "u9", "text": "Boo."})


def apply_an_utterance_twice(i: Interview) -> None:
    i.lines.insert(1, i.lines[1])


def forget_what_was_heard(i: Interview) -> None:
    del i.lines[0]


def answer_nobody(i: Interview) -> None:
    i.out("reply.started", 1)["data"]["in_reply_to"] = None


def answer_twice(i: Interview) -> None:
    i.out("reply.started", 0)["data"]["in_reply_to"] = "u1"


def leave_a_reply_open(i: Interview) -> None:
    i.outputs.remove(i.out("reply.finished", 1))


def cancel_the_last_answer(i: Interview) -> None:
    finished = i.out("reply.finished", 1)
    finished.update(type="reply.cancelled", data={"turn_id": "t2", "reason": "?"})


def skip_a_piece(i: Interview) -> None:
    i.out("reply.chunk", 1)["data"]["seq"] = 2


def say_a_piece_in_two_ways(i: Interview) -> None:
    other = copy.deepcopy(i.out("reply.chunk", 1))
    other["data"]["text"] = "What is your name?"
    i.outputs.insert(i.outputs.index(i.out("reply.chunk", 1)) + 1, other)


def finish_with_other_words(i: Interview) -> None:
    i.out("reply.finished", 0)["data"]["text"] = "Good day. Who is there?"


def lose_an_output(i: Interview) -> None:
    i.record.remove(next(line for line in i.record if line.get("entry_id") == "4-0"))


def hear_an_output_twice(i: Interview) -> None:
    line = next(line for line in i.record if line.get("entry_id") == "4-0")
    i.record.insert(i.record.index(line), line)


def hear_other_words(i: Interview) -> None:
    for data in (i.sent("reply.heard")["data"], i.inputs[2]["data"], i.lines[0]):
        data["text"] = "Good day. Who are they?"
    assert i.report
    i.report["turns"][0]["text"] = "Good day. Who are they?"


def skip_a_stage(i: Interview) -> None:
    i.outputs.remove(i.out("stage.changed"))
    i.record = [line for line in i.record if line.get("type") != "stage.changed"]


def open_a_stage_with_half_its_question(i: Interview) -> None:
    i.out("stage.changed")["data"]["index"] = 0
    for place in [*i.outputs, *i.record]:
        if (data := place.get("data", {})).get("turn_id") == "t1" and data.get("text", "").endswith(
            "Who are you?"
        ):
            data["text"] = data["text"].replace("Who are you?", "Well.")


def end_twice(i: Interview) -> None:
    i.outputs.append(i.outputs[-1])


def answer_an_ask_twice(i: Interview) -> None:
    i.put("reply.generated", "answer:again", {"ask_id": "t1.a1", "text": "Good day."})


def fire_a_deadline_twice(i: Interview) -> None:
    for number in range(2):
        i.put("deadline.passed", f"d{number}", {"deadline_id": "stage-1"})


def fire_a_deadline_late(i: Interview) -> None:
    i.put("deadline.passed", "d", {"deadline_id": "stage-1"})
    i.inputs[-1]["occurred_at"] = "2026-01-01T00:01:30+00:00"


def lose_a_deadline(i: Interview) -> None:
    left = copy.deepcopy(i.out("stage.changed"))
    i.outputs.append(left | {"occurred_at": "2026-01-01T00:01:30+00:00"})


def keep_the_lease(i: Interview) -> None:
    i.lease = "w-1-abc|3"


def leave_an_effect_open(i: Interview) -> None:
    i.fields["effect:end"] = "{}"


def leave_inputs_unread(i: Interview) -> None:
    i.fields["cursor"] = "1-0"


def write_no_report(i: Interview) -> None:
    i.report = None


def leave_a_turn_out_of_the_report(i: Interview) -> None:
    assert i.report
    del i.report["turns"][1]


def report_another_end(i: Interview) -> None:
    assert i.report
    i.report["ended_at"] = "2026-01-01T00:00:59+00:00"


def bury_what_was_not_planted(i: Interview) -> None:
    i.letters.append({"stream": "in", "entry_id": "1-0", "reason": "begun 6 times"})


def bury_without_a_reason(i: Interview) -> None:
    i.planted.append({"stream": "out", "entry_id": "3-1", "kind": "garbage"})
    i.letters.append({"stream": "out", "entry_id": "3-1", "reason": ""})


def bury_nothing(i: Interview) -> None:
    i.planted.append({"stream": "out", "entry_id": "3-1", "kind": "garbage"})


def bury_twice(i: Interview) -> None:
    i.planted.append({"stream": "out", "entry_id": "3-1", "kind": "garbage"})
    i.letters += [{"stream": "out", "entry_id": "3-1", "reason": "no JSON"}] * 2


def give_up(i: Interview) -> None:
    i.record[-1] = {"what": "gave_up", "why": "waited 60 s for a reply"}


def break_off(i: Interview) -> None:
    del i.record[-1]


@pytest.mark.parametrize(
    ("flaw", "rule"),
    [
        (lose_an_utterance, "sent_once_and_in_order"),
        (double_an_utterance, "sent_once_and_in_order"),
        (swap_inputs, "sent_once_and_in_order"),
        (change_an_utterance, "sent_once_and_in_order"),
        (invent_an_utterance, "sent_once_and_in_order"),
        (apply_an_utterance_twice, "said_is_remembered"),
        (forget_what_was_heard, "said_is_remembered"),
        (answer_nobody, "answered"),
        (answer_twice, "answered"),
        (leave_a_reply_open, "answered"),
        (cancel_the_last_answer, "answered"),
        (skip_a_piece, "coherent"),
        (say_a_piece_in_two_ways, "coherent"),
        (finish_with_other_words, "coherent"),
        (lose_an_output, "heard_as_written"),
        (hear_an_output_twice, "heard_as_written"),
        (hear_other_words, "heard_as_written"),
        (skip_a_stage, "stages_in_order"),
        (open_a_stage_with_half_its_question, "stages_in_order"),
        (end_twice, "effects_once"),
        (answer_an_ask_twice, "effects_once"),
        (fire_a_deadline_twice, "effects_once"),
        (fire_a_deadline_late, "deadlines_in_time"),
        (lose_a_deadline, "deadlines_in_time"),
        (keep_the_lease, "at_rest"),
        (leave_an_effect_open, "at_rest"),
        (leave_inputs_unread, "at_rest"),
        (write_no_report, "reported"),
        (leave_a_turn_out_of_the_report, "reported"),
        (report_another_end, "reported"),
        (bury_what_was_not_planted, "dead_letters_are_the_planted"),
        (bury_without_a_reason, "dead_letters_are_the_planted"),
        (bury_nothing, "dead_letters_are_the_planted"),
        (bury_twice, "dead_letters_are_the_planted"),
        (give_up, "came_to_its_end"),
        (break_off, "came_to_its_end"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_flaw_breaks_its_rule(flaw: Callable[[Interview], None], rule: str) -> None:
    interview = Interview()
    flaw(interview)
    assert rule in interview.broken_rules()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Thank you. What is your role?", True),
        ("Thank you. Thank you.", False),
        ("Could you tell me about your role could you tell me about your role?", False),
        ("What is your name? What is your role?", False),
        ("Could you tell me", False),
        ("Could you … What is your name?", True),
        ("Could you … Please say something else.", False),
        ("What is your name? … What is your name?", False),
    ],
)
def test_a_reply_is_of_one_piece(text: str, holds: bool) -> None:
    interview = Interview()
    interview.word("t2", text)
    assert ("coherent" not in interview.broken_rules()) == holds


@pytest.mark.parametrize("module", INDEPENDENT)
def test_the_checker_shares_no_code_with_what_it_checks(module: str) -> None:
    tree = ast.parse((HERE / f"{module}.py").read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not [name for name in imported if name.partition(".")[0] in OURS]
    ours = {name.removeprefix("faults.") for name in imported if name.startswith("faults.")}
    assert ours <= set(INDEPENDENT)
