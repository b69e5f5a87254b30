"""A world without processes: drives ``decide`` as bot, candidate, model and clock would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from brain.domain.decide import decide
from brain.domain.draft import Decision
from brain.domain.effects import Ask, Effect, Extract, ScheduleDeadline, ScoreAnswer
from brain.domain.state import State
from viva_shared.events import (
    AnswerAssessed,
    AnswerScored,
    BotJoined,
    CandidateJoined,
    DeadlinePassed,
    Envelope,
    InterviewCreated,
    NudgeGiven,
    Payload,
    QuestionsMade,
    ReplyChunk,
    ReplyGenerated,
    ReplyHeard,
    ToolCalled,
    UtteranceHeard,
    new_event,
)
from viva_shared.scenario import QuestionSet, Scenario, Stage, StageWords, load_scenario

START = datetime(2026, 1, 1, tzinfo=UTC)
IDENTITY = "alice-i1"
SCENARIOS = Path(__file__).parents[2] / "scenarios"
SCREENING = load_scenario("screening", SCENARIOS)
QUESTION_SET = load_scenario("question_set", SCENARIOS)
QUESTIONS = ("What did you build?", "What went wrong?", "What would you do first?")
GIVEN = QUESTION_SET.tailored(given=QUESTIONS)
"""Three questions that need not be made."""


def set_among_stages(deadline_s: float | None = None) -> Scenario:
    """A question set of one question between two other stages."""
    words = StageWords(opening="Do you hear me?", bridge="Let us begin.", fallback=("Yes?",))
    only = QuestionSet(given=("Why?",), count=1, rubric="-")
    stages = (
        Stage(name="first", title="First", instruction="-", deadline_s=60, words=words),
        GIVEN.stages[0].model_copy(update={"questions": only, "deadline_s": deadline_s}),
        Stage(name="last", title="Last", instruction="-", words=words),
    )
    return Scenario.model_validate(GIVEN.model_dump() | {"stages": [stage.model_dump() for stage in stages]})


def said(outputs: list[Payload]) -> str:
    """What the interviewer says, in the scenario's own words, among these outputs."""
    return "".join(output.text for output in outputs if isinstance(output, ReplyChunk))


@dataclass
class World:
    """One interview. ``log`` holds every input, so that a test can replay it."""

    scenario: Scenario = SCREENING
    consent_required: bool = False
    candidate: str | None = IDENTITY
    expires_at: datetime | None = None
    now: datetime = START
    state: State | None = None
    log: list[Envelope] = field(default_factory=list)
    outputs: list[Payload] = field(default_factory=list)
    effects: dict[str, Effect] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    utterances: int = 0

    def __post_init__(self) -> None:
        self.happen(
            InterviewCreated(
                scenario=self.scenario.name,
                scenario_hash=self.scenario.content_hash,
                room="interview-i1",
                candidate_identity=self.candidate,
                consent_required=self.consent_required,
                expires_at=self.expires_at,
            )
        )

    @property
    def is_in(self) -> State:
        """The state, which is there from the first input on."""
        assert self.state is not None
        return self.state

    def happen(self, data: Payload) -> list[Payload]:
        """Apply one input; returns what came out."""
        event = new_event("i1", data, self.now)
        decision = decide(self.scenario, self.state, event)
        self.log.append(event)
        self.decisions.append(decision)
        self.state = decision.state
        self.outputs.extend(decision.outputs)
        for effect_id in decision.closed:
            self.effects.pop(effect_id)
        self.effects.update({effect.effect_id: effect for effect in decision.opened})
        return list(decision.outputs)

    # -- the people and things around an interview --

    def begin(self) -> None:
        """A bot joins and finds the candidate there."""
        self.happen(BotJoined(bot_epoch=1))
        self.happen(CandidateJoined(identity=IDENTITY))

    def begin_in_writing(self) -> None:
        """The candidate joins without a room."""
        self.happen(CandidateJoined(identity=IDENTITY, via="text"))

    def candidate_says(self, text: str, via: Literal["voice", "text"] = "voice") -> list[Payload]:
        self.utterances += 1
        return self.happen(UtteranceHeard(utterance_id=f"u{self.utterances}", text=text, via=via))

    def ask(self) -> Ask:
        """The open ask."""
        asks = [effect for effect in self.effects.values() if isinstance(effect, Ask)]
        assert len(asks) == 1, asks
        return asks[0]

    def model_says(self, text: str) -> list[Payload]:
        ask = self.ask()
        gap = " " if ask.said else ""
        return self.happen(ReplyGenerated(ask_id=ask.effect_id, text=gap + text, chunks=ask.seq + 1))

    def model_fails(self) -> list[Payload]:
        """The scenario's own words close the turn."""
        ask = self.ask()
        text = f" {ask.fallback}" if ask.said else ask.fallback
        answer = ReplyGenerated(
            ask_id=ask.effect_id, text=text, source="scenario", chunks=ask.seq + 1, error="silent"
        )
        return self.happen(answer)

    def nudge(self, nudge_id: str = "n1", note: str = "Ask about the money.") -> list[Payload]:
        return self.happen(NudgeGiven(nudge_id=nudge_id, note=note))

    def model_makes(self, *questions: str) -> list[Payload]:
        return self.happen(QuestionsMade(ask_id="questions", questions=questions))

    def model_scores(self, score: int | None = 70, *evidence: str, reason: str = "why") -> list[Payload]:
        """The model assesses the answer whose score is wanted; by default with all of it as evidence."""
        [wanted] = self.scorings()
        said = self.is_in.answer_to(self.is_in.questions[wanted.index])
        return self.happen(
            AnswerAssessed(ask_id=wanted.effect_id, score=score, reason=reason, evidence=evidence or (said,))
        )

    def model_calls(self, tool: str, /, **arguments: str | None) -> list[Payload]:
        return self.happen(
            ToolCalled(
                ask_id=self.ask().effect_id, name=tool, arguments=dict(arguments), chunks=self.ask().seq
            )
        )

    def is_heard(self, text: str | None = None, *, complete: bool = True) -> list[Payload]:
        """The candidate hears the reply in flight, whole unless told otherwise."""
        reply = self.is_in.reply
        assert reply is not None
        heard = reply.said if text is None else text
        return self.happen(ReplyHeard(turn_id=reply.turn_id, text=heard, complete=complete))

    def pass_deadline(self, kind: str) -> list[Payload]:
        """Time goes on to the deadline of a kind, which comes."""
        timer = next(timer for k, timer in self.is_in.timers.items() if k == kind)
        self.now = max(self.now, timer.at)
        return self.happen(DeadlinePassed(deadline_id=timer.timer_id))

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def of_type(self, type_: str) -> list[Payload]:
        """All outputs of a type so far."""
        return [output for output in self.outputs if getattr(output, "type", None) == type_]

    def stages(self) -> list[str]:
        """Stages entered so far, in order."""
        return [getattr(output, "stage", "") for output in self.of_type("stage.changed")]

    def extractions(self) -> list[Extract]:
        return [effect for effect in self.effects.values() if isinstance(effect, Extract)]

    def scorings(self) -> list[ScoreAnswer]:
        return [effect for effect in self.effects.values() if isinstance(effect, ScoreAnswer)]

    def scores(self) -> list[tuple[int, int | None, str]]:
        """Index, score and reason of all that were given so far."""
        return [(o.index, o.score, o.reason) for o in self.outputs if isinstance(o, AnswerScored)]

    def scheduled(self) -> list[ScheduleDeadline]:
        return [effect for effect in self.effects.values() if isinstance(effect, ScheduleDeadline)]
