"""Scenarios: what is shipped loads, and what is wrong is named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from viva_shared.scenario import Scenario, ScenarioError, load_scenario, scenario_names

pytestmark = pytest.mark.unit

SHIPPED = Path(__file__).parents[2] / "scenarios"


@pytest.mark.parametrize("name", scenario_names(SHIPPED))
def test_what_is_shipped_loads_and_survives_storage(name: str) -> None:
    scenario = load_scenario(name, SHIPPED)
    again = Scenario.model_validate_json(scenario.model_dump_json())
    assert again == scenario
    assert again.content_hash == scenario.content_hash


def test_the_tool_becomes_json_schema() -> None:
    tool = load_scenario("screening", SHIPPED).stages[1].tool
    assert tool is not None
    schema = tool.json_schema
    assert schema["required"] == []
    assert set(schema["properties"]) == {"project", "impact", "challenges"}


def change(scenario: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    place: Any = scenario
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    place[int(last) if last.isdigit() else last] = value


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("title", None, "title"),
        ("colour", "blue", "colour"),
        ("stages.0.deadline_s", -1, "stages.0.deadline_s"),
        ("stages.0.words.fallback", [], "fallback"),
        ("stages.1.name", "self_intro", "same name"),
        ("stages.1.tool.name", "self_intro_complete", "tool of the same name"),
        ("stages.0.words", {"opening": "Hi.", "fallback": ["And?"]}, "words.bridge"),
        ("stages.2.deadline_s", 10, "the last stage"),
        ("name", "other", "the file's is"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, path: str, value: Any, said: str) -> None:
    scenario = yaml.safe_load((SHIPPED / "screening.yaml").read_text())
    change(scenario, path, value)
    (tmp_path / "screening.yaml").write_text(yaml.safe_dump(scenario))
    with pytest.raises(ScenarioError, match=said):
        load_scenario("screening", tmp_path)


def test_a_stage_that_could_never_end_is_refused(tmp_path: Path) -> None:
    scenario = yaml.safe_load((SHIPPED / "screening.yaml").read_text())
    del scenario["stages"][0]["tool"], scenario["stages"][0]["deadline_s"]
    (tmp_path / "screening.yaml").write_text(yaml.safe_dump(scenario))
    with pytest.raises(ScenarioError, match="could never end"):
        load_scenario("screening", tmp_path)


@pytest.mark.parametrize("name", ["../screening", "/etc/passwd", "nothing"])
def test_a_name_that_is_not_there_says_which_are(name: str) -> None:
    with pytest.raises(ScenarioError, match="screening"):
        load_scenario(name, SHIPPED)


def test_broken_yaml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("stages: [")
    with pytest.raises(ScenarioError, match="not YAML"):
        load_scenario("broken", tmp_path)


def test_a_scenario_speaks_the_language_that_is_asked_for() -> None:
    assert load_scenario("question_set", SHIPPED, "de").title == "Interviewfragen"
    assert load_scenario("question_set", SHIPPED, "en") == load_scenario("question_set", SHIPPED)
    with pytest.raises(ScenarioError, match="does not speak 'fr'; it speaks: de, en"):
        load_scenario("question_set", SHIPPED, "fr")


def test_a_question_set_is_tailored() -> None:
    scenario = load_scenario("question_set", SHIPPED)
    stage = scenario.tailored(job_title="Data engineer", given=("Why?", "How?")).question_stage
    assert stage is not None
    assert stage.questions is not None
    assert (stage.questions.count, stage.questions.job_title) == (2, "Data engineer")
    assert scenario.tailored() is scenario
    with pytest.raises(ScenarioError, match="2 questions are given, and 5 are wanted"):
        scenario.tailored(count=5, given=("Why?", "How?"))
    with pytest.raises(ScenarioError, match="count"):
        scenario.tailored(count=30)
    with pytest.raises(ScenarioError, match="asks no question set: leave out job_title"):
        load_scenario("screening", SHIPPED).tailored(job_title="Data engineer")


def test_the_first_sentence_must_say_that_an_ai_speaks(tmp_path: Path) -> None:
    scenario = yaml.safe_load((SHIPPED / "screening.yaml").read_text())
    change(scenario, "words.greeting", "Hello, I am Viva. By the way, I am an AI.")
    (tmp_path / "screening.yaml").write_text(yaml.safe_dump(scenario))
    with pytest.raises(ScenarioError, match="must say that an AI speaks"):
        load_scenario("screening", tmp_path)
