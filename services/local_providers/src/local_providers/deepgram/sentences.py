"""Cuts a stream of words into sentences that can be spoken at once. Pure."""

import re

_END = re.compile(r"[.!?…]+[\"')\]]*(?=\s)|\n")
_ABBREVIATION = re.compile(
    r"(?:^|\s|[(\"'])(?:[A-Za-z]|mr|mrs|ms|dr|prof|st|jr|sr|vs|no|etc|e\.g|i\.e|approx)\.$", re.I
)
_CLAUSE = re.compile(r"[,;:](?=\s)")


class SentenceBuffer:
    """Collects text and gives out sentences as soon as they are known to be whole."""

    def __init__(self, long_chars: int = 160) -> None:
        """Prepares an empty buffer; a sentence longer than `long_chars` is given out in clauses."""
        self._text = ""
        self._long = long_chars

    @property
    def pending(self) -> bool:
        """Whether text waits for the end of its sentence."""
        return bool(self._text.strip())

    def push(self, text: str) -> list[str]:
        """Adds text, returns the sentences it completed."""
        self._text += text
        out: list[str] = []
        while (cut := self._cut()) is not None:
            sentence, self._text = self._text[:cut].strip(), self._text[cut:]
            if speakable(sentence):
                out.append(sentence)
        return out

    def flush(self) -> str | None:
        """Returns what is left, None if there is nothing to say."""
        rest, self._text = self._text.strip(), ""
        return rest if speakable(rest) else None

    def clear(self) -> None:
        """Throws the text away."""
        self._text = ""

    def _cut(self) -> int | None:
        for match in _END.finditer(self._text):
            if not _ABBREVIATION.search(self._text[: match.end()]):
                return match.end()
        if len(self._text) > self._long:
            clauses = [m.end() for m in _CLAUSE.finditer(self._text) if m.end() >= self._long // 3]
            return clauses[0] if clauses else None
        return None


def speakable(text: str) -> bool:
    """Whether a text has anything to pronounce."""
    return any(char.isalnum() for char in text)
