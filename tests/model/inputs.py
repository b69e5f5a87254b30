"""What happens to the interview of the model, and what becomes of it.

An input is an utterance (a positive number), the answer to an ask (its negative), or POISON, which kills who
applies it. An utterance opens an ask of its own number and cancels the one before; its answer opens a
deadline of the same number. A reply has PIECES pieces.

DEADLY is an utterance whose ask kills who performs it, GRIM one whose first answer kills who applies it,
BABEL one whose first answer nobody understands. What was begun MAX_TRIES times and is begun once more,
whoever is to blame, is given up: an input becomes a dead letter, a reply is closed with one piece of the
scenario's own.
"""

from __future__ import annotations

from model.state import Piece, State, Worker

DEADLY = 50
GRIM = 60
BABEL = 70
POISON = 99
PIECES = 2
MAX_TRIES = 2


def performs(w: Worker, ask: int, out: tuple[Piece, ...] = (), *, given_up: bool = False) -> Worker:
    """The worker begins an ask, of whose reply it knows what is out already."""
    numbers = {piece.number for piece in out if piece.ask == ask}
    is_closed = any(piece.closing for piece in out if piece.ask == ask)
    end = 0 if ask == DEADLY else max(PIECES, len(numbers))
    if given_up:
        end = len(numbers) + (not is_closed)
    return w._replace(inherits=0, asking=ask, pieces=len(numbers), end=end, closing=given_up)


def answered(w: Worker) -> Worker:
    return w._replace(asking=0, pieces=0, end=0, closing=False)


def kills(s: State, w: Worker) -> bool:
    """Whether the next input kills who applies it, and the worker does not know better."""
    is_poison = s.log[w.cursor : w.cursor + 1] == (POISON,) or is_first_answer_to(GRIM, s, w)
    return is_poison and w.gives_up != f"input {w.cursor}"


def is_first_answer_to(utterance: int, s: State, w: Worker) -> bool:
    """Whether that is the worker's next input."""
    return -utterance in s.log and s.log.index(-utterance) == w.cursor
