"""What an answer shows, by signs that anybody could point at in its words. Pure, about English in general.

Each sign is a number from 0 (not there) to 1 (plainly there). No mood is read: words of feeling count for
nothing, nor do words that fill a pause.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local_providers.gemini.numbers import numbers_in
from local_providers.gemini.text import STOPWORDS, overlap, stem, word_set, words

FULL_SUBSTANCE, FULL_ACTION, FULL_EXAMPLE = 25, 3, 2
"""How many words of substance, things done and marks of a case make a sign full."""

_FEELINGS = word_set(
    """happy happily sad sadly glad gladly proud proudly angry angrily afraid anxious nervous excited exciting
    excitedly thrilled sorry upset annoyed frustrated frustrating worried scared ashamed grateful delighted
    passionate passionately passion love loved loves hate hated hates enjoy enjoyed enjoys enthusiastic
    enthusiastically fear feared joy joyful emotional emotion emotions feel feels felt feeling feelings laugh
    laughed cry cried smile smiled hope hoped hopefully wish wished stressed stressful calm calmly
    confident confidently amazing awesome wonderful terrible horrible fantastic beautiful"""
)
_FILLERS = word_set(
    """um uh er well okay ok really actually basically honestly literally maybe perhaps somehow somewhat even
    still guess guessed suppose supposed think thinks thought believe mean know knows known see seem seems
    seemed thing things stuff something anything everything nothing somebody someone people kind sort lot bit
    always never often sometimes ever depend depends remember quite just sure yeah yes no question questions
    answer answers good great nice fine funny interesting say said tell told talk"""
)
_NO_SUBSTANCE = STOPWORDS | _FEELINGS | _FILLERS
_NO_ACTIONS = _FEELINGS | _FILLERS
_NO_ACTIONS |= word_set(
    """am is are was were be been being not do does did don't didn't can can't cannot could couldn't should
    might may must and or but the a an my me so if like likes liked want wants wanted need needs needed get
    prefer look looked forget forgot wonder wondered agree agreed live lived have had has would will"""
)
_ADVERBS = (
    r"(?:(?:\w+ly|also|then|first|just|always|usually|often|myself|ourselves|now"
    r"|have|had|would|will|did|to)\s+)*"
)
_OWN = re.compile(rf"\bi(?:['’](?:ve|d|ll))?\s+{_ADVERBS}(\w+(?:['’]t)?)", re.I)
_SHARED = re.compile(rf"\bwe(?:['’](?:ve|d|ll))?\s+{_ADVERBS}(\w+(?:['’]t)?)", re.I)
_ALSO_DONE = re.compile(
    r"(?:,|\band\b|\bthen\b)\s+(?:and\s+)?(?:then\s+)?(\w{3,}ed|built|made|led|wrote|took|found|cut|began|ran|"
    r"set|brought|taught|learnt|chose|gave|spoke|kept|put|split|drove|held|sent|sold|won|drew|showed|read)\b",
    re.I,
)
_UNITS = r"(?:minutes?|hours?|days?|nights?|weeks?|months?|quarters?|summers?|winters?|years?)"
_INSTANCE = re.compile(r"\bfor (?:example|instance)\b|\bsuch as\b|\bin one case\b|\blike when\b", re.I)
_WHEN = re.compile(
    rf"\blast {_UNITS}\b|\b{_UNITS} ago\b|\b(?:once|one time|one {_UNITS})\b|\bin (?:19|20)\d\d\b"
    rf"|\bwhen (?:i|we|our|my)\b|\b(?:during|while|after|before) (?:the|a|an|my|our|i|we)\b"
    rf"|\b(?:in|within|for|took) (?:\w+ ){{1,3}}{_UNITS}\b",
    re.I,
)
_WHERE = re.compile(
    r"\b(?:my|our|the|a|an|one|another|two|three|some) (?:\w+ )?"
    r"(?:team|colleagues?|managers?|boss|customers?|clients?|users?|testers?|engineers?|developers?|designers?|"
    r"students?|patients?|guests?|compan(?:y|ies)|bank|shop|store|schools?|hospital|office|department|project|"
    r"service|system|machines?|database|product|report|release)\b",
    re.I,
)
_OUTCOME = re.compile(
    r"\b(?:results?|resulted|outcome|since then|no longer|on time|under budget|cut|reduced|lowered|increased|"
    r"raised|improved|saved|faster|quicker|slower|fewer|less|cheaper|safer|doubled|tripled|halved|grew|fell|"
    r"dropped|rose|went (?:from|down|up|live|away)|solved|fixed|finished|completed|delivered|shipped|"
    r"launched|released|succeeded|won|passed|work(?:s|ed)? (?:well|fine|again)|it work(?:s|ed)|twice|"
    r"lost|prevented|avoided|nobody noticed|came back|thanked|recommended|half as m\w+)\b",
    re.I,
)
_MEASURE = re.compile(r"\b(?:percent|per cent|half|twice|double|a third|a quarter|times)\b|[%€$£]", re.I)
_NOT_THE_TOPIC = {
    stem(word)
    for word in word_set(
        """tell describe example examples time when work works job role question number please give
        want something someone somebody what how why your own came went did done made first way piece part
        whether know everything find well good better best show shows"""
    )
}
_KIN = tuple(
    frozenset(stem(word) for word in word_set(group))
    for group in (
        "problem bug issue fault error incident outage challenge difficulty trouble crash wrong mistake "
        "failure failed fail broke broken lost stopped",
        "learn learned learnt learning taught teach study studied course practise read",
        "disagreement disagree disagreed conflict argument argued opinion opposed",
        "colleague coworker teammate team manager boss tester engineer designer",
        "decide decided decision choose chose chosen choice",
        "help helped support supported mentor mentored taught showed explained",
        "urgent priority prioritise prioritize important deadline first",
        "quality test tests tested testing review reviewed measure measured check checked number numbers",
        "improve improved improvement effect faster quicker cheaper safer easier",
        "feedback criticism complaint complained told right",
        "month week plan goal",
        "project system service product built build",
        "solve solved fix fixed repair repaired",
    )
)


@dataclass(frozen=True)
class Signs:
    """What an answer to a question shows.

    Attributes:
        substance: how many different words of substance it has that the question did not have.
        action: how many different things the speaker did; what `we` did counts half.
        example: whether it speaks of a case: it says so, says when, or says with whom or where; two are full.
        result: whether it says what came of it: a half for an outcome, full where there is a measure to it.
        topic: whether it takes up a word of the question's, or a kindred one; the question may have no topic.
    """

    substance: float
    action: float
    example: float
    result: float
    topic: float


def read_signs(answer: str, question: str) -> Signs:
    """Returns the signs of an answer, or of a part of one."""
    return Signs(
        substance=_full(len(_new_stems(answer, question)), FULL_SUBSTANCE),
        action=_action(answer),
        example=_full(sum(bool(kind.search(answer)) for kind in (_INSTANCE, _WHEN, _WHERE)), FULL_EXAMPLE),
        result=_result(answer),
        topic=_topic(answer, question),
    )


def says_anything(answer: str) -> bool:
    """Whether an answer has a word of substance."""
    return bool(_stems(answer))


def _full(count: float, enough: int) -> float:
    return min(1.0, count / enough)


def _stems(text: str) -> list[str]:
    """Returns the stems of the words of substance, without repetition, in order."""
    return list(
        dict.fromkeys(stem(word) for word in words(text) if word not in _NO_SUBSTANCE and len(word) > 1)
    )


def _new_stems(answer: str, question: str) -> list[str]:
    stems = _stems(answer)
    repeated = set(overlap(stems, _stems(question)))
    return [one for one in stems if one not in repeated]


def _action(answer: str) -> float:
    own, shared = _done(_OWN, answer), _done(_SHARED, answer)
    if own:
        own |= {stem(verb.lower()) for verb in _ALSO_DONE.findall(answer) if verb.lower() not in _NO_ACTIONS}
    return _full(len(own) + len(shared - own) / 2, FULL_ACTION)


def _done(pattern: re.Pattern[str], text: str) -> set[str]:
    """Returns the stems of the verbs that follow a pronoun, but for being, feeling and supposing."""
    verbs = (match.group(1).lower().replace("’", "'") for match in pattern.finditer(text))
    return {stem(verb) for verb in verbs if verb not in _NO_ACTIONS}


def _result(answer: str) -> float:
    measured = bool(_MEASURE.search(answer)) or any(number > 1 for _, number in numbers_in(answer))
    if _OUTCOME.search(answer):
        return 1.0 if measured else 0.5
    return 0.25 if measured else 0.0


def _topic(answer: str, question: str) -> float:
    wanted = [one for one in _stems(question) if one not in _NOT_THE_TOPIC]
    said = _stems(answer)
    return float(not wanted or bool(overlap(wanted, said)) or any(_kindred(one, said) for one in wanted))


def _kindred(one: str, said: Sequence[str]) -> bool:
    return any(other in group for group in _KIN if one in group for other in said)
