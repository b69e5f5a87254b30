"""Turns of phrase by which people give their name, their job, a yes, a no. Nothing of any scenario."""

import re

from local_providers.gemini.text import word_set

STRONG_NAME = re.compile(r"\bname(?:'s|’s|\s+is|\s+was)\s+", re.I)
WEAK_NAME = re.compile(
    r"(?:^\W*(?:\w+\W+){0,2}?(?:it['’]?s|it\s+is)|\b(?:i\s+am|i['’]?m|this\s+is|call\s+me|they\s+call\s+me))\s+",
    re.I,
)
"""\"It is …\" only near the beginning: in the middle of a story it names nobody."""
ROLE = re.compile(
    r"\b(?:work(?:ing)?\s+(?:now\s+)?as|(?:role|job|position|title|occupation|profession)(?:\s+\w+){0,2}?\s+is|employed\s+as|"
    r"(?:serve|serving|act|acting)\s+as|i\s+am\s+(?:currently\s+|now\s+)?(?=an?\b|the\b)|i['’]?m\s+(?:currently\s+|now\s+)?"
    r"(?=an?\b|the\b)|currently\s+(?=an?\b|the\b))\s*(?:(?:an?|the)\s+)?",
    re.I,
)
NOT_A_NAME = word_set(
    """a an the not very really so quite currently now from here doing in at on of to for with and but
    about just also ready happy glad excited fine good great well okay ok sure sorry afraid pleased
    nice this that there my your our me i you we they he she it what how when who where why because
    working looking going trying responsible interested able new old only still always never yes no
    please hello hi hey thanks thank alright"""
)
NAME_ENDS = NOT_A_NAME | {
    "is",
    "was",
    "am",
    "i'm",
    "im",
    "work",
    "live",
    "come",
    "as",
    "since",
    "or",
    "who",
    "which",
    "by",
}
ROLE_ENDS = word_set(
    """and where who at for with in since i i'm but so my from on because that which while although we it
    then after before during now right within until when doing responsible based"""
)
VAGUE = word_set(
    """bit little lot big huge person fan kind sort few great good bad real different same mess while"""
)
LEAD_IN = re.compile(
    r"^(?:(?:um|uh|er|well|so|oh|okay|ok|yes|yeah|sure|right|hi|hello|hey|of course|"
    r"certainly|thanks|thank you|it['’]?s|it is|that['’]?s|that is|that would be|it would be|"
    r"i think|i would say|i guess|maybe|"
    r"please|just|the answer is|my answer is)"
    r"\b[\s,.:!-]*)+",
    re.I,
)
REFUSAL = re.compile(
    r"\b(?:don['’]?t know|do not know|no idea|not sure|(?:can['’]?t|cannot) (?:say|remember|think)|"
    r"rather not|prefer not|skip|pass|no comment|never mind|nothing comes to mind|skip that)"
    r"\b",
    re.I,
)
YES = re.compile(
    r"\b(?:yes|yeah|yep|sure|certainly|absolutely|of course|i do|i am|i have|i would|i can|"
    r"definitely|correct)\b",
    re.I,
)
NO = re.compile(
    r"\b(?:no|nope|not|never|don['’]?t|can['’]?t|won['’]?t|haven['’]?t|isn['’]?t|without)\b", re.I
)
