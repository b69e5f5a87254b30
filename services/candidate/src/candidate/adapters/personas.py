"""Personas on disk: those that come with the package, and a user's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from candidate.application.ports import CandidateError
from candidate.domain.persona import Persona


class PersonaError(CandidateError):
    """There is no such persona, or its file is wrong."""


def persona_names() -> list[str]:
    """The personas that come with the package."""
    folder = resources.files("candidate") / "personas"
    return sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".yaml"))


def load_persona(name_or_path: str) -> Persona:
    """A persona by name (``alice``) or from a YAML file.

    Raises:
        PersonaError: no such persona, unreadable YAML, or a field that is wrong.
    """
    if name_or_path in persona_names():
        text = (resources.files("candidate") / "personas" / f"{name_or_path}.yaml").read_text("utf-8")
    else:
        path = Path(name_or_path)
        if not path.is_file():
            known = ", ".join(persona_names())
            raise PersonaError(f"no persona {name_or_path!r}: it is neither a file nor one of {known}")
        text = path.read_text("utf-8")
    try:
        return Persona.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise PersonaError(f"persona {name_or_path!r}: {error}") from error
