"""The candidate in a real room, with a scripted interviewer in the agent's place."""

from __future__ import annotations

import asyncio
import io
import json
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from candidate.adapters.flite import Flite
from candidate.adapters.microphone import Microphone
from candidate.adapters.room import AGENT_STATE, CHAT_TOPIC, FINAL, SEGMENT_ID, TRANSCRIPTION_TOPIC
from candidate.application.conversation import Conversation
from candidate.application.outcome import Ending, Limits
from candidate.application.ports import RoomClosedError, RoomRefusedError, TurnTimeoutError
from candidate.domain.hearing import SAMPLE_RATE
from candidate.domain.persona import Answer, Behaviours, Interrupt, LeaveAndReturn, Persona
from candidate.domain.sound import SpeechMeter
from candidate.session import CandidateSession, HiddenObserver
from fixtures.livekit_server import LiveKitServer
from livekit import api, rtc
from pydantic import JsonValue
from viva_shared.rooms import STAGE_TOPIC

pytestmark = pytest.mark.integration

PERSONA = Persona(
    name="Ann",
    think_s=0.2,
    answers=(Answer(topic="name", when=("name",), say=("My name is Ann.",)),),
    default=("I do not know.",),
    goodbye="Thank you, goodbye.",
)


def token(
    server: LiveKitServer, room: str, identity: str, *, agent: bool = False, hidden: bool = False
) -> str:
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        hidden=hidden,
        can_publish=not hidden,
        can_update_own_metadata=True,
        agent=agent,
    )
    access = api.AccessToken(server.api_key, server.api_secret).with_identity(identity).with_grants(grants)
    return access.with_kind("agent" if agent else "standard").with_ttl(timedelta(minutes=5)).to_jwt()


class ScriptedInterviewer:
    """A plain participant that does what livekit-agents does on the wire, word by word as its test says."""

    def __init__(self, server: LiveKitServer, room: str) -> None:
        self._server, self._name = server, room
        self.room = rtc.Room()
        self.meters: list[SpeechMeter] = []
        self.chats: asyncio.Queue[str] = asyncio.Queue()
        self._microphone = Microphone()
        self._flite = Flite("rms")
        self._tasks: set[asyncio.Task[None]] = set()
        self._segments = 0
        self._frame = asyncio.Event()

    async def join(self) -> None:
        self.room.on("track_subscribed", lambda track, _publication, _who: self._spawn_listener(track))
        self.room.register_text_stream_handler(
            CHAT_TOPIC, lambda reader, _who: self._keep(asyncio.create_task(self._read_chat(reader)))
        )
        await self.room.connect(self._server.url, token(self._server, self._name, "interviewer", agent=True))
        await self._microphone.open(self.room)
        await self.state("listening")

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)

    def _spawn_listener(self, track: rtc.Track) -> None:
        self.meters.append(SpeechMeter())
        self._keep(asyncio.create_task(self._listen(track, self.meters[-1])))

    async def _listen(self, track: rtc.Track, meter: SpeechMeter) -> None:
        stream = rtc.AudioStream.from_track(track=track, sample_rate=SAMPLE_RATE, num_channels=1)
        try:
            async for event in stream:
                now = asyncio.get_running_loop().time()
                meter.add(now, np.frombuffer(event.frame.data, dtype=np.int16), SAMPLE_RATE)
                self._frame.set()
        finally:
            await stream.aclose()

    async def _read_chat(self, reader: rtc.TextStreamReader) -> None:
        self.chats.put_nowait(await reader.read_all())

    async def state(self, state: str) -> None:
        await self.room.local_participant.set_attributes({AGENT_STATE: state})

    async def write(self, text: str) -> None:
        """Send a reply's transcript as livekit-agents does: one stream of pieces, final at its end."""
        self._segments += 1
        writer = await self.room.local_participant.stream_text(
            topic=TRANSCRIPTION_TOPIC, attributes={SEGMENT_ID: f"SG_{self._segments}", FINAL: "false"}
        )
        for word in text.split(" "):
            await writer.write(word + " ")
        await writer.aclose(attributes={FINAL: "true"})

    async def understood(self, identity: str, text: str, *, final: bool) -> None:
        """Send what STT understood of the candidate: each version in a stream of its own."""
        writer = await self.room.local_participant.stream_text(
            topic=TRANSCRIPTION_TOPIC,
            sender_identity=identity,
            attributes={SEGMENT_ID: "SG_user", FINAL: "true" if final else "false"},
        )
        await writer.write(text)
        await writer.aclose()

    async def ask(self, text: str) -> bool:
        """Think, write, speak, listen; tells whether all was said before somebody barged in."""
        await self.state("thinking")
        speech = await self._flite.speech(text)
        await self.write(text)
        await self.state("speaking")
        speaking = asyncio.create_task(self._microphone.speak(speech))
        while not speaking.done():
            await asyncio.wait({speaking}, timeout=0.05)
            if self.sounding:
                self._microphone.hush()
        await self.state("listening")
        return (await speaking)[2]

    @property
    def sounding(self) -> bool:
        now = asyncio.get_running_loop().time()
        return any(now - (meter.last_voiced_at or 0.0) < 0.2 for meter in self.meters)

    def heard_s(self) -> float:
        return sum(meter.voiced_seconds for meter in self.meters)

    async def answer_heard(self, more_than_s: float, timeout: float = 20.0) -> None:
        """Wait until the candidate has spoken for so long in all, and has stopped."""
        async with asyncio.timeout(timeout):
            while self.heard_s() <= more_than_s or self.sounding:
                self._frame.clear()
                await self._frame.wait()

    async def stage(self, data: JsonValue) -> None:
        await self.room.local_participant.publish_data(json.dumps(data), topic=STAGE_TOPIC)

    async def close_room(self) -> None:
        async with api.LiveKitAPI(
            self._server.http_url, self._server.api_key, self._server.api_secret
        ) as client:
            await client.room.delete_room(api.DeleteRoomRequest(room=self._name))

    async def leave(self) -> None:
        await self._microphone.close()
        await self.room.disconnect()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest.fixture
