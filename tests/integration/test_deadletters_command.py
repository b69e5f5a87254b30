"""``viva deadletters`` on a real Redis: what it prints, what it does, and how it refuses."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from fixtures.brains import now
from fixtures.processes import free_port
from viva import main
from viva_shared.broker import FIRST, DeadLetter, DeadLetters, Keys, Letter, Mailboxes, connect
from viva_shared.events import InterviewCreated, UtteranceHeard, decode, new_event

pytestmark = pytest.mark.integration

T = TypeVar("T")
SAID = "my grandmother's name is Zsófia"


class Deployment:
    """A Redis with dead letters, and the command."""

    def __init__(
        self, url: str, prefix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._url, self._prefix = url, prefix
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def within(self, work: Callable[[Mailboxes], Awaitable[T]]) -> T:
        """Do something with the mailboxes, on a connection of its own."""

        async def connected() -> T:
            redis = connect(self._url)
            try:
                return await work(Mailboxes(redis, Keys(self._prefix)))
            finally:
                await redis.aclose()

        return asyncio.run(connected())

    def letters(self) -> list[DeadLetter]:
        async def every(mailboxes: Mailboxes) -> list[DeadLetter]:
            return [letter async for letter in DeadLetters(mailboxes).every()]

        return self.within(every)

    def viva(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output, and errors of a command."""
        self._monkeypatch.setattr(sys, "argv", ["viva", "deadletters", *arguments])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run()
        said = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err


@pytest.fixture
def deployment(
    redis_url: str,
    key_prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Deployment:
    """An interview ``i1`` with an utterance and garbage among its dead letters, and one of no interview."""
    for name in list(os.environ):
        if name.startswith(("VIVA_", "LIVEKIT_")) or name.endswith(("_API_KEY", "REDIS_URL")):
            monkeypatch.delenv(name)
    for name in ("livekit.yaml", "pyproject.toml"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)  # no .env of this machine
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("VIVA_KEY_PREFIX", key_prefix)
    deployment = Deployment(redis_url, key_prefix, monkeypatch, capsys)
    utterance = new_event("i1", UtteranceHeard(utterance_id="u1", text=SAID), now(), event_id="e1")

    async def plant(mailboxes: Mailboxes) -> None:
        await mailboxes.load_functions()
        data = InterviewCreated(scenario="s", scenario_hash="h", room="interview-i1")
        await mailboxes.create(new_event("i1", data, now(), event_id="created"), "{}")
        await mailboxes.redis.delete(mailboxes.keys.ready)
        raw = utterance.encode().encode()
        poison = Letter("in", "1-1", raw, "begun 6 times without success", "poison", "e1")
        garbage = Letter("out", "1-2", b"\x1b[2J\xff", "event: Invalid JSON", "garbage")
        await mailboxes.graveyard.bury([poison, garbage], "i1")
        await mailboxes.graveyard.bury([Letter("ready", "1-3", b"a=b", "it names no interview", "garbage")])

    deployment.within(plant)
    return deployment


def test_list_names_each_and_says_nothing_of_what_was_said(deployment: Deployment) -> None:
    code, out, _ = deployment.viva("list")
    assert code == 0
    assert SAID not in out
    for letter, type_ in zip(deployment.letters(), ("utterance.heard", "?", "?"), strict=True):
        [line] = [line for line in out.splitlines() if line.split()[:1] == [letter.reference]]
        for cell in (letter.interview_id or "none", letter.stream, type_, letter.reason):
            assert f" {cell} " in line
    assert [line.split()[0] for line in out.splitlines()[-4:-1]] == [
        letter.reference
        for letter in sorted(deployment.letters(), key=lambda letter: (letter.letter_id, letter.reference))
    ]


def test_list_of_one_interview(deployment: Deployment) -> None:
    assert deployment.viva("list", "--interview", "i1")[1].count("i1/") == 2
    assert deployment.viva("list", "--interview", "i2") == (0, "no dead letters\n", "")


def test_show_prints_all_of_it_and_nothing_that_a_terminal_obeys(deployment: Deployment) -> None:
    poison, garbage, bell = deployment.letters()
    code, out, _ = deployment.viva("show", poison.reference)
    assert code == 0
    assert f'"text": "{SAID}"' in out
    assert "begun 6 times without success" in out
    code, out, _ = deployment.viva("show", garbage.reference)
    assert r"b'\x1b[2J\xff'" in out
    assert "\x1b" not in out
    assert "b'a=b'" in deployment.viva("show", bell.reference)[1]


def test_retry_appends_a_new_event_rings_and_forgets_the_letter(deployment: Deployment) -> None:
    [poison, *others] = deployment.letters()
    code, out, _ = deployment.viva("retry", poison.reference)
    assert (code, out) == (0, f"utterance.heard is an input of i1 again, as retry:{poison.letter_id}\n")
    assert deployment.letters() == others

    async def inputs(mailboxes: Mailboxes) -> tuple[list[str], int]:
        entries = await mailboxes.inputs_after("i1", FIRST)
        return [decode(e.raw).event_id for e in entries], await mailboxes.redis.xlen(mailboxes.keys.ready)

    assert deployment.within(inputs) == (["created", f"retry:{poison.letter_id}"], 1)
    code, out, err = deployment.viva("retry", poison.reference)
    assert (code, out) == (1, "")
    assert "there is no dead letter" in err


def test_what_was_no_input_is_not_retried(deployment: Deployment) -> None:
    before = deployment.letters()
    for letter in before[1:]:
        code, out, err = deployment.viva("retry", letter.reference)
        assert (code, out) == (1, "")
        assert err == f"viva: it was no input but an entry of '{letter.stream}': look at it, then drop it\n"
    assert deployment.letters() == before


def test_a_closed_interview_takes_no_retry(deployment: Deployment) -> None:
    async def archive(mailboxes: Mailboxes) -> None:
        await mailboxes.redis.hset(mailboxes.keys.state("i1"), "status", "archived")  # type: ignore[misc]

    deployment.within(archive)
    code, out, err = deployment.viva("retry", deployment.letters()[0].reference)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "interview i1 is archived" in err


def test_drop_asks_first(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    [first, second, third] = deployment.letters()
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert deployment.viva("drop", first.reference)[0] == 1
    assert deployment.letters() == [first, second, third]
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert deployment.viva("drop", first.reference)[0] == 0
    assert deployment.viva("drop", third.reference, "--yes")[0] == 0
    assert deployment.letters() == [second]


@pytest.mark.parametrize("reference", ["i1/1-1", "i2/1-1", "1-1", "i1/what", "what", "i1/", ""])
@pytest.mark.parametrize("command", ["show", "retry", "drop"])
def test_an_unknown_reference_is_one_line(deployment: Deployment, command: str, reference: str) -> None:
    code, out, err = deployment.viva(command, reference)
    assert (code, out) == (1, "")
    assert (
        err == f"viva: there is no dead letter {reference!r}: `viva deadletters list` prints what there is\n"
    )


def test_a_redis_that_is_away_is_one_line(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    code, out, err = deployment.viva("list")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "Redis does not answer" in err
    assert "start it" in err
