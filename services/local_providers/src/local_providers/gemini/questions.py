"""Questions and goodbyes of the user, and answers from the system instruction. Pure."""

import re

from local_providers.gemini.text import content_stems, overlap, sentences, words

_AUX = (
    r"(?:is|are|was|were|am|do|does|did|can|could|will|would|should|shall|has|have|may|might|happens|comes)"
)
_OPENING = re.compile(
    rf"^(?:(?:so|and|but|well|um|uh|okay|ok|yes|no|sorry|please|also|then|actually|hi|hello)[ ,]+)*"
    rf"(?:(?:what|who|when|where|why|which|how|what's|who's|when's|where's|how's)\s+{_AUX}\b"
    rf"|(?:what|who|when|where|how)'s\b"
    rf"|how\s+(?:long|many|much|often|soon|far|big|large)\b"
    rf"|what\s+(?:kind|sort|type|time|happens|about)\b|which\s+\w+\s+{_AUX}\b|what\s+\w+\s+{_AUX}\b"
    rf"|(?:can|could|may|might|will|would|shall|should)\s+(?:i|you|we|it|there|they)\b"
    rf"|(?:do|does|did|is|are|am|was|were|has|have)\s+(?:you|i|it|there|we|they|this|that|the)\b"
    rf"|i\s+(?:have|had|do\s+have)\s+(?:a|one|another|some)\s+questions?\b|may\s+i\s+ask\b|i\s+(?:would|wanted|want|'d)?\s*(?:like\s+)?to\s+(?:ask|know))",
    re.I,
)
_LONGEST_SPOKEN_QUESTION = 25
_ENOUGH_SHARED = 0.3
_GOODBYE = re.compile(
    r"\b(?:good\s?bye|bye|see you|farewell|take care|have a (?:nice|good|great) (?:day|evening|weekend))\b",
    re.I,
)
_UNCLEAR = re.compile(
    r"\b(?:what do you mean|(?:say|repeat|ask) (?:that|it|the question)(?: again| once more)?|"
    r"(?:pardon|excuse me|sorry)\W*$|(?:did not|didn't|do not|don't) (?:understand|hear|catch|get)"
    r" (?:that|you|it|the question))",
    re.I,
)
_NOTHING = re.compile(
    r"^(?:(?:no|nope|nothing|none|not really|i'm good|i am good|that's all|that is all|all good)\b[ ,.!]*)+"
    r"(?:(?:more|else|further|questions?|thanks|thank|you|from|me|my|side|i|have|any|for|now|that's|that|is|it|all|"
    r"don't|do|not|think|so)\b[ ,.!]*)*$",
    re.I,
)
_ORDER = re.compile(
    r"^(?:you are|you're|your|you (?:must|should|ask)|ask|call|never|do|"
    r"don't|always|keep|use|say|when|if|speak|be|thank|answer|greet|stop|avoid|wait|once|only|make|write|return|respond|reply|after|"
    r"before|find|learn|known|note|tool|goal|rules?|stage|instructions?|please|continue|act|follow|give|begin|"
    r"start|end|move|let)\b",
    re.I,
)


def is_question(text: str) -> bool:
    """Whether a text, perhaps without punctuation, asks something."""
    text = text.strip()
    if text.endswith("?"):
        return True
    return bool(_OPENING.match(text)) and len(words(text)) <= _LONGEST_SPOKEN_QUESTION


def split_questions(text: str) -> tuple[list[str], list[str]]:
    """Returns a turn's questions, and the rest of its sentences."""
    asked: list[str] = []
    told: list[str] = []
    for sentence in sentences(text):
        (asked if is_question(sentence) else told).append(sentence)
    return asked, told


def is_unclear(text: str) -> bool:
    """Whether the user did not understand, and asks to hear it again."""
    return bool(_UNCLEAR.search(text)) and len(words(text)) <= 14


def is_goodbye(text: str) -> bool:
    """Whether the user takes leave."""
    return bool(_GOODBYE.search(text)) and len(words(text)) <= 25


def is_nothing(text: str) -> bool:
    """Whether the user says that there is nothing (more) to say."""
    return bool(_NOTHING.match(text.strip()))


def answer_from(instruction: str, question: str) -> str | None:
    """Returns the sentence of the instruction that best matches a question, if one does.

    Sentences that tell the model what to do are passed over: they are not for the user's ears.
    """
    wanted = content_stems(question)
    best, best_score = None, 0.0
    for sentence in sentences(instruction):
        plain = re.sub(r"^[\s>*#\-\d.)]+", "", sentence)
        if _ORDER.match(plain) or "_" in plain or ":" in plain[:40] or not plain[:1].isalpha():
            continue
        shared = overlap(wanted, content_stems(plain))
        score = len(shared) / len(wanted) if wanted else 0.0
        if score > best_score:
            best, best_score = plain, score
    return best if best_score >= _ENOUGH_SHARED else None
