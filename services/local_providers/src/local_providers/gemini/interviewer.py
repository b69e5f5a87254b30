"""Decides what to do next from a request alone: tools, history, instructions. Pure; knows no scenario."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from local_providers.gemini.attribution import Record, attribute
from local_providers.gemini.conversation import Conversation, Ending
from local_providers.gemini.extraction import find_value, is_refusal
from local_providers.gemini.fields import Field, Kind, fields_of
from local_providers.gemini.filler import fill
from local_providers.gemini.notes import question_of
from local_providers.gemini.plan import (
    Acknowledge,
    Answer,
    AskFor,
    Call,
    Farewell,
    FollowUp,
    Invite,
    Manner,
    Plan,
    Say,
    Structured,
    Thank,
)
from local_providers.gemini.questions import answer_from, is_goodbye, is_nothing, is_unclear, split_questions
from local_providers.gemini.request import FunctionDeclaration, GenerateRequest
from local_providers.gemini.schema import parse_schema
from local_providers.gemini.text import content_stems, overlap, words

ASKS_BEFORE_GIVING_UP = 2
_ENDING_WORDS = ["end", "finish", "complet", "close", "hang", "goodbye", "bye", "leav", "stop", "over"]
_ACKNOWLEDGE = re.compile(r"\backnowledg", re.I)
_ASK_NOTHING = re.compile(
    r"\b(?:do not|don['’]?t|never|without) ask(?:ing)?\b|\bask (?:nothing|no\b)"
    r"|\bno (?:further |other )?questions?\b",
    re.I,
)


@dataclass(frozen=True)
class _State:
    """What is known of one field."""

    field: Field
    record: Record
    value: Any | None
    refused: bool

    @property
    def given_up(self) -> bool:
        """Whether an optional field is left out: it was asked for in vain, or the user would not say."""
        return not self.field.required and (
            self.refused or self.record.answered_asks >= ASKS_BEFORE_GIVING_UP
        )

    @property
    def settled(self) -> bool:
        return self.value is not None or self.given_up


def decide(request: GenerateRequest, conversation: Conversation) -> Plan:
    """Returns what a willing interviewer would do with this request."""
    if (schema := request.generation_config.answer_schema) is not None:
        return Structured(parse_schema(schema))
    if conversation.say is not None:
        return Say(conversation.say)
    if followed := _follow_up(conversation):
        return followed
    if _is_only_to_acknowledge(conversation):
        _, told = split_questions(conversation.last_user_text)
        return Thank(_acknowledge(told, Manner.FIRST))
    mode = request.tool_config.function_calling_config.mode
    open_tools = [] if mode == "NONE" else _open_tools(request, conversation)
    for tool in open_tools:
        fields = fields_of(parse_schema(tool.argument_schema))
        if fields:
            return _pursue(tool, fields, conversation, must_call=mode == "ANY")
        if mode == "ANY" or _is_meant(tool, conversation.last_user_text):
            return Call(tool.name, {})
    return _chat(conversation)


def _follow_up(conversation: Conversation) -> FollowUp | None:
    """The question of the first note that wants something to be asked."""
    question = next((found for note in conversation.notes if (found := question_of(note))), None)
    if question is None:
        return None
    asked, told = split_questions(conversation.last_user_text)
    answer = (answer_from(conversation.instruction, asked[-1]) or "") if asked else None
    return FollowUp(question, _acknowledge(told, Manner.FIRST), answer)


def _is_only_to_acknowledge(conversation: Conversation) -> bool:
    """Whether all there is to do is to acknowledge what was said."""
    told = f"{conversation.instruction}\n{conversation.task}"
    return bool(_ACKNOWLEDGE.search(told) and _ASK_NOTHING.search(conversation.task))


def _open_tools(request: GenerateRequest, conversation: Conversation) -> list[FunctionDeclaration]:
    """Returns the tools that may be called and were not yet with success, those with arguments first."""
    allowed = request.tool_config.function_calling_config.allowed_function_names
    declared = [d for tool in request.tools for d in tool.function_declarations]
    done = {outcome.name for outcome in conversation.outcomes if outcome.error is None}
    usable = [d for d in declared if (not allowed or d.name in allowed) and d.name not in done]
    return sorted(usable, key=lambda d: not d.argument_schema.get("properties"))


def _pursue(
    tool: FunctionDeclaration, fields: Sequence[Field], conversation: Conversation, must_call: bool
) -> Plan:
    records = attribute(fields, conversation.utterances)
    states = [_state(field, records[field.name], conversation) for field in fields]
    known = {s.field.name: s.value for s in states if s.value is not None}
    missing = [s for s in states if not s.settled]
    rejected = conversation.outcomes[-1] if conversation.ending is Ending.OUTCOME else None
    if must_call:
        blanks = {s.field.name: _blank(s.field) for s in states if s.field.required and s.value is None}
        return Call(tool.name, {**known, **blanks})
    if rejected is not None and rejected.error is not None and rejected.name == tool.name:
        return AskFor(_blamed(rejected.error, fields), Manner.AGAIN)
    if not missing:
        return Call(tool.name, known)
    return _ask(missing[0], conversation)


def _state(field: Field, record: Record, conversation: Conversation) -> _State:
    loose = record.answered_asks >= ASKS_BEFORE_GIVING_UP
    value = find_value(field, record.answers, conversation.user_texts, loose=loose)
    if value is None and field.kind is Kind.OBJECT and record.answers:
        value = fill(field.node, conversation)
    refused = bool(record.answers) and is_refusal(record.answers[-1])
    return _State(field, record, value, refused)


def _ask(state: _State, conversation: Conversation) -> AskFor:
    record = state.record
    asked, told = split_questions(conversation.last_user_text)
    unclear = is_unclear(conversation.last_user_text)
    answer = (answer_from(conversation.instruction, asked[-1]) or "") if asked and not unclear else None
    if unclear and record.asks:
        manner = Manner.AGAIN
    elif record.answered_asks == 0:
        manner = Manner.FIRST
    elif state.field.kind in (Kind.STORY, Kind.LIST) and not state.refused:
        manner = Manner.MORE
    else:
        manner = Manner.AGAIN
    return AskFor(
        state.field,
        manner,
        greet=not conversation.model_texts,
        acknowledge=_acknowledge(told, manner),
        answer=answer,
    )


def _acknowledge(told: Sequence[str], manner: Manner) -> Acknowledge:
    if not told or manner is Manner.AGAIN:
        return Acknowledge.NOTHING
    return Acknowledge.REFUSAL if is_refusal(told[-1]) else Acknowledge.ANSWER


def _blamed(error: str, fields: Sequence[Field]) -> Field:
    """Returns the field that a rejection names, else the first."""
    return next((f for f in fields if f.name in error), fields[0])


def _blank(field: Field) -> Any:
    """Returns what a field is when a call is forced before it is known."""
    blanks: dict[Kind, Any] = {Kind.NUMBER: 0, Kind.YES_NO: False, Kind.LIST: [], Kind.OBJECT: {}}
    if field.node.nullable:
        return None
    return field.node.enum[0] if field.node.enum else blanks.get(field.kind, "")


def _is_meant(tool: FunctionDeclaration, said: str) -> bool:
    """Whether what the user just said calls for a tool without arguments."""
    about = content_stems(f"{tool.name} {tool.description}")
    if is_goodbye(said):
        return bool(overlap(_ENDING_WORDS, about))
    return len(overlap(content_stems(said), about)) >= 2


def _was_invited(conversation: Conversation) -> bool:
    """Whether the model's last question was whether the user has questions."""
    last = conversation.model_texts[-1] if conversation.model_texts else ""
    return "?" in last and bool({"like", "question", "questions", "else"} & set(words(last)))


def _chat(conversation: Conversation) -> Plan:
    said = conversation.last_user_text
    if conversation.ending is Ending.USER and is_goodbye(said):
        return Farewell()
    asked, _ = split_questions(said)
    if asked:
        return Answer(answer_from(conversation.instruction, asked[-1]))
    invited = _was_invited(conversation)
    if invited and said and (is_nothing(said) or len(words(said)) <= 3):
        return Farewell()
    return Invite(greet=not conversation.model_texts, again=invited and bool(said))
