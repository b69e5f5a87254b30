"""Which field each question of the model was about, and which answers followed it. Pure.

The model keeps no state between requests, so it finds out from the history, which may have been cut by
interruptions or spoken in the application's own words.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from local_providers.gemini.conversation import Speaker, Utterance
from local_providers.gemini.fields import Field
from local_providers.gemini.questions import is_unclear, split_questions
from local_providers.gemini.text import content_stems, overlap, sentences, words

_THRESHOLD = 0.3


@dataclass
class Record:
    """How a field fared so far."""

    asks: int = 0
    answers: list[str] = field(default_factory=list)
    answered_asks: int = 0


def attribute(fields: Sequence[Field], utterances: Sequence[Utterance]) -> dict[str, Record]:
    """Returns a record for each field, by name."""
    records = {f.name: Record() for f in fields}
    current: Field | None = None
    open_ask = False
    previous = Speaker.USER
    for utterance in utterances:
        if utterance.speaker is Speaker.MODEL:
            about = field_of(fields, utterance.text)
            if about is not None or previous is Speaker.USER:
                current = about
            if about is not None:
                records[about.name].asks += 1
                open_ask = True
        elif current is not None:
            _, told = split_questions(utterance.text)
            text = _rest_of(utterance.text, told)
            if words(text) and not is_unclear(text):
                record = records[current.name]
                record.answers.append(text)
                record.answered_asks += open_ask
                open_ask = False
        previous = utterance.speaker
    return records


def field_of(fields: Sequence[Field], said: str) -> Field | None:
    """Returns the field that a text of the model asks for.

    A field's own phrase decides; else the words of the last question, then those of the whole text.
    """
    literal = [f for f in fields if f.phrase.lower() in said.lower()]
    if literal:
        return max(literal, key=lambda f: len(f.phrase))
    parts = sentences(said)
    asked = [part for part in parts if part.endswith("?")][-1:] or parts[-1:]
    for text in (*asked, said):
        if (found := _best(fields, content_stems(text))) is not None:
            return found
    return None


def _best(fields: Sequence[Field], said: Sequence[str]) -> Field | None:
    shares = Counter(stem for f in fields for stem in f.stems)
    best, best_score = None, _THRESHOLD
    for candidate in fields:
        weights = {stem: 1 / shares[stem] for stem in candidate.stems}
        total = sum(weights.values())
        score = sum(weights[stem] for stem in overlap(candidate.stems, said)) / total if total else 0.0
        if score > best_score:
            best, best_score = candidate, score
    return best


def _rest_of(text: str, told: Sequence[str]) -> str:
    """Returns the longest run of consecutive told sentences, as it stands in the text."""
    best = ""
    for first in range(len(told)):
        for last in range(first, len(told)):
            start = text.find(told[first])
            stop = text.find(told[last], start) + len(told[last])
            run = text[start:stop]
            if len(run) > len(best) and not split_questions(run)[0]:
                best = run
    return best
