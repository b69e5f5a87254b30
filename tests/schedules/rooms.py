"""Many schedules of who has a room; and its code with one rule broken at a time."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import cast

from schedules.processes import INTERVIEW, tracked
from schedules.room_schedule import RoomSchedule
from schedules.runs import Runs, Tally
from schedules.steps import Deviation
from schedules.still_loop import StillLoop
from viva_shared.broker import Handover, Keys

ROOM_LUA = {
    "an append does not look who has the room": (
        "if args[3] ~= '' and redis.call('GET', keys[4]) ~= args[3] then return {'refused', 'fenced'} end",
        "",
    ),
    "a bot does not look whether somebody has the room": (
        "if redis.call('EXISTS', keys[2]) == 1 then return {'busy'} end",
        "",
    ),
    "a bot that was fenced renews its lease": (
        "if redis.call('GET', keys[2]) ~= args[2] then return {'fenced'} end",
        "",
    ),
    "a bot gives the room back whoever has it": (
        "if not holds(keys[1], args[1]) then return {'lost'} end\n  redis.call('DEL', keys[1])\n"
        "  return {'released'}",
        "redis.call('DEL', keys[1])\n  return {'released'}",
    ),
    "a room is taken of what is deleted": (
        "local function take_room(keys, args)\n"
        "  if not is_open(keys[1]) then return {'refused', why_closed(keys[1])} end",
        "local function take_room(keys, args)",
    ),
    "the same call takes the room a second time": (
        "if args[3] ~= '' and redis.call('SISMEMBER', keys[3], args[3]) == 1 then return {'duplicate'} end",
        "",
    ),
    "a bot loses its room to who may not fence it": (
        "if token and not is_ours and args[2] == '' then return {'busy'} end",
        "",
    ),
    "who writes is fenced by who writes": (
        "if is_ours then return {'held', string.match(token, '|(.*)$')} end",
        "",
    ),
    "a bot that has lost its room writes on": (
        "local epoch = redis.call('INCR', keys[5])",
        "local epoch = redis.call('GET', keys[5]) or redis.call('INCR', keys[5])",
    ),
    "the room of who writes is free after a while": (
        "redis.call('SET', keys[4], args[1] .. '|' .. epoch)",
        "redis.call('SET', keys[4], args[1] .. '|' .. epoch, 'PX', 1000)",
    ),
    "nobody is told that somebody came": (
        "redis.call('XADD', keys[2], '*', 'event', args[4])  -- first: it fails on a key of another type\n"
        "    redis.call('SADD', keys[3], args[3])\n  end\n  if is_ours",
        "redis.call('SADD', keys[3], args[3])\n  end\n  if is_ours",
    ),
}
"""What stands in the functions, and what instead of it."""


async def _list_it_later(handover: Handover, interview_id: str) -> bool:
    mailboxes = handover._mailboxes
    held = await cast(Awaitable["bytes | None"], mailboxes.redis.get(mailboxes.keys.bot(interview_id)))
    holder, _, epoch = (held or b"").decode().rpartition("|")
    if holder != "writing":
        return False
    await mailboxes.bot_release(interview_id, holder, int(epoch))
    await cast(Awaitable[int], mailboxes.redis.sadd(mailboxes.keys.bots, interview_id))
    return True


async def _do_not_list_it(handover: Handover, interview_id: str) -> bool:
    mailboxes = handover._mailboxes
    held = await cast(Awaitable["bytes | None"], mailboxes.redis.get(mailboxes.keys.bot(interview_id)))
    holder, _, epoch = (held or b"").decode().rpartition("|")
    if holder == "writing":
        await mailboxes.bot_release(interview_id, holder, int(epoch))
    return holder == "writing"


async def _give_back_whose_it_is_not(handover: Handover, interview_id: str) -> bool:
    mailboxes = handover._mailboxes
    await cast(Awaitable["bytes | None"], mailboxes.redis.get(mailboxes.keys.bot(interview_id)))
    await cast(Awaitable[int], mailboxes.redis.sadd(mailboxes.keys.bots, interview_id))
    await cast(Awaitable[int], mailboxes.redis.delete(mailboxes.keys.bot(interview_id)))
    return True


ROOM_PYTHON: dict[str, tuple[object, str, object]] = {
    "a room is free before it is known that a bot has to be sent": (Handover, "to_voice", _list_it_later),
    "nobody knows that a bot has to be sent": (Handover, "to_voice", _do_not_list_it),
    "a room is given back whoever has it": (Handover, "to_voice", _give_back_whose_it_is_not),
}
"""What is replaced, and by what."""

ROOM_DEFECTS = (*ROOM_LUA, *ROOM_PYTHON)


class RoomRuns(Runs):
    """Runs schedules under a key prefix of their own, each on an interview of which nobody has the room."""

    def _run(self, seed: int, tally: Tally) -> None:
        keys = Keys(f"{self._prefix}-{seed}")
        loop = StillLoop()
        loop.set_task_factory(tracked)
        try:
            self._prepare(keys)
            schedule = RoomSchedule(seed, loop, self._wire, keys)
            try:
                schedule.run()
            except Exception as error:
                reason = str(error) if isinstance(error, Deviation) else repr(error)
                raise Deviation("\n".join([f"seed {seed}: {reason}", *schedule.trace])) from error
            finally:
                schedule.close()
        finally:
            loop.close()
            self._wire.redis.unlink(keys.ready, keys.bots, keys.open, *keys.every(INTERVIEW))
        tally.schedules += 1
        tally.choices += schedule.choices
        tally.steps += schedule.counts
