"""Scenarios: interviews as data. What is asked, in which stages, by which deadlines, in which words."""

from viva_shared.scenario.errors import ScenarioError
from viva_shared.scenario.files import load_scenario, scenario_names, translations
from viva_shared.scenario.model import Scenario
from viva_shared.scenario.parts import (
    Argument,
    BotWords,
    Consent,
    Ending,
    QuestionSet,
    ScenarioWords,
    Silence,
    Speech,
    Stage,
    StageWords,
    Tool,
)

__all__ = [
    "Argument",
    "BotWords",
    "Consent",
    "Ending",
    "QuestionSet",
    "Scenario",
    "ScenarioError",
    "ScenarioWords",
    "Silence",
    "Speech",
    "Stage",
    "StageWords",
    "Tool",
    "load_scenario",
    "scenario_names",
    "translations",
]
