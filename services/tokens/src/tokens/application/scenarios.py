"""Scenarios as interviews are made of them: read once, until their files change."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import structlog
from viva_shared.scenario import Scenario, ScenarioError, load_scenario, scenario_names, translations

from tokens.domain.errors import UnknownScenario, UnsuitableScenario

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What an interview is to be about; None leaves it to the scenario.

    Attributes:
        scenario: None: the default one.
        questions: asked word for word, in place of those that the model makes.
    """

    scenario: str | None = None
    language: str | None = None
    job_title: str | None = None
    seniority: str | None = None
    num_questions: int | None = None
    questions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scenario, and as JSON, the way an interview keeps it."""

    scenario: Scenario
    json: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A scenario that can be held, and every language that it speaks, its own first."""

    scenario: Scenario
    languages: tuple[str, ...]


class Scenarios:
    """Those of one folder."""

    def __init__(self, folder: Path, default: str) -> None:
        self._folder = folder
        self._default = default
        self._kept: dict[tuple[str, str | None], tuple[tuple[int, ...], Prepared]] = {}

    def prepared(self, brief: Brief) -> Prepared:
        """The scenario of one interview.

        Raises:
            UnknownScenario: there is none of this name, or its file cannot be used.
            UnsuitableScenario: it does not speak the language, or asks no question set to be made for a job.
        """
        kept = self._read(brief.scenario or self._default, brief.language)
        try:
            tailored = kept.scenario.tailored(
                count=brief.num_questions,
                job_title=brief.job_title,
                seniority=brief.seniority,
                given=brief.questions,
            )
        except ScenarioError as error:
            raise UnsuitableScenario(str(error)) from error
        return kept if tailored is kept.scenario else Prepared(tailored, tailored.model_dump_json())

    def offers(self) -> list[Offer]:
        """All that can be held, by name; what cannot be used is left out, and the log says why."""
        offers = []
        for name in scenario_names(self._folder):
            if own := self._usable(name):
                others = [self._usable(name, language) for language in translations(name, self._folder)]
                languages = dict.fromkeys(each.scenario.language for each in (own, *others) if each)
                offers.append(Offer(own.scenario, tuple(languages)))
        return offers

    def _usable(self, name: str, language: str | None = None) -> Prepared | None:
        try:
            return self._read(name, language)
        except (UnknownScenario, UnsuitableScenario) as error:
            log.warning("scenario.not_usable", scenario=name, language=language, error=str(error))
            return None

    def _read(self, name: str, language: str | None) -> Prepared:
        changed, kept = self._kept.get((name, language), ((), None))
        if kept and changed == self._changed(name, language):
            return kept
        if name not in (known := scenario_names(self._folder)):
            there = ", ".join(known) or f"none in {self._folder}"
            raise UnknownScenario(f"there is no scenario {name!r}; there are: {there}")
        changed = self._changed(name, language)
        try:
            scenario = load_scenario(name, self._folder)
        except ScenarioError as error:
            raise UnknownScenario(f"scenario {name!r} cannot be used: {error}") from error
        if language:
            try:
                scenario = load_scenario(name, self._folder, language)
            except ScenarioError as error:
                raise UnsuitableScenario(str(error)) from error
        prepared = Prepared(scenario, scenario.model_dump_json())
        self._kept[name, language] = changed, prepared
        return prepared

    def _changed(self, name: str, language: str | None) -> tuple[int, ...]:
        """When the files that it is of were last changed, in nanoseconds; 0: not there."""
        names = [name, f"{name}.{language}"] if language else [name]
        return tuple(map(_changed_at, (f"{self._folder}/{each}.yaml" for each in names)))


def _changed_at(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return 0
