"""What a note to the interviewer wants to be asked, as a question to the user. Pure; English only."""

import re

from local_providers.gemini.questions import is_question
from local_providers.gemini.text import PEOPLE, sentences, word_set, words

_PERSON = f"(?:{'|'.join(sorted(PEOPLE))})"
_ORDER = re.compile(
    r"\b(?:ask|probe|press|push|dig|drill|inquire|enquire|explore|discuss|find out|learn|know|clarify|talk|"
    r"check|follow up|come back|hear|let)\b(?! that\b)",
    re.I,
)
_TOWARDS = word_set(
    """to deeper further more again out up in into on about for with regarding speak talk tell explain
    describe please"""
)
"""What may stand between an order and what is to be asked."""
_THEM = word_set("him her them me us")
_NO_QUESTION = re.compile(
    r"^(?:please )?(?:speak|slow|hurry|be|stay|keep|stop|end|finish|wrap|move|skip|don['’]?t|do not|never|"
    r"avoid|wait|thank|greet|say|mention|remind)\b",
    re.I,
)
_CLAUSE = re.compile(r"^(?:what|how|why|which|when|where|who|whether|if)\b", re.I)
_SUBJECT = rf"(?:he|she|they|the {_PERSON})"
_MOST_WORDS = 6
"""Of a note that only names what is to be asked about."""
_TURNED = (
    (rf"^(is|was|has|does) {_SUBJECT}\b", "{0} you"),
    (rf"\b{_SUBJECT} (is|was|has|does)\b", "you {0}"),
    (rf"\b(?:his|her|their|the {_PERSON}['’]s)(?= \w)", "your"),
    (rf"\b(?:{_SUBJECT}|him|them)\b", "you"),
)
_VERBS = {"is": "are", "was": "were", "has": "have", "does": "do"}


def question_of(note: str) -> str | None:
    """Returns the question that a note asks for, in words to the user; None: it asks for something else."""
    said = sentences(note)
    for sentence in said:
        if order := _ORDER.search(sentence):
            if wanted := _wanted(sentence[order.end() :]):
                lead = "Could you tell me" if _CLAUSE.match(wanted) else "Could you tell me more about"
                return f"{lead} {_to_the_user(wanted)}?"
        elif sentence.endswith("?") and is_question(sentence):
            question = _to_the_user(sentence)
            return question[:1].upper() + question[1:]
    topic = note.strip(" .!:")
    is_topic = len(said) == 1 and 0 < len(words(topic)) <= _MOST_WORDS
    if is_topic and not _ORDER.match(topic) and not _NO_QUESTION.match(topic):
        return f"Could you tell me more about {_to_the_user(topic)}?"
    return None


def _wanted(text: str) -> str:
    """What comes after an order, without whom it is to be asked."""
    found = text.strip(" .!?:,").split()
    while found:
        if found[0].lower() in _TOWARDS:
            found = found[1:]
        elif found[0].lower() == "the" and found[1:] and found[1].lower() in PEOPLE:
            found = found[2:]
        elif found[0].lower() in _THEM and (not found[1:] or _goes_on(found[1])):
            found = found[1:]
        else:
            break
    return " ".join(found)


def _goes_on(word: str) -> bool:
    return word.lower() in _TOWARDS or bool(_CLAUSE.match(word))


def _to_the_user(text: str) -> str:
    """What is said of the user, said to the user."""
    for pattern, turned in _TURNED:
        text = re.sub(pattern, lambda found, to=turned: _turn(found, to), text, flags=re.I)  # type: ignore[misc]
    return text


def _turn(found: re.Match[str], turned: str) -> str:
    return turned.format(*(_VERBS[verb.lower()] for verb in found.groups()))
