"""What must hold of every interview, whatever happened to it. Imports nothing of Viva."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise

from faults.evidence import Evidence, Json

Rule = Callable[[Evidence], Iterator[str]]

CANDIDATES = ("bot.joined", "candidate.", "utterance.", "reply.heard", "nudge.")
"""What begins so happens on the candidate's side alone, or is a recruiter's, which the driver is, too."""
ANSWERS = ("reply.generated", "tool.called", "facts.extracted")
N_GRAM = 5
DEADLINE_S = 16.0
"""A deadline fires within this of its time, even if a job worker dies with it."""
AWAY_S = 8.0
"""Redis is away for less than this at a time."""


def _difference(expected: list[str], found: list[str]) -> str:
    missing, more = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    if missing or more:
        return f"missing {sorted(missing)}, too many {sorted(more)}"
    at = next(n for n, pair in enumerate(zip(expected, found, strict=True)) if pair[0] != pair[1])
    return f"out of order: {found[max(0, at - 1) : at + 3]} instead of {expected[max(0, at - 1) : at + 3]}"


def came_to_its_end(e: Evidence) -> Iterator[str]:
    """The candidate saw the interview end, and did not wait in vain."""
    if not e.record or e.record[-1]["what"] != "ended":
        yield next((line["why"] for line in e.record if line["what"] == "gave_up"), "its driver broke off")


def sent_once_and_in_order(e: Evidence) -> Iterator[str]:
    """What was sent is in the log once, in order, as it was sent; and nothing that was not."""
    sent = {line["event_id"]: line["data"] for line in e.record if line["what"] == "sent"}
    found = [event.event_id for event in e.inputs if event.event_id in sent]
    if found != list(sent):
        yield _difference(list(sent), found)
    for event in e.inputs:
        if event.event_id in sent and sent[event.event_id] != event.data:
            yield f"{event.event_id} was sent as {sent[event.event_id]}, and is {event.data}"
        if event.event_id not in sent and event.type.startswith(CANDIDATES):
            yield f"nobody sent {event.event_id} ({event.type})"
    yield from (f"no event, and not planted: {what}" for what in e.unreadable)


def said_is_remembered(e: Evidence) -> Iterator[str]:
    """Each side's words are lines of the final state, once and in order."""
    kept = [(line["speaker"], line["of"], line["text"]) for line in e.state.get("lines", [])]
    for side in ("candidate", "interviewer"):
        expected = [str(line) for line in _lines_by_the_record(e) if line[0] == side]
        found = [str(line) for line in kept if line[0] == side]
        if expected != found:
            yield f"{side}: {_difference(expected, found)}"


def _lines_by_the_record(e: Evidence) -> list[tuple[str, str, str]]:
    """Who said what, as the driver sent it; of what came after the end, only words heard count."""
    lines = []
    for line in (line for line in e.record if line["what"] == "sent"):
        data = line["data"]
        if line["type"] == "utterance.heard" and line["event_id"] in e.before_the_end:
            lines.append(("candidate", data["utterance_id"], data["text"]))
        if line["type"] == "reply.heard" and data["text"]:
            lines.append(("interviewer", data["turn_id"], data["text"]))
    return lines


def answered(e: Evidence) -> Iterator[str]:
    """Every utterance got one reply, which was finished or overtaken by the next utterance."""
    utterances = [
        event
        for event in e.inputs
        if event.type == "utterance.heard" and event.event_id in e.before_the_end and event.event_id != e.end
    ]
    finished = {event.data["turn_id"] for event in e.outs("reply.finished")}
    cancelled = {event.data["turn_id"] for event in e.outs("reply.cancelled")}
    for event in utterances:
        said = event.data["utterance_id"]
        replies = [s.data["turn_id"] for s in e.outs("reply.started") if s.data["in_reply_to"] == said]
        if len(replies) != 1:
            yield f"{said} has {len(replies)} replies: {replies}"
        elif replies[0] not in finished:
            if replies[0] not in cancelled:
                yield f"{said}: its reply {replies[0]} was never finished"
            elif event is utterances[-1]:
                yield f"{said}: its reply {replies[0]} was cancelled, and nothing came after it"


