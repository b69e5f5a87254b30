"""One room, one interview: wires ears and mouth to the mailbox for as long as the job lasts."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import structlog
from livekit.agents import JobContext
from viva_shared.broker import BotFenced, Keys, Mailboxes, NotOpen, OutputFeed, Producer, connect
from viva_shared.events import ListeningAllowed
from viva_shared.rooms import interview_id_of

from media_bot.adapters.mailbox import Past, Publisher, RoomLease
from media_bot.adapters.room import InterviewRoom, insist, remove_other_bots, remove_participant
from media_bot.adapters.session import LiveSession
from media_bot.adapters.speech import speech_options
from media_bot.application.conversation import Conversation
from media_bot.application.mouth import Mouth
from media_bot.application.outputs import Outputs
from media_bot.application.turns import Turn
from media_bot.settings import BotSettings, Script, script_of

log = structlog.get_logger(__name__)

SETTLE_MARGIN_S = 1.0
"""Past the longest endpointing delay: after that no utterance comes of what was spoken."""
FLUSH_S = 5.0
HUSH_S = 2.0


async def interview_job(ctx: JobContext) -> None:
    """Entry point of a job: take the room's lease, or leave without having been seen."""
    settings: BotSettings = ctx.proc.userdata["settings"]
    structlog.contextvars.bind_contextvars(job_id=ctx.job.id, room=ctx.job.room.name)
    try:
        interview_id = interview_id_of(ctx.job.room.name, ctx.job.room.sid)
    except ValueError as error:
        log.error("room.unusable", error=str(error))
        ctx.shutdown("no interview's room")
        return
    structlog.contextvars.bind_contextvars(interview_id=interview_id)
    mailboxes = Mailboxes(connect(settings.redis_url), Keys(settings.key_prefix), settings.max_event_bytes)
    holder = f"{socket.gethostname()}:{os.getpid()}/{ctx.job.id}"
    lease = RoomLease(mailboxes, interview_id, holder, settings)
    if (script := await _take_room(lease, settings)) is None:
        await mailboxes.redis.aclose()
        ctx.shutdown("not this bot's room")
        return
    past = await lease.past()
    if past.ended:
        log.info("interview.over_already")
        await lease.release()
        await mailboxes.redis.aclose()
        ctx.shutdown("the interview is over")
        return
    await InterviewJob(ctx, settings, script, mailboxes, lease, past, interview_id).start()


async def _take_room(lease: RoomLease, settings: BotSettings) -> Script | None:
    snapshot = await lease.interview()
    if snapshot is None:
        log.warning("interview.missing", waited_s=settings.interview_wait_s)
        return None
    try:
        if not await lease.acquire():
            log.info("room.busy")
            return None
    except NotOpen as error:
        log.info("interview.closed", status=error.status)
        return None
    try:
        return script_of(snapshot.scenario)
    except ValueError as error:
        log.error("scenario.ignored", error=str(error))
        return Script()