def room_name() -> str:
    return f"interview-{uuid4().hex[:12]}"


@asynccontextmanager
async def interviewing(server: LiveKitServer, room: str) -> AsyncIterator[ScriptedInterviewer]:
    interviewer = ScriptedInterviewer(server, room)
    await interviewer.join()
    try:
        yield interviewer
    finally:
        await interviewer.leave()


async def in_the_room(session: CandidateSession) -> None:
    """Wait until a conversation has joined: what is written before is not for its eyes."""
    assert await session.wait(lambda: session.hearing.agent_present, 10)


async def test_an_interviewer_who_is_gone_does_not_sound_with_the_next(
    livekit_server: LiveKitServer, room_name: str
) -> None:
    async with CandidateSession(livekit_server.url, token(livekit_server, room_name, "ann")) as candidate:
        meters = candidate.hearing.track_meters

        def sounded(tracks: int) -> bool:
            return sum(bool(meter.spans) for meter in meters.values()) == tracks

        for number in (1, 2):
            async with interviewing(livekit_server, room_name) as interviewer:
                await candidate.wait_for_agent(5)
                assert await interviewer.ask("Hello, who is there?")
                assert await candidate.wait(partial(sounded, number), 5)
            assert await candidate.wait(lambda: not candidate.hearing.agent_present, 5)
    first, second = meters.values()
    assert first.spans[-1].end < second.spans[0].start


