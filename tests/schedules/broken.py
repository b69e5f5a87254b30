"""The code with one rule broken at a time: the driver has to notice each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from brain.application.performer import Performer
from brain.application.serving import Serving
from brain.application.tenure import Tenure
from brain.domain.rules import Rules
from redis.exceptions import RedisError
from schedules.gates import Wire
from schedules.runs import FUNCTIONS, functions
from viva_shared.broker import Bell, Doorbell, LeaseLost, Mailboxes, producer
from viva_shared.broker.doorbell import GROUP

LUA = {
    "a commit does not check the lease": (
        "local function commit(keys, args)\n  if not holds(keys[2], args[1]) then return {'lost'} end",
        "local function commit(keys, args)",
    ),
    "a reject does not check the lease": (
        "local function reject(keys, args)\n  if not holds(keys[2], args[1]) then return {'lost'} end",
        "local function reject(keys, args)",
    ),
    "an emit does not check the lease": (
        "local function emit(keys, args)\n  if not holds(keys[1], args[1]) then return {'lost'} end",
        "local function emit(keys, args)",
    ),
    "a confirm does not check the lease": (
        "local function confirm(keys, args)\n  if not holds(keys[2], args[1]) then return {'lost'} end",
        "local function confirm(keys, args)",
    ),
    "an answer is appended without the lease": (
        "if args[4] ~= '' and not holds(keys[5], args[4]) then return {'refused', 'lost'} end",
        "",
    ),
    "an append does not look whether the event is there already": (
        "if redis.call('SISMEMBER', keys[3], args[1]) == 1 then return {'duplicate'} end",
        "",
    ),
    "a lease that another holds is taken": ("'^(.*)|') ~= args[1] then", "'^(.*)|') == '' then"),
    "a lease of one's own is not taken again": ("'^(.*)|') ~= args[1] then", "'^(.*)|') then"),
    "the epoch does not grow": ("'HINCRBY', keys[1], 'epoch', 1)", "'HINCRBY', keys[1], 'epoch', 0)"),
    "tries are not counted": ("if nxt ~= '' then redis.call('HINCRBY', keys[1], 'tries', 1) end", ""),
    "tries count for the first open effect alone": (
        "or table.concat(open_effects(keys[1]), ' ')",
        "or open_effects(keys[1])[1] or ''",
    ),
    "a handed back interview counts as a try": ("'tries', -1)", "'tries', 0)"),
    "a repeated commit is refused": ("if is_done(keys[1], args[3]) then return {'committed'} end", ""),
    "a repeated commit is done again": (
        "if is_done(keys[1], args[3]) then return {'committed'} end\n"
        "  if redis.call('HGET', keys[1], 'cursor') ~= args[2] then return {'stale'} end",
        "",
    ),
    "a commit does not move the cursor": (
        "redis.call('HSET', state_key, 'cursor', cursor, 'tries', 0",
        "redis.call('HSET', state_key, 'tries', 0",
    ),
    "open effects are not kept": (
        "for i = at, #args, 2 do redis.call('HSET', keys[1], 'effect:' .. args[i], args[i + 1]) end",
        "",
    ),
    "closed effects are kept": (
        "for i = 1, tonumber(args[at]) do redis.call('HDEL', keys[1], 'effect:' .. args[at + i]) end",
        "",
    ),
    "a rejected input leaves no dead letter": ("write_letter(keys[4], args, 5)", ""),
    "a release does not look for news": (
        "if entry_after(keys[3], redis.call('HGET', keys[1], 'cursor')) then return {'news'} end",
        "",
    ),
    "a release does not look for open effects": (
        "if #open_effects(keys[1]) > 0 then return {'effects'} end",
        "",
    ),
    "an append does not look whether the interview is open": (
        "local function append(keys, args)\n"
        "  if not is_open(keys[1]) then return {'refused', why_closed(keys[1])} end",
        "local function append(keys, args)",
    ),
    "an interview is archived without a look for news": (
        "if entry_after(keys[3], cursor) then return {'news'} end",
        "",
    ),
    "an interview is archived without a look for open effects": (
        "if next(open_effects(keys[1])) then return {'effects'} end",
        "",
    ),
    "an interview is archived though somebody holds it": (
        "if redis.call('EXISTS', keys[2]) == 1 then return {'held'} end",
        "",
    ),
    "an interview is archived that has changed": ("if version ~= args[1] or ", "if "),
    "a deletion leaves the lease": (
        "for i = 2, #keys do redis.call('DEL', keys[i]) end",
        "for i = 3, #keys do redis.call('DEL', keys[i]) end",
    ),
    "a deletion forgets the epoch": ("'status', status, 'epoch', epoch)", "'status', status, 'epoch', 0)"),
}
"""What stands in the functions, and what instead of it."""

_read, _pass_to, _serve, _news = Doorbell.read, Doorbell.pass_to, Serving.run, Serving._apply_news
Bells = Callable[[], frozenset[str]]


async def _acknowledge_on_read(doorbell: Doorbell, *args: Any) -> list[Bell]:
    bells = await _read(doorbell, *args)
    await doorbell.acknowledge(bell.bell_id for bell in bells)
    return bells


async def _acknowledge_on_passing(doorbell: Doorbell, holder: str, bell: Bell) -> None:
    await _pass_to(doorbell, holder, bell)
    await doorbell.acknowledge([bell.bell_id])


async def _acknowledge_on_busy(tenure: Tenure, _: str) -> None:
    await tenure._acknowledge(frozenset(tenure.bells))


async def _acknowledge_when_lost(serving: Serving, bells_in_hand: Bells) -> frozenset[str]:
    try:
        return await _serve(serving, bells_in_hand)
    except LeaseLost:
        return bells_in_hand()


async def _acknowledge_what_came_after(serving: Serving, bells_in_hand: Bells) -> frozenset[str]:
    await _serve(serving, bells_in_hand)
    return bells_in_hand()


async def _leave_without_ringing(doorbell: Doorbell) -> None:
    answer = await doorbell._redis.xreadgroup(GROUP, doorbell._worker, {doorbell._keys.ready: "0"})
    await doorbell.acknowledge(entry_id.decode() for entry_id, _ in answer[0][1])
    await doorbell._redis.delete(doorbell._keys.worker(doorbell._worker))


async def _take_up_before_the_news(serving: Serving) -> None:
    serving._start_inherited()
    await _news(serving)


async def _recall_nothing(*_: object) -> None:
    return


async def _confirm_nothing(mailboxes: Mailboxes, *_: object) -> None:
    return


async def _send_once(_: str, call: Callable[[], Awaitable[object]]) -> None:
    try:
        await call()
    except RedisError:
        return


def _any_answer(rules: Rules, _: str) -> bool:
    return rules.state.reply is not None


PYTHON: dict[str, tuple[object, str, object]] = {
    "a doorbell is acknowledged as soon as it is read": (Doorbell, "read", _acknowledge_on_read),
    "a doorbell that is passed on is acknowledged": (Doorbell, "pass_to", _acknowledge_on_passing),
    "the doorbells of a busy interview are acknowledged": (Tenure, "_pass_on", _acknowledge_on_busy),
    "who has lost its lease acknowledges": (Serving, "run", _acknowledge_when_lost),
    "what came after the release is acknowledged": (Serving, "run", _acknowledge_what_came_after),
    "who stops acknowledges without ringing anew": (Doorbell, "leave", _leave_without_ringing),
    "an ask is taken up before the news are applied": (Serving, "_apply_news", _take_up_before_the_news),
    "who takes over does not look what is out already": (Performer, "_recall", _recall_nothing),
    "an effect is never confirmed": (Mailboxes, "confirm", _confirm_nothing),
    "a producer does not repeat": (producer, "until_available", _send_once),
    "an answer is taken though its ask is cancelled": (Rules, "answers_open_ask", _any_answer),
}
"""What is replaced, and by what."""

DEFECTS = (*LUA, *PYTHON)
RARE = frozenset(
    {
        "a confirm does not check the lease",
        "a release does not look for news",
        "tries count for the first open effect alone",
    }
)
"""What it takes some hundred schedules to notice."""


@contextmanager
def broken(
    defect: str,
    wire: Wire,
    lua: Mapping[str, tuple[str, str]] = LUA,
    python: Mapping[str, tuple[object, str, object]] = PYTHON,
) -> Iterator[None]:
    """The code and the functions have this defect."""
    with ExitStack() as stack:
        if defect in lua:
            right, wrong = lua[defect]
            assert FUNCTIONS.count(right) == 1, f"{right!r} does not stand in functions.lua"
            stack.enter_context(functions(wire, FUNCTIONS.replace(right, wrong)))
        else:
            owner, name, replacement = python[defect]
            stack.enter_context(patch.object(owner, name, replacement))
            stack.enter_context(functions(wire))
        yield