class InterviewJob:
    """Everything that lives as long as the job."""

    def __init__(
        self,
        ctx: JobContext,
        settings: BotSettings,
        script: Script,
        mailboxes: Mailboxes,
        lease: RoomLease,
        past: Past,
        interview_id: str,
    ) -> None:
        self._ctx = ctx
        self._settings = settings
        self._words = script.words
        self._notice = script.consent.notice
        self._lease = lease
        self._past = past
        self._interview_id = interview_id
        self._redis = mailboxes.redis
        self._producer = Producer(mailboxes, bot_epoch=lease.epoch)
        self._feed = OutputFeed(
            mailboxes.redis, f"bot-{ctx.job.id}", mailboxes.keys, settings.max_event_bytes
        )
        options = speech_options(settings, script.speech)
        self._conversation = Conversation(
            Publisher(self._producer, interview_id),
            bot_epoch=lease.epoch,
            settle_s=options.endpointing_max_s + SETTLE_MARGIN_S,
        )
        self._mouth = Mouth(
            self._conversation.reply_heard, wait_s=settings.reply_wait_s, stall_s=settings.reply_stall_s
        )
        self._session = LiveSession(
            settings,
            options,
            script.words,
            ctx.proc.userdata["vad"],
            self._conversation,
            self._mouth,
            failed=lambda: ctx.shutdown("the session has failed"),
            task_ended=self._leave_if_broken,
        )
        self._room = InterviewRoom(
            ctx.room,
            past.candidate,
            lease.candidate,
            self._joined,
            self._left,
            remove=partial(remove_participant, ctx.api, ctx.job.room.name),
        )
        if past.needs_consent:
            self._room.notify(self._notice)
        self._outputs = Outputs(
            self._mouth,
            self._room,
            announce=script.announce,
            shows_scores=script.shows_scores,
            listening_allowed=self._listening_allowed,
            now=lambda: datetime.now(UTC),
        )
        self._life: asyncio.Task[None] | None = None
        self._renewal: asyncio.Task[None] | None = None
        self._redis_is_away = False
        self._holding: Turn | None = None

    async def start(self) -> None:
        """Enter the room and begin; returns when the bot listens."""
        self._ctx.add_shutdown_callback(self._close)
        loop = asyncio.get_running_loop()
        self._life = loop.create_task(self._live(), name="interview")
        self._life.add_done_callback(self._leave_if_broken)
        await self._ctx.connect()
        await self._session.start(self._ctx.room, self._past.candidate)
        self._conversation.bot_joined()
        for event in self._past.standing:
            self._outputs.take(event)
        self._room.watch()
        log.info("bot.joined", bot_epoch=self._lease.epoch, candidate_known=self._past.candidate is not None)

    async def _live(self) -> None:
        """All that runs beside the session; ends with the bot leaving the room."""
        try:
            async with (
                self._feed.follow(self._interview_id, self._past.tail) as events,
                asyncio.TaskGroup() as group,
            ):
                keeping = self._lease.keep(self._redis_away, self._redis_back)
                self._renewal = group.create_task(keeping, name="lease")
                group.create_task(self._producer.run(), name="producer")
                group.create_task(self._feed.run(), name="feed")
                group.create_task(self._outputs.follow(events), name="outputs")
                group.create_task(self._end(), name="end")
                if self._lease.epoch > 1:
                    group.create_task(insist(self._remove_other_bots), name="clearing")
        except* (BotFenced, NotOpen) as errors:
            log.warning("room.lost", error=str(errors.exceptions[0]))
            await self._ctx.room.disconnect()  # at once, without a word
            self._ctx.shutdown("another bot has the room")

    async def _remove_other_bots(self) -> None:
        await remove_other_bots(
            self._ctx.api,
            self._ctx.job.room.name,
            self._ctx.local_participant_identity,
            self._settings.agent_name,
        )

    def _leave_if_broken(self, task: asyncio.Task[None]) -> None:
        """A bot of which a part has died must not stay: it would keep the room from another."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("bot.broken", part=task.get_name(), exc_info=error)
            self._ctx.shutdown("the bot is broken")

    # -- the candidate --

    def _joined(self, identity: str, name: str | None) -> None:
        self._session.listen_to(identity)
        self._conversation.candidate_joined(identity, name)
        self._mouth.open(self._session)

    def _left(self, identity: str, reason: str) -> None:
        self._mouth.shut()
        self._mouth.drop_waiting()
        mid_turn = self._conversation.candidate_mid_turn
        self._conversation.candidate_left(identity, reason)
        self._session.candidate_left(unfinished=mid_turn)

    def _listening_allowed(self, permission: ListeningAllowed) -> None:
        self._room.notify(self._notice if permission.identity else None, but=permission.identity)
        self._session.allow_listening(permission)

    # -- Redis --

    def _redis_away(self) -> None:
        self._redis_is_away = True
        self._conversation.when_silent(self._hold)

    def _hold(self) -> None:
        if self._redis_is_away:
            log.warning("candidate.held")
            self._holding = self._mouth.hold(self._words.hold)

    def _redis_back(self) -> None:
        self._redis_is_away = False
        if self._holding is not None:
            self._mouth.take_back(self._holding)
            self._holding = None

    # -- the end --

    async def _end(self) -> None:
        """The brain ended the interview: let the last words be heard, then close the room."""
        await self._outputs.ended.wait()
        if self._conversation.candidate_present:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.goodbye_s):
                    await self._mouth.quiet()
        self._mouth.shut()
        self._mouth.drop_waiting()
        self._session.hush()
        with suppress(TimeoutError):
            async with asyncio.timeout(HUSH_S):
                await self._mouth.quiet()
        self._mouth.abandon()
        await self._flush()
        await self._release()
        await self._ctx.delete_room()
        self._ctx.shutdown("the interview has ended")

    async def _flush(self) -> None:
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._producer.flush()
        except TimeoutError:
            log.error("inputs.unsent", waited_s=FLUSH_S)

    async def _release(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()  # or it would take the lease again
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._lease.release()
        except TimeoutError:
            log.warning("lease.unreleased")

    async def _close(self) -> None:
        """The job ends, for whatever reason."""
        await self._session.aclose()
        self._mouth.abandon()
        self._conversation.close()
        if self._renewal is not None and not self._renewal.done():  # else all is sent, or may not be
            await self._flush()
            await self._release()
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait({self._life}, timeout=FLUSH_S)
        await self._redis.aclose()
        log.info("bot.left")
