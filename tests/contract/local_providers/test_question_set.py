"""Question sets of the local model's, answered by the simulated candidates and assessed."""

import json
from statistics import mean
from typing import Any

import pytest
from candidate.adapters.personas import load_persona
from candidate.domain.answers import Kind, Memory, choose
from contract.local_providers.dialogue import ask, model, text_of, user

pytestmark = pytest.mark.unit

JOBS = ("", "Job title: project manager\nSeniority: senior", "Job title: baker\nSeniority: junior")
SCORE = {"type": ["integer", "null"], "minimum": 0, "maximum": 100}


def structured(contents: list[dict[str, Any]], name: str, schema: dict[str, Any], **body: Any) -> Any:
    whole = {"type": "object", "properties": {name: schema}, "required": [name]}
    return json.loads(text_of(ask(contents, generationConfig={"responseJsonSchema": whole}, **body)))[name]


def question_set(job: str, seed: int, count: int) -> list[str]:
    schema = {"type": "array", "items": {"type": "string"}, "minItems": count}
    system = {"parts": [{"text": f"Write interview questions.\n{job}"}]}
    contents = [user("[note] The candidate is listening.")]
    made = structured(contents, "questions", schema, seed=seed, systemInstruction=system)
    assert isinstance(made, list)
    return made


def held(persona: str, job: str, seed: int) -> list[tuple[str | None, int]]:
    """Topic and score of each answer."""
    memory, answers = Memory(), []
    for question in question_set(job, seed, 5):
        memory, choice = choose(load_persona(persona), memory, f"Thank you. Question 1 of 5. {question}")
        assert choice is not None
        answers.append((choice.topic, structured([model(question), user(choice.text)], "score", SCORE) or 0))
    return answers


@pytest.mark.parametrize("job", JOBS)
def test_the_better_the_candidate_answers_the_higher_is_the_score(job: str) -> None:
    for seed in range(5):
        scores = {
            name: [score for _, score in held(name, job, seed)] for name in ("alice", "brief", "rambler")
        }
        assert mean(scores["alice"]) > 60, scores
        assert min(scores["alice"]) > mean(scores["brief"]) + 20, scores
        assert mean(scores["brief"]) < 30, scores
        assert mean(scores["rambler"]) < 15, scores


@pytest.mark.parametrize("job", JOBS)
def test_alice_answers_whatever_is_asked_about_the_job(job: str) -> None:
    for seed in range(5):
        alice = load_persona("alice")
        for question in question_set(job, seed, 20):
            _, choice = choose(alice, Memory(), f"Thank you. Question 1 of 5. {question}")
            assert choice is not None
            assert choice.kind is Kind.ANSWER, question
        topics = [topic for topic, _ in held("alice", job, seed)]
        assert len(set(topics)) == len(topics), topics