def coherent(e: Evidence) -> Iterator[str]:
    """A reply is of one piece: contiguous, no piece with two texts, no word twice, not two questions."""
    for turn_id, pieces in e.pieces.items():
        if list(pieces) != list(range(len(pieces))):
            yield f"{turn_id} has the pieces {list(pieces)}"
        for seq, texts in pieces.items():
            if len(set(texts)) > 1:
                yield f"{turn_id}.{seq} has two texts: {texts}"
    for kind in ("reply.started", "reply.finished", "reply.cancelled"):
        for turn_id, times in Counter(event.data["turn_id"] for event in e.outs(kind)).items():
            if times > 1:
                yield f"{turn_id}: {kind} {times} times"
    for event in e.outs("reply.finished"):
        turn_id, text = event.data["turn_id"], event.data["text"]
        if text != e.joined(turn_id):
            yield f"{turn_id} is finished as {text!r}, its pieces are {e.joined(turn_id)!r}"
        begun, closed_with, own = _unquoted(e, text).partition("… ")
        if closed_with and own.strip() not in _own_words(e):
            yield f"{turn_id} was closed with words that are not the scenario's: {text!r}"
        yield from (f"{turn_id}: {problem}: {text!r}" for problem in _incoherences(begun))
        if text.count("?") > 1:
            yield f"{turn_id}: two questions: {text!r}"
        if not re.search(r"[.?!]\W*$", text):
            yield f"{turn_id}: it stops in the middle: {text!r}"


def _unquoted(e: Evidence, text: str) -> str:
    """Without the ellipsis with which a new bot begins to say what it last understood."""
    lead = e.scenario.get("words", {}).get("understood", "").partition("{said}")[0]
    return text.replace(f"{lead}… ", lead) if lead else text


def _own_words(e: Evidence) -> set[str]:
    """What the scenario says where the model fails."""
    words = [stage["words"] for stage in e.scenario.get("stages", [])]
    return {text.strip() for own in words for text in (own["opening"], *own["fallback"])}


def _incoherences(text: str) -> Iterator[str]:
    words = re.findall(r"[\w']+", text.lower())
    sentences = [" ".join(re.findall(r"[\w']+", s.lower())) for s in re.split(r"(?<=[.?!])\s+", text.strip())]
    if len(set(sentences)) < len(sentences):
        yield "a sentence twice"
    grams = [tuple(words[n : n + N_GRAM]) for n in range(len(words) - N_GRAM + 1)]
    if len(set(grams)) < len(grams):
        yield f"{N_GRAM} words twice"


def heard_as_written(e: Evidence) -> Iterator[str]:
    """The candidate was given every output, once and in order; what it heard is what its pieces say."""
    heard = [line for line in e.record if line["what"] == "heard"]
    written = {event.entry_id: event.data for event in e.outputs}
    ids = [line["entry_id"] for line in heard]
    expected = (
        list(written)[: list(written).index(ids[-1]) + 1] if ids and ids[-1] in written else list(written)
    )
    if ids != expected:
        yield "outputs " + _difference(expected, ids)
    for line in heard:
        if written.get(line["entry_id"]) != line["data"]:
            yield f"{line['entry_id']} was heard as {line['data']}, it is {written.get(line['entry_id'])}"
    for reply in e.sent("reply.heard"):
        joined = e.joined(reply["turn_id"]).strip()
        if reply["complete"] and reply["text"] != joined:
            yield f"{reply['turn_id']} was heard as {reply['text']!r}, it is {joined!r}"
        if not joined.startswith(reply["text"]):
            yield f"{reply['turn_id']} was begun as {reply['text']!r}, it is {joined!r}"


def stages_in_order(e: Evidence) -> Iterator[str]:
    """Every stage once, none skipped; and each one's first question was put, whole, to who did not cut in."""
    stages = e.scenario.get("stages", [])
    changes = e.outs("stage.changed")
    if [event.data["index"] for event in changes] != list(range(len(stages))):
        yield f"the stages were {[event.data['index'] for event in changes]}"
    for event in changes:
        question = re.split(r"(?<=[.?!])\s+", stages[event.data["index"]]["words"]["opening"].strip())[-1]
        later = [out for out in e.outputs if out.type.startswith("reply.") and _order(out) > _order(event)]
        first = next((out.data for out in later if out.type in ("reply.finished", "reply.cancelled")), None)
        if first and "text" in first and question.lower() not in first["text"].lower():
            yield f"{event.data['stage']} was opened with {first['text']!r}"


def _order(event: object) -> tuple[int, ...]:
    return tuple(map(int, str(getattr(event, "entry_id", "0-0")).split("-")))


def effects_once(e: Evidence) -> Iterator[str]:
    """One end, one answer to an ask, one firing of a deadline."""
    if len(ends := e.outs("interview.ended")) != 1:
        yield f"interview.ended {len(ends)} times"
    answers = Counter(event.data["ask_id"] for event in e.inputs if event.type in ANSWERS)
    yield from (f"ask {ask_id} was answered {n} times" for ask_id, n in answers.items() if n > 1)
    passed = [event for event in e.inputs if event.type == "deadline.passed"]
    fired = Counter(event.data["deadline_id"] for event in passed)
    yield from (f"deadline {deadline_id} fired {n} times" for deadline_id, n in fired.items() if n > 1)


