"""What must hold of every interview by voice, whatever happened to it. Imports nothing of Viva.

A candidate's record by voice has, with times of the wall clock (``at``, ``started``, ``ended``):

    said      text, started, ended, whole (not cut short)
    left, back    the candidate reloads the page, or gives an answer in writing between
    wrote     text, turn_id: that answer
    sounds    track: something begins to sound on it
    spans     track, spans: when it sounded, all in all
    segment   of (an interviewer's identity), text, final, started, updated: its transcript
    understood  text, final: what speech to text has made of the candidate's words, by the room's transcript
    stage     index: the page was told of a stage
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import jiwer

from faults.evidence import Event, Evidence, Json
from faults.rules import (
    Rule,
    at_rest,
    came_to_its_end,
    coherent,
    dead_letters_are_the_planted,
    effects_once,
    stages_in_order,
)

BACK_S = 10.0
"""At most so long after its bot's death a candidate hears the next one."""
TURN_S = 7.0
"""Words are in the log at most so long after they were spoken: the end of a turn takes up to six seconds."""
SLOW_TURN_S = 20.0
"""The same, if speech to text has understood nothing of them yet: on a busy machine it is slow."""
SETTLING_S = 3.0
"""After coming back to the room the candidate is listened to within this."""
EARS_BACK_S = 15.0
"""After an outage of speech the bot listens again within this."""
SPLIT_S = 0.5
"""How exact the times of sounds and utterances are."""
LONG_WORDS = 5
"""Fewer words than this are recognised too badly to be compared."""
WRONG_ONCE, WRONG = 0.75, 0.45
"""Share of words that speech recognition may get wrong: in one utterance, and in an interview."""
CHARACTERS_A_SECOND = 10.0


@dataclass(frozen=True)
class Loss:
    """The room's bot was killed, paused or drained.

    Attributes:
        back_s: to the first sound of the next one; None if there was none.
        spoke_until: when the candidate, who spoke meanwhile and was let finish, had done so; else None.
    """

    at: float
    kind: str
    back_s: float | None
    spoke_until: float | None

    @property
    def was_late(self) -> bool:
        """Whether the next bot was heard too late, or not at all."""
        return self.back_s is None or self.at + self.back_s > max(self.at, self.spoke_until or 0.0) + BACK_S

    @property
    def over(self) -> float:
        """When the candidate is listened to again."""
        return self.at + (BACK_S if self.back_s is None else self.back_s)


def losses(e: Evidence) -> list[Loss]:
    """What has become of the interview's bots, but for those whose interview was over."""
    ended = min((_time(event.occurred_at) for event in e.outs("interview.ended")), default=float("inf"))
    begins = sorted(spans[0][0] for spans in _sounds(e).values())
    found = []
    for fault in e.faults:
        if e.interview_id in fault.get("rooms", ()) and fault["at"] < ended:
            back = next((start for start in begins if start > fault["at"] + SPLIT_S), None)
            until = fault["at"] + BACK_S if back is None else back
            spoke = [
                s["ended"] for s in _lines(e, "said") if s["started"] < until and s["ended"] > fault["at"]
            ]
            back_s = None if back is None else back - fault["at"]
            found.append(Loss(fault["at"], fault["kind"], back_s, max(spoke, default=None)))
    return found


def _lines(e: Evidence, what: str) -> list[Json]:
    return [line for line in e.record if line["what"] == what]


def _sounds(e: Evidence) -> dict[str, list[list[float]]]:
    """When each bot sounded."""
    return {line["track"]: line["spans"] for line in _lines(e, "spans") if line["spans"]}


