"""The rest of a reply that was cut. Pure."""

from collections.abc import Callable
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
    best, most = first, _begun(said, first)
    for seed in range(_WORDINGS):
        if most == len(said):
            break
        other = reword(Random(seed))
        if (begun := _begun(said, other)) > most:
            best, most = other, begun
    if most or not said:
        return best[most:].lstrip()
    if said.endswith("?"):
        return ""
    return sentences(best)[-1] if sentences(best) else ""


def _begun(said: str, text: str) -> int:
    """Returns how many first characters of a text are, from some word on, the end of what was said."""
    starts = (0, *(n for n in range(1, len(said)) if said[n - 1] == " "))
    return next((len(said) - start for start in starts if text.startswith(said[start:])), 0)
