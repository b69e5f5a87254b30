"""Scenarios on disk: YAML files, one for each scenario and language."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import ValidationError

from viva_shared.scenario.errors import ScenarioError, problems
from viva_shared.scenario.model import Scenario


def scenario_names(scenarios_dir: Path) -> list[str]:
    """Names of the scenarios in a folder."""
    return sorted({path.stem.partition(".")[0] for path in scenarios_dir.glob("*.yaml")})


def translations(name: str, scenarios_dir: Path) -> list[str]:
    """The languages, beside its own, for which a scenario has a file."""
    return sorted(path.stem.partition(".")[2] for path in scenarios_dir.glob(f"{name}.*.yaml"))


def load_scenario(name: str, scenarios_dir: Path, language: str | None = None) -> Scenario:
    """Read ``<scenarios_dir>/<name>.yaml``, or ``<name>.<language>.yaml`` if that speaks another language.

    Raises:
        ScenarioError: there is none of this name or in this language, or it cannot be used.
    """
    if name not in scenario_names(scenarios_dir):
        known = ", ".join(scenario_names(scenarios_dir)) or "none"
        raise ScenarioError(f"no scenario {name!r} in {scenarios_dir}; there are: {known}")
    scenario = _read(scenarios_dir / f"{name}.yaml", name)
    if language in (None, scenario.language):
        return scenario
    translation = scenarios_dir / f"{name}.{language}.yaml"
    others = translations(name, scenarios_dir)
    if language not in others:
        known = ", ".join(sorted({scenario.language, *others}))
        raise ScenarioError(f"scenario {name!r} does not speak {language!r}; it speaks: {known}")
    return _read(translation, name)


def _read(path: Path, name: str) -> Scenario:
    try:
        scenario = Scenario.model_validate(yaml.safe_load(path.read_text()))
    except FileNotFoundError as error:
        raise ScenarioError(f"{path} is missing") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: not YAML: {error}") from error
    except ValidationError as error:
        raise ScenarioError(f"{path}: {'; '.join(problems(error))}") from error
    if scenario.name != name:
        raise ScenarioError(f"{path}: its name is {scenario.name!r}, the file's is {name!r}")
    if path.stem != name and path.stem != f"{name}.{scenario.language}":
        raise ScenarioError(f"{path}: its language is {scenario.language!r}, the file's is another")
    return scenario
