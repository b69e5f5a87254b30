"""Interview questions about a job that the prompt names, made from general templates. Pure.

The job is read from `Job title: …` and `Seniority: …`, or from a phrase such as `for a senior nurse`.
"""

import re
from random import Random

from local_providers.gemini.numbers import numbers_in
from local_providers.gemini.schema import Node
from local_providers.gemini.text import words

USUALLY = 5
"""How many questions are made where nobody says how many."""
_VALUE = r"[ \t]*[\"“']?([^\n]*?\w[^\n]*?)[\"”']?[ \t]*(?=[.;,]\s+[\w ]+[:=]|[.;](?:\s|$)|$)"
_TITLE = re.compile(
    rf"(?:\bjob title(?: is\b|[ \t]*[:=])|^\W*(?:job|role|position)[ \t]*[:=]){_VALUE}", re.I | re.M
)
_LEVEL = re.compile(rf"\b(?:seniority|seniority level|experience level)[ \t]*[:=]{_VALUE}", re.I | re.M)
_IN_PROSE = re.compile(
    r"\b(?:(?:job|position|role|post)(?: title)? (?:of|as)|for|hire|hiring|interview(?:ing)?|recruit)"
    r" an? ((?:[\w/+#&'’.-]+ ){0,5}?[\w/+#&'’-]+)"
    r"(?=\s+(?:position|role|job|post|candidates?|interviews?|with|who|in|at|and|whose|that|which)\b"
    r"|\s*[^\w\s/+#&'’-]|\s*$)",
    re.I | re.M,
)
_NO_JOB = re.compile(
    r"(?:job|interview|candidate|question|set|list|first|role|position|conversation)\b", re.I
)
_ORDER = re.compile(
    r"\b(?:ask|write|make|create|generate|prepare|compose|propose|suggest|think of|come up with|give me)\b"
    r"[^.!?\n]*\bquestions?\b|\bquestions for an?\b",
    re.I,
)
_JUNIOR = re.compile(r"\b(?:junior|entry|intern|trainee|apprentice|graduate|student)\b", re.I)
_SENIOR = re.compile(r"\b(?:senior|lead|principal|staff|head|chief|director|manager|expert)\b", re.I)
_AN = re.compile(r"(?:[aeio]|u(?!s|x|ni))|(?-i:[FHLMNRSX][A-Z]+\b)", re.I)

_FIRST = (
    "Please tell me about a piece of your work as {a_job} that you are proud of, and your own part in it.",
    "Which piece of work shows best what you can do as {a_job}, and what was your own part in it?",
)
_FOR_ALL = (
    (
        "Tell me about a hard problem that you solved, and how you went about it.",
        "What was the hardest problem in your work so far, and how did you solve it?",
    ),
    (
        "Describe a decision that you made with too little information, and what came of it.",
        "Which hard decision did you have to make at work, how did you make it, and what was the result?",
    ),
    (
        "Tell me about a time when something that you were responsible for went wrong, and what you did.",
        "Describe a mistake that you made at work, and what you changed after it.",
    ),
    (
        "How do you find out whether your work as {a_job} is good? Please give an example.",
        "How do you check the quality of your work as {a_job}? Please give an example.",
    ),
    (
        "Tell me about a disagreement with a colleague, and how you settled it.",
        "Describe a time when you and a colleague did not agree, and how it ended.",
    ),
    (
        "Describe something new that you had to learn quickly, and how you did that.",
        "What did you have to learn quickly to work as {a_job}, and how did you go about it?",
    ),
    (
        "How do you decide what to do first when everything seems urgent? Please give an example.",
        "Tell me about a week with far too much to do, and how you set your priorities.",
    ),
    (
        "Tell me about a time when you had to explain something difficult to somebody who did not know it.",
        "How would {a_job} explain a hard thing to a customer? Please give an example from your own work.",
    ),
    (
        "Tell me about something that you improved at work without being asked, and what changed.",
        "What did you improve in the way that your team works, and what was the effect?",
    ),
    (
        "Describe a time when a plan changed late, and what you did.",
        "Tell me about work that did not go to plan, and what you did about it.",
    ),
    (
        "Describe criticism of your work that was right, and what you changed after it.",
        "Tell me about feedback on your work that you did not expect, and what you made of it.",
    ),
)
_FOR_JUNIORS = (
    (
        "Tell me about a time when you were stuck and had to ask for help, and how you went about it.",
        "Describe a task that was too much for you alone, and how you got it done.",
    ),
)
_FOR_SENIORS = (
    (
        "Tell me about a time when you helped somebody else to do their work better.",
        "Describe how you helped a colleague to learn something, and what they can do now.",
    ),
    (
        "Tell me about a time when you had to convince others of a choice that they did not like.",
        "Describe a plan of yours that others were against at first, and how you convinced them.",
    ),
)
_LAST = (
    "What would you want to do in your first three months as {a_job}, and why?",
    "Imagine your first three months as {a_job}. What would you do first, and why?",
)


def asks_for_questions(name: str, node: Node, prompt: str) -> bool:
    """Whether an array of a schema is to hold questions that the model thinks of itself."""
    named = {"question", "questions"} & {*words(name), *words(node.description)}
    texts = node.items is None or (node.items.type == "string" and not node.items.enum)
    return bool(named) and texts and bool(_ORDER.search(prompt))


def how_many(node: Node, prompt: str) -> int:
    """Returns how many questions are wanted: as many as the schema says, else as the prompt does."""
    ordered = _ORDER.search(prompt)
    named = [int(number) for _, number in numbers_in(ordered.group() if ordered else "") if number >= 1]
    return node.min_items or node.max_items or next(iter(named), USUALLY)


def job_of(prompt: str) -> str:
    """Returns the job that a prompt names, with its seniority: `senior nurse`. Empty if it names none."""
    in_prose = [found for found in _IN_PROSE.findall(prompt) if not _NO_JOB.match(found)]
    title = next(iter([*_TITLE.findall(prompt), *in_prose]), "")
    level = next(iter(_LEVEL.findall(prompt)), "")
    if not title or level.lower() in title.lower():
        return title
    return f"{level} {title}"


def make_questions(prompt: str, count: int, rng: Random) -> list[str]:
    """Returns up to `count` different questions, what the candidate has done before what they would do."""
    job = job_of(prompt)
    themes = [
        *_FOR_ALL,
        *(_FOR_JUNIORS if not _SENIOR.search(job) else ()),
        *(_FOR_SENIORS if not _JUNIOR.search(job) else ()),
        _LAST,
    ]
    chosen = sorted(rng.sample(range(len(themes)), min(max(0, count - 1), len(themes))))
    shuffled = [rng.sample(wordings, len(wordings)) for wordings in (_FIRST, *(themes[n] for n in chosen))]
    texts = [wordings[turn] for turn in range(2) for wordings in shuffled]
    return [_about(text, job) for text in texts[:count]]


def _about(text: str, job: str) -> str:
    if not job:
        return text.replace("as {a_job}", "in this role").replace("{a_job}", "somebody in this role")
    return text.replace("{a_job}", f"{'an' if _AN.match(job) else 'a'} {job}")