def _time(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def _inputs(e: Evidence, kind: str) -> list[Event]:
    return [event for event in e.inputs if event.type == kind]


def _away(e: Evidence) -> list[tuple[float, float]]:
    """From when to when the candidate was out of the room."""
    return [(out["at"], back["at"]) for out, back in zip(_lines(e, "left"), _lines(e, "back"), strict=True)]


def said_goodbye(e: Evidence) -> Iterator[str]:
    """It ended because the candidate said goodbye; by silence only if that was not understood."""
    reasons = [event.data["reason"] for event in e.outs("interview.ended")]
    last = [_words(event.data["text"]) for event in _inputs(e, "utterance.heard")][-1:]
    was_understood = any(re.search(rf"\b{word}\b", text) for text in last for word in _goodbyes(e))
    if reasons != (["goodbye"] if was_understood else ["silence"]):
        yield f"it ended by {reasons}, the last words were {last}"


def _goodbyes(e: Evidence) -> list[str]:
    return [_words(word) for word in e.scenario["ending"]["goodbyes"]]


def understood(e: Evidence) -> Iterator[str]:
    """What was spoken to a living bot is in the log, by time and by words, in order, and nothing else is."""
    said, owed = _lines(e, "said"), spoken_to_a_bot(e)
    heard = [event for event in _inputs(e, "utterance.heard") if event.data.get("via", "voice") == "voice"]
    times = [_time(event.data["speech_ended_at"] or event.occurred_at) for event in heard]
    if times != sorted(times):
        yield f"the log has utterances in another order than they were spoken in: {times}"
    spoken, recognised = "", ""
    starts = [line["started"] - SPLIT_S for line in said] + [float("inf")]
    for line, start, following in zip(said, starts, starts[1:], strict=False):
        texts = [
            event.data["text"] for event, at in zip(heard, times, strict=True) if start <= at < following
        ]
        if line not in owed:
            continue
        if not texts:
            yield f"{line['text']!r} is not in the log"
        elif len(_words(line["text"]).split()) >= LONG_WORDS:
            spoken, recognised = f"{spoken} {line['text']}", " ".join([recognised, *texts])
            wrong = jiwer.wer(_words(line["text"]), _words(" ".join(texts)))
            if wrong > WRONG_ONCE:
                yield f"{line['text']!r} is in the log as {texts}"
    if spoken and (wrong := jiwer.wer(_words(spoken), _words(recognised))) > WRONG:
        yield f"{wrong:.0%} of the words are wrong"
    early = [event.data["text"] for event, at in zip(heard, times, strict=True) if at < starts[0]]
    yield from (f"nobody has said {text!r}" for text in early)


def spoken_to_a_bot(e: Evidence) -> list[Json]:
    """What the candidate said whole while a bot listened."""
    return [line for line in _lines(e, "said") if line["whole"] and not _is_lost(e, line)]


def _is_lost(e: Evidence, said: Json) -> bool:
    """Whether something happened meanwhile for which words may be lost."""
    gone = [
        (loss.at - (TURN_S if _was_understood(e, said, loss.at) else SLOW_TURN_S), loss.over)
        for loss in losses(e)
    ]
    gone += [(left - TURN_S, back + SETTLING_S) for left, back in _away(e)]
    gone += [(f["began"] - TURN_S, f["ended"] + EARS_BACK_S) for f in e.faults if f.get("ears")]
    return any(said["started"] < until and said["ended"] > since for since, until in gone)


def _was_understood(e: Evidence, said: Json, before: float) -> bool:
    """Whether speech to text had made something of it by then: it may be slow, and dies with its bot."""
    return any(u["final"] and said["started"] < u["at"] < before for u in _lines(e, "understood"))


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w']+", text.lower()))


def heard_in_the_room(e: Evidence) -> Iterator[str]:
    """What the candidate read is what the brain said, each piece once; and what the log says was heard."""
    own = {_letters(e.scenario["words"][name]) for name in ("hold", "no_sound")}
    turns = [event.data["turn_id"] for event in e.outs("reply.started")]
    left = {turn: _letters(e.joined(turn)) for turn in turns}
    given: dict[str, str] = dict.fromkeys(turns, "")
    reports = _inputs(e, "reply.heard")
    reported = {event.data["turn_id"] for event in reports}
    at = 0
    for segment in sorted(_lines(e, "segment"), key=lambda line: line["started"]):
        text = _letters(segment["text"])
        if text in own:
            continue
        found = next((n for n in range(at, len(turns)) if text and left[turns[n]].startswith(text)), None)
        if found is None:
            yield f"the candidate was told {segment['text']!r}, which the brain did not say, or not there"
            continue
        at, turn = found, turns[found]
        left[turn], given[turn] = left[turn][len(text) :], given[turn] + text
        if turn not in reported and not _was_cut_off(e, segment):
            yield f"{turn}: {segment['text']!r} was heard, and that is not in the log"
    for event in reports:
        turn, text = event.data["turn_id"], _letters(event.data["text"])
        when = _time(event.occurred_at)
        is_away = any(out - SETTLING_S < when < back + SETTLING_S for out, back in _away(e))
        if not given.get(turn, "").startswith(text) and not is_away:
            yield f"{turn} was heard as {event.data['text']!r}, the candidate read {given.get(turn)!r}"
        if event.data["complete"] and text != _letters(e.joined(turn)):
            yield f"{turn} was heard whole as {event.data['text']!r}, it is {e.joined(turn)!r}"


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text.lower())


