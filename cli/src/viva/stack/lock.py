"""One stack at a time: a lock that the kernel takes back when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from viva.stack.errors import StackError


@contextmanager
def stack_lock(path: Path) -> Iterator[None]:
    """Hold the lock during the block. Raises StackError, naming the holder, if somebody has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError as error:
        raise StackError(f"{path} cannot be written ({error.strerror}): use a folder of your own") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise StackError(
                f"another stack is running here (pid {file.read().strip() or 'unknown'}): stop it, or use "
                "it with `.venv/bin/viva rehearse --attach`"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def stack_pid(path: Path) -> int | None:
    """The process whose stack is running; None if there is none."""
    if not path.exists():
        return None
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text.isdigit() else 0
    return None
