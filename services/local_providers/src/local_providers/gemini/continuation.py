"""The rest of a reply that was cut. Pure."""

from collections.abc import Callable
from itertools import chain
from random import Random

from local_providers.gemini.text import sentences

_WORDINGS = 400


def rest_of_reply(said: str, first: str, reword: Callable[[Random], str]) -> str:
    """Returns what remains of a reply after what was said of it already.

    The reply's wording is found again: the one, of this request's and the others of the same plan, of which
    most was said. What was said before it are words of the application's own. If nothing of any wording was
    said, the last sentence of the reply finishes the thought.

    Args:
        said: What went out before the cut.
        first: The reply as this request words it.
        reword: Words the same plan in another way.
    """
    said = " ".join(said.split())
    if not said:
        return first
    best, most = first, 0
    for wording in chain([first], (reword(Random(seed)) for seed in range(_WORDINGS))):
        for text in (wording, _last_sentence(wording)):
            if (begun := _begun(said, text)) > most:
                best, most = text, begun
        if most == len(said):
            break
    if most:
        return best[most:].lstrip()
    return "" if said.endswith("?") else _last_sentence(first)


def _last_sentence(text: str) -> str:
    found = sentences(text)
    return found[-1] if found else ""


def _begun(said: str, text: str) -> int:
    """Returns how many first characters of a text are, from some word on, the end of what was said."""
    starts = (0, *(n for n in range(1, len(said)) if said[n - 1] == " "))
    return next((len(said) - start for start in starts if text.startswith(said[start:])), 0)
