"""From recognised words to Deepgram's alternatives. Pure."""

from collections.abc import Sequence

from local_providers.deepgram.messages import Alternative, Channel, Word
from local_providers.deepgram.worker import HeardWord


def _punctuated(words: Sequence[str]) -> list[str]:
    """Capitalises the first word and the pronoun, ends with a full stop: all that can honestly be said."""
    out = [word[:1].upper() + word[1:] if word == "i" or word.startswith("i'") else word for word in words]
    if out:
        out[0] = out[0][:1].upper() + out[0][1:]
        out[-1] += "."
    return out


def final_channel(words: Sequence[HeardWord], offset: float, formatted: bool) -> Channel:
    """Builds the channel of a final result.

    Args:
        words: Recognised words, timed from the start of the utterance's sound.
        offset: Where that sound starts in the stream, in seconds.
        formatted: Whether punctuation was asked for.
    """
    plain = [word.word for word in words]
    shown = _punctuated(plain) if formatted else plain
    confidence = sum(word.confidence for word in words) / len(words) if words else 0.0
    return Channel(
        alternatives=[
            Alternative(
                transcript=" ".join(shown),
                confidence=round(confidence, 4),
                words=[
                    Word(
                        word=word.word,
                        start=round(offset + word.start, 3),
                        end=round(offset + word.end, 3),
                        confidence=word.confidence,
                        punctuated_word=text if formatted else None,
                    )
                    for word, text in zip(words, shown, strict=True)
                ],
            )
        ]
    )


def interim_channel(guess: str, start: float, end: float, formatted: bool) -> Channel:
    """Builds the channel of an interim result.

    PocketSphinx times no words before an utterance ends: they are spread evenly, at half confidence.
    """
    words = guess.split()
    step = (end - start) / len(words) if words else 0.0
    heard = [HeardWord(word, step * n, step * (n + 1), 0.5) for n, word in enumerate(words)]
    channel = final_channel(heard, start, formatted)
    best = channel.alternatives[0]
    if not formatted or not words:
        return channel
    # An interim transcript is not at its end yet.
    last = best.words[-1]
    trimmed = last.model_copy(update={"punctuated_word": (last.punctuated_word or last.word).rstrip(".")})
    return Channel(
        alternatives=[
            best.model_copy(
                update={"transcript": best.transcript.rstrip("."), "words": [*best.words[:-1], trimmed]}
            )
        ]
    )
