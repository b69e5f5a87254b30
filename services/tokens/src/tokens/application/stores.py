"""What the stores say when they are away, as callers are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from viva_shared.archive import ArchiveUnavailable
from viva_shared.broker import UNAVAILABLE

from tokens.domain.errors import Unavailable


@contextmanager
def reaching() -> Iterator[None]:
    """Reach into Redis or the database. Raises Unavailable."""
    try:
        yield
    except ArchiveUnavailable as error:
        raise Unavailable("the database") from error
    except UNAVAILABLE as error:
        raise Unavailable("Redis") from error
