"""Questions that the model thinks of itself, and acknowledgements that ask nothing."""

import json
from typing import Any

import pytest
from contract.local_providers.dialogue import Json, ask, model, text_of, user
from local_providers.gemini.job_questions import job_of

pytestmark = pytest.mark.unit

ORDER = (
    "You prepare interviews. Write questions for one.\n\nJob title: {title}\nSeniority: {level}\nLanguage: en"
)
LISTENING = user("[note] The candidate is listening.")


def questions(prompt: str, seed: int = 1, contents: list[Json] | None = None, **bounds: int) -> list[str]:
    schema = {
        "type": "object",
        "properties": {"questions": {"type": "array", "items": {"type": "string"}, **bounds}},
        "required": ["questions"],
    }
    body: dict[str, Any] = {
        "systemInstruction": {"parts": [{"text": prompt}]},
        "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": schema},
    }
    found = json.loads(text_of(ask(contents or [LISTENING], seed=seed, **body)))["questions"]
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("count", [1, 5, 20])
@pytest.mark.parametrize(("title", "level"), [("bus driver", ""), ("Backend engineer", "senior"), ("", "")])
def test_as_many_different_questions_as_are_wanted(title: str, level: str, count: int) -> None:
    for seed in range(10):
        asked = questions(ORDER.format(title=title, level=level), seed, minItems=count, maxItems=count)
        assert len(set(asked)) == len(asked) == count
        assert all("{" not in text and text.endswith(("?", ".")) for text in asked)
        assert f"a {level} {title}".strip().replace("  ", " ") in asked[0] or not title


def test_questions_vary_with_the_seed_and_only_with_it() -> None:
    prompt = ORDER.format(title="nurse", level="senior")
    sets = {tuple(questions(prompt, seed, minItems=5)) for seed in range(10)}
    assert len(sets) > 5
    assert questions(prompt, 3, minItems=5) == questions(prompt, 3, minItems=5)


def test_seniority_decides_what_is_asked() -> None:
    seniors, juniors = (
        " ".join(questions(ORDER.format(title="cook", level=level), minItems=30))
        for level in ("senior", "junior")
    )
    assert "convince" in seniors
    assert "convince" not in juniors
    assert "ask for help" in juniors
    assert "ask for help" not in seniors


def test_a_plain_request_in_a_users_turn() -> None:
    asked = questions("", contents=[user("Write three interview questions for a UX designer in Oslo.")])
    assert len(asked) == 3
    assert "a UX designer" in asked[0]


def test_questions_that_somebody_else_asked_are_not_made_up() -> None:
    assert questions("From the conversation, fill in what was said.", minItems=0) == []
    talk = [model("Do you have questions?"), user("which questions do you ask the other cooks")]
    assert questions("Fill in which questions the candidate asked.", contents=talk) == [
        talk[1]["parts"][0]["text"]
    ]


@pytest.mark.parametrize(
    ("prompt", "job"),
    [
        ("Job title: Backend engineer. Seniority: senior. Language: en.", "senior Backend engineer"),
        ("Job title: Node.js developer\nSeniority: junior", "junior Node.js developer"),
        ("The job title is Data Scientist.", "Data Scientist"),
        ("Role: senior nurse, seniority: senior, language: en", "senior nurse"),
        ('Job title: "SRE"\nSeniority:', "SRE"),
        ("Write questions for a Senior Python Developer (mid level), in English.", "Senior Python Developer"),
        ("Prepare questions for the job of a nurse in a hospital.", "nurse"),
        ("Make 5 questions for an interview.", ""),
        ("The job is not named: keep to work in general.", ""),
        ("Job title: \nSeniority: \nLanguage: en", ""),
    ],
)
def test_the_job_is_read_from_the_prompt(prompt: str, job: str) -> None:
    assert job_of(prompt) == job


TASK = (
    "You are a clerk.\nAcknowledge what they said in one short, neutral sentence.\n\n"
    "Now acknowledge the last words in one short sentence. Do not ask anything."
)


@pytest.mark.parametrize(
    "answer", ["I fixed it with a test.", "I don't know", "what do you mean", "no", "goodbye"]
)
def test_an_acknowledgement_is_one_sentence_that_asks_nothing(answer: str) -> None:
    system = {"parts": [{"text": TASK}]}
    texts = {
        text_of(ask([model("Why?"), user(answer)], seed=seed, systemInstruction=system)) for seed in range(30)
    }
    assert len(texts) > 2
    for text in texts:
        assert text.count(".") == 1
        assert text.endswith(".")
        assert "?" not in text
        assert not {"great", "good", "well done"} & {word.strip(".,").lower() for word in text.split()}


def test_an_acknowledgement_that_was_cut_is_continued() -> None:
    system = {"parts": [{"text": f"{TASK}\nAlready said: Thank you"}]}
    rest = text_of(ask([model("Why?"), user("I fixed it.")], systemInstruction=system))
    assert not rest.startswith("Thank")
    assert rest.endswith(".")


def test_without_the_order_not_to_ask_it_goes_on_asking() -> None:
    system = {"parts": [{"text": TASK.replace(" Do not ask anything.", "")}]}
    assert "?" in text_of(ask([model("Why?"), user("I fixed it.")], systemInstruction=system))
