"""What was said, told apart from what the application asks of the model. Pure.

The conventions that an application's prompts may rely on:

- A text that begins with a tag in brackets, such as `[instruction]`, is a note of the application's. It is
  never taken for something the user said.
- A line `Say: <text>` in the last content, or in the last paragraph of the system instruction, asks for that
  text.
- A line `Already said: <text>` in the same places asks for the rest of a reply that was cut.
- A line `Recruiter's note: <text>` in the system instruction, of whatever role, is worked into the reply.
- An acknowledgement is the whole reply if the instruction says to acknowledge, and its last paragraph, or a
  note at the end, says not to ask.
- A text with two or more lines such as `Candidate: …` and `Interviewer: …` is a transcript.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from local_providers.gemini.request import Content, FunctionCall, FunctionResponse, GenerateRequest
from local_providers.gemini.text import PEOPLE

_NOTE = re.compile(r"\s*\[[A-Za-z][^\]\n]{0,80}\]")
_SAY = re.compile(r"^[ \t]*(?:\[[^\]\n]*\][ \t]*)?Say:[ \t]*(\S.*?)[ \t]*$", re.M)
_ALREADY = re.compile(r"^[ \t]*(?:\[[^\]\n]*\][ \t]*)?Already said:[ \t]*(.*?)[ \t]*$", re.M)
_WANTED = re.compile(r"^[ \t]*[A-Z]\w*['’]s note:[ \t]*(\S.*?)[ \t]*$", re.I | re.M)
_MODELS = ("interviewer", "assistant", "agent", "model", "bot", "ai")
_LABEL = re.compile(
    rf"^[ \t>*-]*(?:\[?[\w:.#-]+\]?[ \t]+)?({'|'.join((*sorted(PEOPLE), *_MODELS))})"
    r"\b[ \t]*(?:\([^)\n]*\))?:[ \t]*(.*)$",
    re.I | re.M,
)


class Speaker(StrEnum):
    """Whose words they are."""

    USER = "user"
    MODEL = "model"


@dataclass(frozen=True)
class Utterance:
    """Something that was said."""

    speaker: Speaker
    text: str


@dataclass(frozen=True)
class Outcome:
    """What became of a tool call."""

    name: str
    error: str | None


class Ending(StrEnum):
    """What the conversation ends with."""

    USER = "user"
    MODEL = "model"
    NOTE = "note"
    OUTCOME = "outcome"


@dataclass
class Conversation:
    """A request's history and instructions."""

    utterances: list[Utterance] = field(default_factory=list)
    calls: list[FunctionCall] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    instruction: str = ""
    task: str = ""
    """What is to be done now: the instruction's last paragraph, and a note that the request ends with."""
    ending: Ending = Ending.NOTE
    say: str | None = None
    already_said: str | None = None
    notes: list[str] = field(default_factory=list)
    """What somebody who listens wants to be worked in."""

    @property
    def user_texts(self) -> list[str]:
        """Everything the user said, turn by turn."""
        return [u.text for u in self.utterances if u.speaker is Speaker.USER]

    @property
    def model_texts(self) -> list[str]:
        """Everything the model said, turn by turn."""
        return [u.text for u in self.utterances if u.speaker is Speaker.MODEL]

    @property
    def last_user_text(self) -> str:
        """What is to be answered; empty unless the conversation ends with the user."""
        return self.utterances[-1].text if self.ending is Ending.USER and self.utterances else ""


def read_conversation(request: GenerateRequest) -> Conversation:
    """Reads a request."""
    conversation = Conversation()
    for content in request.contents:
        _read_content(content, conversation)
    system = "\n".join(part.text or "" for part in (request.system_instruction or Content()).parts)
    paragraphs = [p for p in re.split(r"\n\s*\n", system) if p.strip()]
    last_content = "\n".join(part.text or "" for part in request.contents[-1].parts)
    conversation.notes = _WANTED.findall(system)
    conversation.instruction = _ALREADY.sub("", _SAY.sub("", _WANTED.sub("", system)))
    note = last_content if _NOTE.match(last_content) else ""
    conversation.task = "\n".join([*paragraphs[-1:], note])
    for place in (paragraphs[-1] if paragraphs else "", last_content):
        if found := _SAY.findall(place):
            conversation.say = _unquote(" ".join(found))
        if found := _ALREADY.findall(place):
            conversation.already_said = _unquote(found[-1])
    _reopen(conversation)
    return conversation


def _reopen(conversation: Conversation) -> None:
    """Puts a conversation whose last reply was cut back to where that reply began.

    The reply is known from an `Already said:` line, or is a last turn of the model's that stops mid-sentence.
    """
    said = conversation.utterances
    cut = conversation.already_said
    if cut is None and conversation.ending is Ending.MODEL and not said[-1].text.endswith((".", "!", "?")):
        cut = conversation.already_said = said[-1].text
    if cut is None:
        return
    if said and said[-1].speaker is Speaker.MODEL and (cut in said[-1].text or said[-1].text in cut):
        said.pop()
    if said:
        conversation.ending = Ending.USER if said[-1].speaker is Speaker.USER else Ending.MODEL


def _read_content(content: Content, conversation: Conversation) -> None:
    for part in content.parts:
        if part.function_call is not None:
            conversation.calls.append(part.function_call)
        elif part.function_response is not None:
            conversation.outcomes.append(_outcome(part.function_response))
            conversation.ending = Ending.OUTCOME
        elif part.text is not None and not part.thought:
            _read_text(content.role or "user", part.text, conversation)


def _read_text(role: str, text: str, conversation: Conversation) -> None:
    if role == "model":
        if text.strip():
            _append(conversation, Speaker.MODEL, text)
        return
    if _NOTE.match(text):
        _read_transcript(text, conversation)
        conversation.ending = Ending.NOTE
        return
    if _read_transcript(text, conversation):
        conversation.ending = Ending.NOTE
        return
    said = _ALREADY.sub("", _SAY.sub("", text)).strip()
    if said or text.strip() == said:
        _append(conversation, Speaker.USER, said)
    else:
        conversation.ending = Ending.NOTE


def _append(conversation: Conversation, speaker: Speaker, text: str) -> None:
    conversation.utterances.append(Utterance(speaker, text.strip()))
    conversation.ending = Ending.USER if speaker is Speaker.USER else Ending.MODEL


def _read_transcript(text: str, conversation: Conversation) -> bool:
    """Reads labelled lines, if there are at least two."""
    lines = _LABEL.findall(text)
    if len(lines) < 2:
        return False
    for label, said in lines:
        if said.strip():
            _append(conversation, Speaker.MODEL if label.lower() in _MODELS else Speaker.USER, said)
    return True


def _outcome(response: FunctionResponse) -> Outcome:
    body = response.response or {}
    error = body.get("error") or body.get("errors")
    if error is None and body.get("ok") is False:
        error = "not accepted"
    return Outcome(response.name, None if error is None else str(error))


def _unquote(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] in "\"'“" and text[-1] in "\"'”" else text
