"""Words for a plan. They vary with a seed, as a real model's would. Pure."""

from collections.abc import Collection, Sequence
from random import Random
from typing import assert_never

from local_providers.gemini.fields import Field, Kind
from local_providers.gemini.plan import (
    Acknowledge,
    Answer,
    AskFor,
    Farewell,
    FollowUp,
    Invite,
    Manner,
    Say,
    Spoken,
    Thank,
)
from local_providers.gemini.text import word_set, words

GREETINGS = (
    "Hello, and welcome.",
    "Hello, it is good to meet you.",
    "Hi, and thank you for coming.",
    "Welcome.",
)
THANKS = (
    "Thank you.",
    "Thanks for that.",
    "I see, thank you.",
    "Great, thank you.",
    "Understood.",
    "Thank you, that is helpful.",
    "Good to know.",
    "All right.",
)
_NEUTRAL = (
    "Thank you.",
    "Thank you for telling me.",
    "Thank you, I have made a note of that.",
    "I see, thank you.",
    "Thank you for your answer.",
    "All right, thank you.",
)
"""They judge nothing."""
_NEVER_MIND = ("All right.", "No problem.", "That is fine.", "Okay.")
UNKNOWN = (
    "I will pass this on to the team.",
    "I do not know that, so I will pass this on to the team.",
    "That is a good question. I will pass this on to the team.",
)
_LEADS = ("", "", "All right. ", "Okay. ", "Thank you. ")
_INVITATIONS = (
    "That is everything I wanted to ask. Is there anything you would like to know?",
    "Those were all my questions. Do you have any questions for me?",
    "I have all I need. What would you like to ask me?",
)
_OFFERS = ("How can I help you today?", "What would you like to talk about?", "What can I do for you?")
_MORE_TO_KNOW = ("Is there anything else you would like to know?", "Do you have any other questions?")
_FAREWELLS = (
    "Thank you for your time. Goodbye.",
    "It was a pleasure to talk with you. Goodbye.",
    "Thank you for talking with me today. Have a good day, and goodbye.",
)
_FACT = (
    "Could you tell me {x}?",
    "May I ask for {x}?",
    "Would you please tell me {x}?",
    "Can you tell me {x}?",
)
_STORY = (
    "Could you tell me about {x}?",
    "Can you tell me about {x}?",
    "Would you tell me about {x}?",
    "I would like to hear about {x}. Could you describe that for me?",
    "What can you tell me about {x}?",
)
_CLAUSE = (
    "Could you tell me {x}?",
    "Can you tell me {x}?",
    "Would you tell me {x}?",
    "Would you please say {x}?",
)
_YES_NO = ("Could you tell me yes or no: {x}?", "Is it yes or no: {x}?")
_MORE = (
    "Could you say a little more about {x}?",
    "Could you go into more detail about {x}?",
    "Can you tell me more about {x}?",
    "Would you give me a bit more detail on {x}?",
)
_AGAIN = (
    "I did not quite catch that. Could you tell me {x} once more?",
    "Let me ask again. Could you tell me {x}?",
    "Just to be sure, could you repeat {x}?",
    "I am sorry, could you tell me {x} in a few words?",
    "To go on, I need {x}. Could you tell me?",
    "Would you mind telling me {x} in a short sentence?",
)
_CLAUSE_WORDS = word_set("""what how why which when where who whether if""")


def put_into_words(plan: Spoken, rng: Random, said: Collection[str] = ()) -> str:
    """Returns a text for a plan.

    Args:
        plan: What to say.
        rng: Chooses among wordings.
        said: The model's earlier texts; a question is not repeated word for word if it can be avoided.
    """
    match plan:
        case Say(text):
            return rng.choice(_LEADS) + text if _opens_freely(text) else text
        case AskFor():
            return " ".join([*_openings(plan, rng), _question(plan.field, plan.manner, rng, said)])
        case FollowUp(question):
            return " ".join([*_openings(plan, rng), question])
        case Answer(text):
            return f"{text or rng.choice(UNKNOWN)} {rng.choice(_MORE_TO_KNOW)}"
        case Invite(greet, again):
            if again:
                return f"{rng.choice(THANKS)} {_fresh(_MORE_TO_KNOW, rng, said)}"
            if greet:
                return f"{rng.choice(GREETINGS)} {rng.choice(_OFFERS)}"
            return f"{rng.choice(THANKS)} {_fresh(_INVITATIONS, rng, said)}"
        case Farewell():
            return rng.choice(_FAREWELLS)
        case Thank(acknowledge):
            return rng.choice(_NEVER_MIND if acknowledge is Acknowledge.REFUSAL else _NEUTRAL)
        case _:
            assert_never(plan)


def _openings(plan: AskFor | FollowUp, rng: Random) -> list[str]:
    opening = [rng.choice(GREETINGS)] if isinstance(plan, AskFor) and plan.greet else []
    if plan.answer is not None:
        return [*opening, plan.answer or rng.choice(UNKNOWN)]
    words_for = {Acknowledge.ANSWER: THANKS, Acknowledge.REFUSAL: _NEVER_MIND}
    return [*opening, rng.choice(words_for[plan.acknowledge])] if plan.acknowledge in words_for else opening


def _question(field: Field, manner: Manner, rng: Random, said: Collection[str]) -> str:
    phrase = field.phrase
    if phrase.endswith("?"):
        lead = {
            Manner.FIRST: "",
            Manner.MORE: "Could you say a little more? ",
            Manner.AGAIN: "Let me ask again. ",
        }
        return lead[manner] + phrase
    templates = _templates(field, manner, phrase)
    return _fresh([template.format(x=phrase) for template in templates], rng, said)


def _templates(field: Field, manner: Manner, phrase: str) -> Sequence[str]:
    clause = phrase.split(" ", 1)[0] in _CLAUSE_WORDS
    match manner:
        case Manner.MORE:
            return _MORE
        case Manner.AGAIN:
            return _AGAIN
        case Manner.FIRST if clause:
            return _CLAUSE
        case Manner.FIRST if field.kind is Kind.YES_NO:
            return _YES_NO
        case Manner.FIRST:
            return _STORY if field.kind in (Kind.STORY, Kind.LIST, Kind.OBJECT) else _FACT
        case _:
            assert_never(manner)


def _fresh(options: Sequence[str], rng: Random, said: Collection[str]) -> str:
    """Chooses an option that has not been said before, if there is one."""
    new = [option for option in options if not any(option in text for text in said)]
    return rng.choice(new or options)


def _opens_freely(text: str) -> bool:
    """Whether a text can take a short word before it."""
    return words(text)[:1] not in (["thank"], ["thanks"], ["all"], ["okay"], ["hello"], ["hi"], ["welcome"])
