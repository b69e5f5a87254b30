"""One AgentSession in the room: its events become the conversation's, and it speaks for the mouth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog
from livekit import rtc
from livekit.agents import (
    AgentSession,
    CloseEvent,
    CloseReason,
    ConversationItemAddedEvent,
    ErrorEvent,
    TurnHandlingOptions,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
    inference,
    llm,
    stt,
    tts,
    vad,
)
from livekit.agents.voice import SpeechHandle, room_io
from livekit.agents.voice.transcription import TranscriptSynchronizer
from viva_shared.events import ListeningAllowed

from media_bot.adapters.agent import BrainLLM, InterviewAgent, speech_of_this_task, spoken_of, utterance_of
from media_bot.adapters.speech import SpeechOptions, make_stt, make_tts
from media_bot.adapters.transcript_tee import measure_heard_text
from media_bot.adapters.vendors import Part, Vendors, connect_options, hears, speaks
from media_bot.application.conversation import MAX_UTTERANCE, Conversation
from media_bot.application.mouth import Mouth
from media_bot.application.ports import Speech, Spoken, VoiceClosed
from media_bot.settings import BotSettings, OwnWords

log = structlog.get_logger(__name__)

LAST_WORDS_S = 2.0
"""How long the transcript of words that a departure cut off may take."""
CLOSING_S = 0.5
"""The same when the session closes: another bot waits for the room."""
NOBODY = ""
"""An identity that no participant has: the session listens to nobody until the candidate is known."""


class LiveSession:
    """A session from its start to its close, also through failures of speech to text and of text to speech.

    While there is no voice, what is said is written: it goes out as the transcript alone. While there are no
    ears, only what is typed is heard. The candidate is told so once.

    Args:
        failed: called when the session closed itself.
        task_ended: called with each task that the session ran beside itself.
    """

    def __init__(
        self,
        settings: BotSettings,
        options: SpeechOptions,
        words: OwnWords,
        vad_model: vad.VAD,
        conversation: Conversation,
        mouth: Mouth,
        failed: Callable[[], None],
        task_ended: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._conversation = conversation
        self._mouth = mouth
        self._failed = failed
        self._typed: set[str] = set()
        self._written: set[str] = set()
        self._candidate: str | None = None
        self._is_somebody_there = False
        self._permission: ListeningAllowed | None = None
        self._may_listen = asyncio.Event()
        self._vendors = Vendors(
            {
                Part.EARS: lambda: hears(make_stt(settings, options)),
                Part.VOICE: lambda: speaks(make_tts(settings, options)),
            },
            self._on_vendor,
            partial(mouth.remark, words.no_sound),
            task_ended,
        )
        self._synchronizer: TranscriptSynchronizer | None = None
        self._agent = InterviewAgent(heard=self._on_message, answer=mouth.answer, ears=self._until_ears)
        self._session: AgentSession[None] = AgentSession(
            llm=BrainLLM(),
            stt=make_stt(settings, options),
            tts=make_tts(settings, options),
            vad=vad_model,
            turn_handling=TurnHandlingOptions(
                turn_detection=inference.TurnDetector(version="v1-mini"),
                endpointing={"min_delay": options.endpointing_min_s, "max_delay": options.endpointing_max_s},
                interruption={"mode": "vad"},
                preemptive_generation={"enabled": False},
            ),
            aec_warmup_duration=settings.aec_warmup_s or None,
            conn_options=connect_options(settings.reply_stall_s),
            user_away_timeout=None,
            transcription_timeout=settings.untranscribed_s,
            session_close_transcript_timeout=CLOSING_S,
        )
        self._session.input.set_audio_enabled(False)  # before there is any
        self._session.on("user_state_changed", self._on_user_state)
        self._session.on("user_input_transcribed", self._on_transcribed)
        self._session.on("user_transcription_timeout", lambda _: conversation.nothing_transcribed())
        self._session.on("conversation_item_added", self._on_item)
        self._session.on("error", self._on_error)
        self._session.on("close", self._on_close)

    async def start(self, room: rtc.Room, candidate: str | None) -> None:
        """Start listening to the candidate, or to nobody as long as it is not known who that is."""
        self._candidate = candidate
        await self._session.start(
            self._agent,
            room=room,
            room_options=room_io.RoomOptions(
                # what a client recorded before it was connected may be older than the leave to listen
                audio_input=room_io.AudioInputOptions(pre_connect_audio=False),
                text_input=room_io.TextInputOptions(text_input_cb=self._on_chat),
                text_output=room_io.TextOutputOptions(sync_transcription=False),
                participant_identity=candidate or NOBODY,
                close_on_disconnect=False,
            ),
            record=False,
            session_host=False,  # or whoever is in the room could drive the session
        )
        self._synchronizer = measure_heard_text(self._session)

    def listen_to(self, candidate: str) -> None:
        """From now on this identity is the candidate, and is there."""
        self._candidate, self._is_somebody_there = candidate, True
        self._tune_ears()  # first: another's consent is not theirs
        self._session.room_io.set_participant(candidate)

    def allow_listening(self, permission: ListeningAllowed) -> None:
        """Open the ears, to whom it is for: no sound else is listened to, by voice activity either."""
        self._permission = permission
        self._tune_ears()

    def candidate_left(self, *, unfinished: bool) -> None:
        """Stop speaking; what the candidate had begun to say becomes an utterance now, not when they return.

        The recogniser would otherwise hold its last words until sound comes again, and then cut off whatever
        the returning candidate is welcomed with.
        """
        self.hush()
        self._is_somebody_there = False
        self._tune_ears()
        if unfinished:
            self._settle(LAST_WORDS_S)

    def _tune_ears(self) -> None:
        """Open or shut, for every reason that there is."""
        if self._permission and self._permission.identity in (None, self._candidate):
            self._may_listen.set()
        else:
            self._may_listen.clear()
        self._session.input.set_audio_enabled(
            self._is_somebody_there and self._may_listen.is_set() and not self._vendors.is_lost(Part.EARS)
        )

    async def _until_ears(self) -> None:
        """Speech to text is not even connected to before it may hear, and not while it is lost."""
        await self._may_listen.wait()
        await self._vendors.until_back(Part.EARS)

    def _settle(self, last_words_s: float) -> None:
        """What was begun to be said becomes an utterance, with the words that come in this time."""
        with suppress(RuntimeError):  # not running
            turn = self._session.commit_user_turn(
                transcript_timeout=last_words_s, stt_flush_duration=last_words_s
            )
            turn.add_done_callback(_log_failure)

    def hush(self) -> None:
        """Stop whatever is being said; what was heard of it is reported a little later."""
        with suppress(RuntimeError):  # not running: there is nothing to stop
            self._session.interrupt()

    async def aclose(self) -> None:
        """End it; what was heard of a speech under way is reported before this returns."""
        await self._vendors.aclose()
        await self._session.aclose()
        if self._synchronizer is not None:
            await self._synchronizer.aclose()

    def say(self, pieces: AsyncIterator[str], done: Callable[[Spoken], None]) -> Speech:
        """Say a stream of text, always interruptible."""
        try:
            handle = self._session.say(pieces)
        except RuntimeError as error:  # what livekit-agents raises when it is closing, or closed
            raise VoiceClosed(str(error)) from error
        self._when_spoken(handle, done)
        return _SpeechOf(handle)

    def _when_spoken(self, handle: SpeechHandle, done: Callable[[Spoken], None]) -> None:
        def ended(handle: SpeechHandle) -> None:
            spoken = spoken_of(handle)
            if self._vendors.is_lost(Part.VOICE) or handle.id in self._written:
                spoken = replace(spoken, in_writing=not spoken.interrupted, first_audio_at=None)
            elif spoken.text:
                self._vendors.worked(Part.VOICE)
            done(spoken)

        handle.add_done_callback(ended)

    # -- events of the session --

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._conversation.speaking()
        elif event.old_state == "speaking":
            self._conversation.stopped()

    def _on_transcribed(self, event: UserInputTranscribedEvent) -> None:
        self._vendors.worked(Part.EARS)
        self._conversation.transcribed(event.transcript, final=event.is_final)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, llm.ChatMessage) and event.item.role == "user":
            self._on_message(event.item)

    def _on_message(self, message: llm.ChatMessage) -> None:
        """The turn is over: called by ``llm_node`` and by the session, whichever comes first."""
        utterance = utterance_of(message, typed=message.id in self._typed)
        if not self._conversation.heard(utterance, self._mouth):
            return
        if (handle := speech_of_this_task()) is None:
            self._mouth.answered(message.id, Spoken("", interrupted=False))
            return
        self._when_spoken(handle, partial(self._mouth.answered, message.id))
        if not self._conversation.candidate_present:
            handle.interrupt()  # said before they left: nobody is there to hear the answer

    async def _on_chat(self, session: AgentSession[None], event: room_io.TextInputEvent) -> None:
        if not (text := event.text.strip()):
            return
        self._conversation.typed()
        self._mouth.drop_waiting()
        await session.interrupt()
        message = llm.ChatMessage(role="user", content=[text[:MAX_UTTERANCE]])
        self._typed.add(message.id)
        session.generate_reply(user_input=message)

    def _on_error(self, event: ErrorEvent) -> None:
        error = event.error
        log.warning(
            "session.error",
            source=type(event.source).__name__,
            recoverable=getattr(error, "recoverable", None),
            error=repr(getattr(error, "error", error)),
        )
        if isinstance(error, stt.STTError | tts.TTSError) and not error.recoverable:
            self._vendors.failed(Part(error.type))

    def _on_vendor(self, part: Part) -> None:
        """A vendor gave up, or is back."""
        lost = self._vendors.is_lost(part)
        match part:
            case Part.VOICE:
                self._session.output.set_audio_enabled(not lost)
                if lost and self._session.current_speech is not None:
                    self._written.add(self._session.current_speech.id)
            case Part.EARS:
                unfinished = self._conversation.candidate_mid_turn
                self._tune_ears()
                if lost and unfinished:
                    self._settle(0.0)

    def _on_close(self, event: CloseEvent) -> None:
        if event.reason is CloseReason.ERROR:
            log.error("session.closed", error=repr(getattr(event.error, "error", event.error)))
            self._failed()


def _log_failure(future: asyncio.Future[str]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.warning("last_words.lost", error=repr(error))


class _SpeechOf:
    """A speech handle as the mouth sees it."""

    def __init__(self, handle: SpeechHandle) -> None:
        self._handle = handle

    def interrupt(self) -> None:
        """Stop it."""
        self._handle.interrupt()
