"""The rest of a reply that was cut. Pure."""

from collections.abc import Callable
from random import Random

from local_providers.gemini.text import sentences, tokens

_WORDINGS = 400


def rest_of_reply(said: str, first: str, reword: Callable[[Random], str]) -> str:
    """Returns what remains of a reply after what was said of it already.

    The reply's wording is found again: the model's own for this request, else the other wordings of the same
    plan. If the words that were said are none of them, the last sentence of the reply finishes the thought.

    Args:
        said: What went out before the cut.
        first: The reply as this request words it.
        reword: Words the same plan in another way.
    """
    if not said.strip():
        return first
    spoken = [token.word for token in tokens(said)]
    best, best_common = first, _common(spoken, first)
    for seed in range(_WORDINGS):
        if best_common == len(spoken):
            break
        other = reword(Random(seed))
        if (common := _common(spoken, other)) > best_common:
            best, best_common = other, common
    if best_common == len(spoken):
        return _after(best, len(spoken))
    if said.rstrip().endswith("?"):
        return ""
    return sentences(best)[-1] if sentences(best) else ""


def _common(spoken: list[str], text: str) -> int:
    words = [token.word for token in tokens(text)]
    shorter = min(len(spoken), len(words))
    return next((n for n in range(shorter) if spoken[n] != words[n]), shorter)


def _after(text: str, count: int) -> str:
    """Returns the text after its first `count` words, without the punctuation that closed them."""
    if not count:
        return text
    return text[tokens(text)[count - 1].end :].lstrip(" .,;:!?")
