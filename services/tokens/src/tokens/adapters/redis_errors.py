"""What Redis says when it is away, as callers are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError
from viva_shared.broker import passes

from tokens.domain.errors import Unavailable


@contextmanager
def redis_answers() -> Iterator[None]:
    """Ask Redis itself, not through a mailbox. Raises Unavailable."""
    try:
        yield
    except (RedisError, OSError) as error:
        if not passes(error):
            raise
        raise Unavailable("Redis") from error
