"""The stand-in for the model: a request in, a reply out. Pure but for the seed it is given."""

import hashlib
import json
from dataclasses import dataclass
from random import Random

from local_providers.gemini.continuation import rest_of_reply
from local_providers.gemini.conversation import Conversation, read_conversation
from local_providers.gemini.filler import fill
from local_providers.gemini.interviewer import decide
from local_providers.gemini.plan import Call, Spoken, Structured
from local_providers.gemini.request import GenerateRequest
from local_providers.gemini.wording import put_into_words


@dataclass(frozen=True)
class Text:
    """A reply in words, or JSON as text."""

    text: str


Reply = Text | Call


def reply_to(request: GenerateRequest, seed: int) -> Reply:
    """Returns the reply to a request. The same request and seed always give the same words."""
    conversation = read_conversation(request)
    plan = decide(request, conversation)
    rng = _rng(request, conversation, seed)
    if isinstance(plan, Call):
        return plan
    if isinstance(plan, Structured):
        return Text(json.dumps(fill(plan.schema, conversation, rng), ensure_ascii=False))
    return Text(_words(plan, conversation, rng))


def _words(plan: Spoken, conversation: Conversation, rng: Random) -> str:
    said = conversation.model_texts
    text = put_into_words(plan, rng, said)
    cut = conversation.already_said
    if cut is None:
        return text
    return rest_of_reply(cut, text, lambda other: put_into_words(plan, other, said))


def _rng(request: GenerateRequest, conversation: Conversation, seed: int) -> Random:
    """Seeds the choice of words by what was said; a request to continue gets the words of the first one."""
    chosen = request.generation_config.seed
    spoken = [(utterance.speaker, utterance.text) for utterance in conversation.utterances]
    digest = hashlib.sha256(repr((spoken, conversation.instruction)).encode()).hexdigest()
    return Random(f"{seed if chosen is None else chosen}:{digest}")
