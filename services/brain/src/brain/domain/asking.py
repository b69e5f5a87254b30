"""Question sets: one question after another, each answer scored while the interview goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from viva_shared.events import AnswerScored, QuestionAsked
from viva_shared.scenario import QuestionSet, Scenario, Stage

from brain.domain.answers import NO_ANSWER, Score, usable_questions
from brain.domain.draft import Draft
from brain.domain.effects import MakeQuestions, ScoreAnswer, Task
from brain.domain.phrases import words_of
from brain.domain.state import Question, ReplyKind, State

MAKING = "questions"
"""The id of the one effect that makes the questions."""


class Asking:
    """On the draft of one decision."""

    def __init__(self, scenario: Scenario, draft: Draft) -> None:
        self.scenario = scenario
        self.draft = draft

    @property
    def state(self) -> State:
        return self.draft.state

    @property
    def stage(self) -> Stage:
        return self.scenario.stages[self.scenario.index(self.state.stage)]

    # -- the questions --

    def prepare_questions(self) -> None:
        """Those that are given, or have them made: usually before the candidate is there."""
        stage = self.scenario.question_stage
        if stage is None or stage.questions is None:
            return
        if stage.questions.given:
            self.take_questions(stage, stage.questions, stage.questions.given)
        else:
            self.draft.open(MakeQuestions(effect_id=MAKING))
            self.draft.change(making=True)

    def take_questions(self, stage: Stage, wanted: QuestionSet, made: Sequence[str]) -> None:
        """The set is as long as there are questions."""
        texts = usable_questions(made, wanted.count, stage.words.fallback)
        self.draft.change(making=False, questions=tuple(Question(text=text) for text in texts))

    def stop_making(self) -> None:
        """Nobody waits for the questions any more."""
        if self.state.making:
            self.draft.close(MAKING)
            self.draft.change(making=False)

    @property
    def are_questions_done(self) -> bool:
        """Every question of the set was answered, or passed over."""
        return not self.state.making and self.state.current_question is None

    # -- a question is put --

    @property
    def is_question_due(self) -> bool:
        """The current question is there and was not put yet, and nothing comes before it."""
        question = self.state.current_question
        if self.stage.questions is None or self.state.following_up:
            return False
        return question is not None and question.turn_id is None

    @property
    def is_question_unheard(self) -> bool:
        """The current question was not heard whole yet, and nothing comes before it."""
        question = self.state.current_question
        if self.stage.questions is None or self.state.following_up:
            return False
        return question is not None and not question.heard

    def ask_question(self, *, in_reply_to: str | None = None, lead: str = "") -> None:
        """A turn that puts the current question."""
        self.draft.start_reply(ReplyKind.QUESTION, in_reply_to=in_reply_to, lead=lead)
        self.put_question()

    def put_question(self) -> None:
        """End the turn in flight with the current question; it stays open as long as there is none."""
        reply, question = self.state.reply, self.state.current_question
        if question is None or reply is None or self.stage.questions is None:
            return
        number, count = self.state.question + 1, len(self.state.questions)
        announce = self.stage.questions.announce.replace("{number}", str(number)).replace(
            "{count}", str(count)
        )
        self.draft.out(
            QuestionAsked(turn_id=reply.turn_id, index=self.state.question, of=count, text=question.text)
        )
        self.draft.add_words(f"{announce} {question.text}")
        self._change_question(self.state.question, turn_id=reply.turn_id)
        self.draft.change(following_up=False)
        self.draft.finish_reply()

    def question_heard(self, turn_id: str) -> None:
        """A turn was heard whole: what is said from now on answers the question that it put."""
        question = self.state.current_question
        if question and question.turn_id == turn_id:
            self._change_question(self.state.question, heard=True)

    # -- it is answered --

    def take_answer(self, line: str) -> None:
        """It answers the current question if that was heard whole, else it continues the answer before."""
        question = self.state.current_question
        if question and question.heard:
            self._add_to_answer(self.state.question, line)
            self.draft.change(question=self.state.question + 1)
        elif self.state.question:
            self._add_to_answer(self.state.question - 1, line)
        else:
            return
        self._want_score(self.state.question - 1)

    def begin_answer(self, line: str) -> None:
        """A part of an answer, whose rest did not come."""
        if (question := self.state.current_question) and question.heard:
            self._add_to_answer(self.state.question, line)
        elif self.state.following_up:
            self._add_to_answer(self.state.question - 1, line)

    def settle_question(self) -> None:
        """The current question is not waited for any more: score what there is of an answer."""
        question = self.state.current_question
        if question and question.heard and not question.attempt:
            self._want_score(self.state.question)

    def _add_to_answer(self, index: int, line: str) -> None:
        self._change_question(index, answer=(*self.state.questions[index].answer, line))

    # -- it is followed up --

    @property
    def may_follow_up(self) -> bool:
        """A note is pending, and there is an answer that was not followed up yet."""
        return bool(self.state.pending_nudges and self.state.question and not self.state.following_up)

    def follow_up(self, *, in_reply_to: str | None = None, lead: str = "") -> None:
        """A turn that works recruiters' notes in, between two questions of the set."""
        if (question := self.state.current_question) and not question.heard:
            self._change_question(self.state.question, turn_id=None)  # it is put after that
        thanks = self.stage.questions.thanks if self.stage.questions else ""
        self.draft.start_reply(ReplyKind.FOLLOW_UP, in_reply_to=in_reply_to, lead=lead)
        self.draft.ask(Task.FOLLOW_UP, thanks, with_notes=True)

    # -- it is scored --

    def _want_score(self, index: int) -> None:
        """Have the answer scored, anew if it was before; without a word in it there is nothing to score."""
        question = self.state.questions[index]
        if question.scored < question.attempt:
            self.draft.close(_effect_id(index, question))
        self._change_question(index, attempt=question.attempt + 1)
        question = self.state.questions[index]
        if words_of(self.state.answer_to(question)):
            self.draft.open(ScoreAnswer(effect_id=_effect_id(index, question), index=index))
        else:
            self.keep_score(index, NO_ANSWER)

    def being_scored(self, effect_id: str) -> int | None:
        """Index of the answer whose latest score this effect makes; None: it is not waited for."""
        return next(
            (
                index
                for index, question in enumerate(self.state.questions)
                if question.scored < question.attempt and _effect_id(index, question) == effect_id
            ),
            None,
        )

    def keep_score(self, index: int, score: Score) -> None:
        """The score of an answer as it stands."""
        question = self.state.questions[index]
        self._change_question(index, scored=question.attempt, score=score.score)
        self.draft.out(
            AnswerScored(
                index=index,
                of=len(self.state.questions),
                utterance_id=question.answer[-1] if question.answer else None,
                **asdict(score),
            )
        )

    def _change_question(self, index: int, **fields: Any) -> None:
        questions = list(self.state.questions)
        questions[index] = questions[index].model_copy(update=fields)
        self.draft.change(questions=tuple(questions))


def _effect_id(index: int, question: Question) -> str:
    return f"score-{index}.{question.attempt}"