def _was_cut_off(e: Evidence, segment: Json) -> bool:
    """Whether its bot went while it spoke, and could report nothing."""
    until = segment["updated"] + len(segment["text"]) / CHARACTERS_A_SECOND + SETTLING_S
    return any(segment["started"] - SETTLING_S < loss.at < until for loss in losses(e))


def another_bot_came(e: Evidence) -> Iterator[str]:
    """After a bot's death the next one is heard in time, and says so once; nobody comes uncalled for."""
    gone = losses(e)
    for loss in gone:
        if loss.was_late:
            yield f"{loss.kind}: the next bot was heard after {loss.back_s} s"
    changes = len(_lines(e, "wrote"))
    if len(bots := _inputs(e, "bot.joined")) > 1 + len(gone) + changes:
        yield f"{len(bots)} bots have joined, {len(gone)} were lost, {changes} sent away"
    words = e.scenario["words"]["lost_connection"]
    instead = [e.scenario["words"]["welcome_back"]] if changes else []
    instead += [e.scenario["ending"]["farewell"], *(s["words"]["bridge"] for s in e.scenario["stages"])]
    firsts: dict[str, Json] = {}
    for segment in sorted(_lines(e, "segment"), key=lambda line: line["started"]):
        firsts.setdefault(segment["of"], segment)
    for segment in list(firsts.values())[1:]:
        begun = segment["text"] if segment["final"] else ""
        if begun and not begun.startswith((words, *filter(None, instead))):
            yield f"a new bot began with {segment['text']!r}"
    said = Counter(
        event.event_id.rpartition(":")[2]
        for event in _inputs(e, "reply.heard")
        if words in event.data["text"]
    )
    yield from (
        f"bot {epoch} said {times} times that it had been lost" for epoch, times in said.items() if times > 1
    )


def one_voice(e: Evidence) -> Iterator[str]:
    """Nothing is heard of a bot once the next one has been heard."""
    in_order = sorted(_sounds(e).items(), key=lambda track: track[1][0][0])
    for (old, spans), (new, later) in pairwise(in_order):
        if (last := spans[-1][1]) > later[0][0] + SPLIT_S:
            yield f"{old} was heard {last - later[0][0]:.1f} s after {new} had begun"


def stages_seen(e: Evidence) -> Iterator[str]:
    """The page was told of every stage, in order; again by each new bot."""
    seen = [line["index"] for line in _lines(e, "stage")]
    if seen != sorted(seen) or set(seen) != set(range(len(e.scenario["stages"]))):
        yield f"the page was told of the stages {seen}"


def reported_in_full(e: Evidence) -> Iterator[str]:
    """The report is there, of this end, and has every line."""
    if e.report is None:
        yield "there is no report"
        return
    ended = [_time(event.occurred_at) for event in e.outs("interview.ended")]
    if ended != [_time(e.report["ended_at"] or "1970-01-01T00:00:00Z")]:
        yield f"it ended at {ended}, by the report at {e.report['ended_at']}"
    lines = [(line["speaker"], line["text"]) for line in e.state.get("lines", [])]
    if lines != [(turn["speaker"], turn["text"]) for turn in e.report["turns"]]:
        yield f"its turns are {e.report['turns']}, the interview's {lines}"


VOICE_RULES: tuple[Rule, ...] = (
    came_to_its_end,
    said_goodbye,
    understood,
    heard_in_the_room,
    another_bot_came,
    one_voice,
    coherent,
    stages_in_order,
    stages_seen,
    effects_once,
    at_rest,
    reported_in_full,
    dead_letters_are_the_planted,
)