async def test_hears_waits_and_answers_by_voice(
    livekit_server: LiveKitServer, room_name: str, tmp_path: Path
) -> None:
    question = "Hello. Could you tell me your name?"
    candidate_token = token(livekit_server, room_name, "ann")
    async with (
        interviewing(livekit_server, room_name) as interviewer,
        CandidateSession(livekit_server.url, candidate_token) as candidate,
        HiddenObserver(livekit_server.url, token(livekit_server, room_name, "eye", hidden=True)) as observer,
    ):
        await candidate.wait_for_agent(5)
        with pytest.raises(TurnTimeoutError, match="not my turn"):
            await candidate.wait_for_turn(0.5)
        asking = asyncio.create_task(interviewer.ask(question))

        assert await candidate.wait_for_turn(15) == question
        turn_at = candidate.now()
        assert await asking
        assert 0.6 <= turn_at - candidate.agent_audio.spans[-1].end < 1.2
        said = await candidate.say("My name is Ann.")
        await interviewer.answer_heard(0.5)

        spoken_s = said.ended_at - said.started_at
        assert said.whole
        assert 0.6 * spoken_s < interviewer.heard_s() <= spoken_s + 0.3
        assert not observer.hearing.said_by("ann")
        await interviewer.understood("ann", "my name", final=False)
        await interviewer.understood("ann", "my name is and", final=True)
        await interviewer.stage({"stage": "done", "index": 2, "of": 3})
        assert await observer.wait(lambda: bool(observer.stage_messages), 5)
        assert await observer.wait(lambda: any(s.final for s in observer.heard_of("ann")), 5)
        assert [(s.text, s.final) for s in observer.heard_of("ann")] == [("my name is and", True)]
        for ears in (candidate, observer):
            assert [(s.text.strip(), s.final) for s in ears.heard] == [(question, True)]
            assert 1.0 < ears.agent_audio.voiced_seconds < 4.0
        assert (observer.stage_messages[0].stage, observer.stage_messages[0].of) == ("done", 3)
        await interviewer.close_room()
        assert (await candidate.wait_closed(5)).by_the_interviewer
        with pytest.raises(RoomClosedError):
            await candidate.wait_for_turn(1)

    candidate.agent_audio.write(tmp_path / "heard.wav")
    with wave.open(io.BytesIO((tmp_path / "heard.wav").read_bytes())) as file:
        assert file.getframerate() == SAMPLE_RATE
        assert file.getnframes() / SAMPLE_RATE > candidate.agent_audio.voiced_seconds


async def test_holds_a_conversation_until_the_room_is_closed(
    livekit_server: LiveKitServer, room_name: str
) -> None:
    session = CandidateSession(livekit_server.url, token(livekit_server, room_name, "ann"))
    async with interviewing(livekit_server, room_name) as interviewer:
        holding = asyncio.create_task(Conversation(session, PERSONA).hold())
        await in_the_room(session)
        await interviewer.ask("Thank you for joining. What is your name?")
        await interviewer.answer_heard(0.5)
        heard_s = interviewer.heard_s()
        await interviewer.ask("Thank you. Do you have any questions for me?")
        await interviewer.answer_heard(heard_s + 0.5)
        await interviewer.close_room()
        outcome = await asyncio.wait_for(holding, 10)
    await session.leave()

    assert (outcome.ending, outcome.exchanges) == (Ending.CLOSED, 2)
    assert [said.text for said in session.said] == ["My name is Ann.", "Thank you, goodbye."]


async def test_types_when_the_transcript_is_whole(livekit_server: LiveKitServer, room_name: str) -> None:
    session = CandidateSession(livekit_server.url, token(livekit_server, room_name, "ann"), microphone=False)
    async with interviewing(livekit_server, room_name) as interviewer:
        holding = asyncio.create_task(Conversation(session, PERSONA, typing=True).hold())
        await in_the_room(session)
        await interviewer.ask("What is your name?")
        assert await asyncio.wait_for(interviewer.chats.get(), 10) == "My name is Ann."
        await interviewer.state("thinking")
        await interviewer.write("And what else?")
        await interviewer.state("listening")
        assert await asyncio.wait_for(interviewer.chats.get(), 10) == "I do not know."
        assert interviewer.heard_s() == 0
        await interviewer.close_room()
        assert (await asyncio.wait_for(holding, 10)).ending is Ending.CLOSED
    await session.leave()


async def test_whoever_speaks_agrees_in_writing(livekit_server: LiveKitServer, room_name: str) -> None:
    session = CandidateSession(livekit_server.url, token(livekit_server, room_name, "ann"))
    async with interviewing(livekit_server, room_name) as interviewer:
        holding = asyncio.create_task(Conversation(session, PERSONA).hold())
        await in_the_room(session)
        await interviewer.room.local_participant.send_text("An AI interviews you.", topic=CHAT_TOPIC)
        await interviewer.ask("Please write: I agree.")
        assert await asyncio.wait_for(interviewer.chats.get(), 10) == "I agree"
        await interviewer.close_room()
        assert (await asyncio.wait_for(holding, 10)).ending is Ending.CLOSED_EARLY
    await session.leave()
    assert [message.text for message in session.hearing.written_by_agent()] == ["An AI interviews you."]


