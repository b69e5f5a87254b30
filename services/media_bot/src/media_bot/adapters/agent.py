"""The livekit-agents Agent whose answers come from the brain."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Any

from livekit import rtc
from livekit.agents import Agent, ModelSettings, llm, stt
from livekit.agents.voice import SpeechHandle
from livekit.agents.voice.agent_activity import _SpeechHandleContextVar

from media_bot.application.ports import Spoken, Utterance


class BrainLLM(llm.LLM[Any]):
    """A placeholder: without an LLM the session never calls ``llm_node``, where the brain answers."""

    def chat(self, **_: Any) -> llm.LLMStream:
        """Never called: ``llm_node`` is overridden."""
        raise NotImplementedError("the brain answers through llm_node")


class InterviewAgent(Agent):
    """Says what ``answer`` yields for the user message it is asked about; listens once ``ears`` returns."""

    def __init__(
        self,
        *,
        heard: Callable[[llm.ChatMessage], None],
        answer: Callable[[str], AsyncIterator[str]],
        ears: Callable[[], Awaitable[None]],
    ) -> None:
        super().__init__(instructions="")
        self._ears = ears
        self._heard = heard
        self._answer = answer

    async def stt_node(
        self, audio: AsyncIterable[rtc.AudioFrame], model_settings: ModelSettings
    ) -> AsyncIterator[stt.SpeechEvent]:
        """The session calls it again after each failure, twice a second."""
        await self._ears()
        async for event in Agent.default.stt_node(self, audio, model_settings):
            yield event

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncIterator[str]:
        """The user message being answered is the last one of the context."""
        message = next(
            (i for i in reversed(chat_ctx.items) if i.type == "message" and i.role == "user"), None
        )
        if message is None:
            return
        self._heard(message)
        async for text in self._answer(message.id):
            yield text


def speech_of_this_task() -> SpeechHandle | None:
    """The speech that the running callback or node belongs to.

    livekit-agents keeps it in a context variable, which tasks and emitted events inherit; there is no public
    way from a user message to the speech that answers it.
    """
    return _SpeechHandleContextVar.get(None)


def utterance_of(message: llm.ChatMessage, *, typed: bool) -> Utterance:
    """A user message with the times livekit-agents measured."""
    metrics = message.metrics
    return Utterance(
        utterance_id=message.id,
        text=message.text_content or "",
        typed=typed,
        speech_ended_at=metrics.get("stopped_speaking_at"),
        transcribed_s=metrics.get("transcription_delay"),
        turn_ended_s=metrics.get("end_of_turn_delay"),
    )


def spoken_of(handle: SpeechHandle) -> Spoken:
    """How a speech that is done ended. No item means that nothing was heard."""
    items = [i for i in handle.chat_items if i.type == "message" and i.role == "assistant"]
    return Spoken(
        text="".join(item.text_content or "" for item in items),
        interrupted=handle.interrupted,
        first_audio_at=next((item.metrics.get("started_speaking_at") for item in items), None),
    )
