"""What is wrong with a scenario."""

from __future__ import annotations

from pydantic import ValidationError


class ScenarioError(ValueError):
    """A scenario that cannot be used; the message names the file, the place in it and what is wrong."""


def problems(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(part) for part in problem['loc']) or 'scenario'}: {problem['msg']}"
        for problem in error.errors(include_url=False)
    ]
