"""What stops a stack. Each message says what to do."""

from __future__ import annotations


class StackError(Exception):
    """The stack cannot be started, or has come down."""
