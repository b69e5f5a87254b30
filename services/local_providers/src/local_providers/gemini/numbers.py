"""Numbers in digits and in words. Pure."""

import re

_UNIT_WORDS = "zero one two three four five six seven eight nine ten eleven twelve "
_TEEN_WORDS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_SMALL = {word: number for number, word in enumerate((_UNIT_WORDS + _TEEN_WORDS).split())}
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * number for number, word in enumerate(_TEN_WORDS.split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}


def numbers_in(text: str) -> list[tuple[int, float]]:
    """Returns the numbers in a text, in digits or words, with their places."""
    found: list[tuple[int, float]] = []
    total, part, start = 0.0, 0.0, -1
    for match in re.finditer(r"\d+(?:,\d+)*(?:\.\d+)?|[A-Za-z]+", text):
        word = match.group().lower()
        if word[0].isdigit():
            found.append((match.start(), float(word.replace(",", ""))))
        elif word in _SMALL or word in _TENS or (word in _SCALES and start >= 0):
            start = match.start() if start < 0 else start
            if word in _SCALES:
                part = max(1.0, part) * _SCALES[word]
                if word != "hundred":
                    total, part = total + part, 0.0
            else:
                part += _SMALL.get(word, _TENS.get(word, 0))
            continue
        elif word == "and" and start >= 0:
            continue
        if start >= 0:
            found.append((start, total + part))
            total, part, start = 0.0, 0.0, -1
    return [*found, (start, total + part)] if start >= 0 else found