def deadlines_in_time(e: Evidence) -> Iterator[str]:
    """A stage's deadline fires when it is due, or soon after."""
    changes = e.outs("stage.changed")
    fired = [event for event in e.inputs if event.type == "deadline.passed"]
    fired = [event for event in fired if event.data["deadline_id"].startswith("stage-")]
    for event in fired:
        before = [change for change in changes if _time(change.occurred_at) < _time(event.occurred_at)]
        if before and (due := before[-1].data["deadline_s"]):  # else it raced with the stage's end
            late = _seconds(before[-1].occurred_at, event.occurred_at) - due
            if late > DEADLINE_S + AWAY_S:
                yield f"{event.data['deadline_id']} fired {late:.1f} s after its time"
    for entered, left in pairwise(changes):
        lasted, due = _seconds(entered.occurred_at, left.occurred_at), entered.data["deadline_s"]
        if due and lasted > due + DEADLINE_S + AWAY_S and not fired:
            yield f"{entered.data['stage']} lasted {lasted:.0f} s, its deadline of {due:g} s never fired"


def _seconds(start: str, end: str) -> float:
    return (_time(end) - _time(start)).total_seconds()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def at_rest(e: Evidence) -> Iterator[str]:
    """Nobody holds it, nothing is open, everything is applied."""
    if e.lease:
        yield f"held by {e.lease}"
    if effects := sorted(name for name in e.fields if name.startswith("effect:")):
        yield f"open: {effects}"
    last = max((_cursor(x.entry_id) for x in e.inputs), default=(0, 0))
    last = max([last, *(_cursor(plant["entry_id"]) for plant in e.planted if plant["stream"] == "in")])
    if _cursor(e.fields.get("cursor", "0-0")) != last:
        yield f"applied up to {e.fields.get('cursor')}, the log ends at {last}"


def _cursor(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)


def reported(e: Evidence) -> Iterator[str]:
    """The report is there, of this end, and has all that was said."""
    if e.report is None:
        yield "there is no report"
        return
    ended = [event.occurred_at for event in e.outs("interview.ended")]
    if not ended or _time(e.report["ended_at"] or "1970-01-01T00:00:00Z") != _time(ended[0]):
        yield f"it ended at {ended}, by the report at {e.report['ended_at']}"
    said = [(speaker, text) for speaker, _, text in _lines_by_the_log(e)]
    cited = [(turn["speaker"], turn["text"]) for turn in e.report["turns"]]
    if said != cited:
        yield _difference([str(x) for x in said], [str(x) for x in cited])
    if len(e.report["stages"]) != len(e.scenario.get("stages", [])):
        yield f"its stages are {[stage['name'] for stage in e.report['stages']]}"


def _lines_by_the_log(e: Evidence) -> list[tuple[str, str, str]]:
    """The driver's lines, in the order in which the log has them."""
    order = {_subject(event.data): n for n, event in enumerate(e.inputs) if _subject(event.data)}
    return sorted(_lines_by_the_record(e), key=lambda line: order.get(line[1], len(e.inputs)))


def _subject(data: Json) -> str | None:
    """The utterance or the turn that an input is about."""
    return data.get("utterance_id") or data.get("turn_id")


def dead_letters_are_the_planted(e: Evidence) -> Iterator[str]:
    """What was planted is a dead letter, once and with a reason, and nothing else is."""
    yield from letters_match(e.planted, e.letters)


def letters_match(planted: list[Json], letters: list[Json]) -> Iterator[str]:
    """Each plant has one letter, with its reason; no letter without a plant."""
    found = Counter((letter.get("stream"), letter["entry_id"]) for letter in letters)
    for plant in planted:
        times = found.pop((plant["stream"], plant["entry_id"]), 0)
        if times != 1:
            yield f"{plant['kind']} in {plant['stream']} at {plant['entry_id']} is {times} dead letters"
    for letter in letters:
        if (letter.get("stream"), letter["entry_id"]) in found:
            yield f"a dead letter that was not planted: {letter}"
        if not letter.get("reason"):
            yield f"a dead letter without a reason: {letter}"


RULES: tuple[Rule, ...] = (
    came_to_its_end,
    sent_once_and_in_order,
    said_is_remembered,
    answered,
    coherent,
    heard_as_written,
    stages_in_order,
    effects_once,
    deadlines_in_time,
    at_rest,
    reported,
    dead_letters_are_the_planted,
)
