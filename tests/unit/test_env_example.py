"""``.env.example`` names every variable that a settings class reads, explains each, and names no other."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings
from viva.settings import CliSettings
from viva_shared.settings import Settings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
MODULES = ("viva_shared", "viva", "tokens", "brain", "media_bot", "local_providers", "candidate")


def settings_classes() -> set[type[BaseSettings]]:
    """Every settings class in the ``settings`` modules of the packages."""
    found: set[type[BaseSettings]] = {Settings, CliSettings}
    for package in MODULES:
        if importlib.util.find_spec(f"{package}.settings") is None:
            continue
        module = importlib.import_module(f"{package}.settings")
        found |= {
            value
            for value in vars(module).values()
            if inspect.isclass(value) and issubclass(value, BaseSettings) and value is not BaseSettings
        }
    return found


def variables(settings: type[BaseSettings]) -> set[str]:
    """The names of environment variables that a class reads."""
    prefix = settings.model_config.get("env_prefix", "")
    return {field.alias or f"{prefix}{name}".upper() for name, field in settings.model_fields.items()}


def documented() -> list[str]:
    return re.findall(r"^([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def test_every_variable_is_named_and_no_other() -> None:
    known = set().union(*(variables(settings) for settings in settings_classes()))
    assert set(documented()) == known


def test_each_is_named_once_without_a_value_and_under_an_explanation() -> None:
    assert len(documented()) == len(set(documented()))
    explained = False
    for line in (ROOT / ".env.example").read_text().splitlines():
        if line.startswith("#"):
            explained = True
        elif not line:
            explained = False
        else:
            assert explained, f"{line} stands under no explanation"
            assert line.endswith("="), f"{line}: a value here would be everybody's once the file is copied"