async def test_barges_in(livekit_server: LiveKitServer, room_name: str) -> None:
    persona = PERSONA.model_copy(
        update={
            "behaviours": Behaviours(interrupt=Interrupt(reply=1, after_s=1.0, say="Sorry, wait a moment."))
        }
    )
    session = CandidateSession(livekit_server.url, token(livekit_server, room_name, "ann"))
    async with interviewing(livekit_server, room_name) as interviewer:
        holding = asyncio.create_task(Conversation(session, persona).hold())
        await in_the_room(session)
        whole = await interviewer.ask(
            "This is a very long sentence about nothing at all, which goes on and on, and does not end soon."
        )
        assert not whole
        assert 1.0 <= session.agent_audio.spans[-1].end - session.agent_audio.spans[0].start < 3.0
        await interviewer.answer_heard(0.8)
        await interviewer.ask("So, what is your name?")
        await interviewer.answer_heard(interviewer.heard_s() + 0.5)
        await interviewer.close_room()
        await asyncio.wait_for(holding, 10)
    await session.leave()

    assert [said.text for said in session.said] == ["Sorry, wait a moment.", "My name is Ann."]


async def test_leaves_and_comes_back(livekit_server: LiveKitServer, room_name: str) -> None:
    persona = PERSONA.model_copy(
        update={"behaviours": Behaviours(leave_and_return=LeaveAndReturn(reply=1, away_s=1.0))}
    )
    session = CandidateSession(livekit_server.url, token(livekit_server, room_name, "ann"))
    told: list[str] = []
    async with interviewing(livekit_server, room_name) as interviewer:
        conversation = Conversation(session, persona, tell=lambda event, _data: told.append(event))
        holding = asyncio.create_task(conversation.hold())
        await in_the_room(session)
        await interviewer.ask("What is your name?")
        assert await session.wait(lambda: told.count("joined") == 2, 15)
        await interviewer.ask("Welcome back.")
        await interviewer.answer_heard(0.5)
        await interviewer.close_room()
        outcome = await asyncio.wait_for(holding, 10)
    await session.leave()

    assert outcome.ending is Ending.CLOSED
    assert told == ["joined", "reply", "left", "joined", "reply", "said"]
    assert [said.text for said in session.said] == ["My name is Ann."]


@pytest.mark.parametrize("options", [[], ["--text"]])
async def test_the_command_takes_part(
    livekit_server: LiveKitServer, room_name: str, tmp_path: Path, options: list[str]
) -> None:
    heard = tmp_path / "heard.wav"
    command = [
        sys.executable,
        "-m",
        "candidate",
        "--url",
        livekit_server.url,
        "--persona",
        "alice",
        "--events",
    ]
    command += ["--token", token(livekit_server, room_name, "alice"), "--record", str(heard), *options]
    async with interviewing(livekit_server, room_name) as interviewer:
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        await process.stdout.readline()
        await interviewer.ask("What is your name?")
        if options:
            assert "Alice Brown" in await asyncio.wait_for(interviewer.chats.get(), 20)
        else:
            await interviewer.answer_heard(0.5)
        await interviewer.close_room()
        output, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 0
    events = [json.loads(line) for line in output.splitlines()]
    assert [event["event"] for event in events] == ["reply", "said", "ended"]
    assert (events[1]["topic"], events[2]["ending"], events[2]["exchanges"]) == ("name", "CLOSED", 1)
    assert heard.stat().st_size > SAMPLE_RATE


async def test_the_command_says_what_is_wrong() -> None:
    command = [sys.executable, "-m", "candidate", "--tokens", "http://127.0.0.1:1", "--session-id", "x"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == Ending.REFUSED
    assert b"no token: http://127.0.0.1:1/livekit/token does not answer" in output


async def test_says_why_it_could_not_take_part(livekit_server: LiveKitServer, room_name: str) -> None:
    limits = Limits(agent_s=0.5, silence_s=0.5)
    session = CandidateSession(livekit_server.url, token(livekit_server, room_name, "ann"))
    outcome = await Conversation(session, PERSONA, limits=limits).hold()
    assert (outcome.ending, outcome.reason) == (Ending.NO_AGENT, "the interviewer did not come within 0.5 s")
    async with interviewing(livekit_server, room_name):
        outcome = await Conversation(session, PERSONA, limits=limits).hold()
    assert outcome.ending is Ending.AGENT_SILENT
    assert "its state: listening" in outcome.reason
    await session.leave()
    refused = CandidateSession(livekit_server.url, "no-token")
    with pytest.raises(RoomRefusedError, match="cannot join"):
        await refused.join()
