"""The candidate's side of an interview: listen, think, answer, until the interviewer closes the room."""

from __future__ import annotations

from candidate.application.outcome import Ending, Limits, Outcome, Tell, tell_nobody
from candidate.application.ports import RoomClosedError, RoomRefusedError, Said, Seat
from candidate.domain.answers import Choice, Kind, Memory, choose
from candidate.domain.persona import LeaveAndReturn, Persona
from candidate.domain.turn import Mark, TurnRule, is_my_turn, mark, said_since, sounding_for, words_since

FOREVER = 10**9


class Conversation:
    """One persona in one seat. ``hold`` runs it from joining to its outcome."""

    def __init__(
        self,
        seat: Seat,
        persona: Persona,
        *,
        typing: bool = False,
        limits: Limits | None = None,
        rule: TurnRule | None = None,
        tell: Tell = tell_nobody,
    ) -> None:
        self._seat = seat
        self._persona = persona
        self._typing = typing
        self._limits = limits or Limits()
        self._rule = rule or TurnRule(unheard_s=1.5 if typing else 3.0)
        self._tell = tell
        self._memory = Memory()
        self._mark = Mark(seat.now())
        self._last_said: Said | None = None
        self._arrived_at = seat.now()
        self.exchanges = 0

    async def hold(self) -> Outcome:
        """Take part until the end, whatever it is."""
        try:
            await self._join()
            return await self._talk()
        except RoomRefusedError as error:
            return Outcome(Ending.REFUSED, str(error), self.exchanges)
        except RoomClosedError:
            return self._ended() or Outcome(Ending.DISCONNECTED, "the connection was lost", self.exchanges)

    async def _join(self) -> None:
        await self._seat.join()
        self._arrived_at = self._seat.now()
        self._tell("joined", {})

    async def _talk(self) -> Outcome:
        reply = 1
        while True:
            barged = await self._listen(reply)
            if ended := self._ended():
                return ended
            heard = words_since(self._seat.hearing, self._mark)
            memory, choice = choose(self._persona, self._memory, heard)
            if barged and (interrupt := self._persona.behaviours.interrupt) and interrupt.say:
                memory, choice = self._memory, Choice(interrupt.say, Kind.ANSWER, "interrupt")
            if not barged and choice and not await self._think(choice):
                continue
            self._tell("reply", {"reply": reply, "text": heard, "latency_s": self._latency(), "cut": barged})
            away = self._persona.behaviours.leave_and_return
            if away and away.reply == reply:
                spoken_to = await self._away(away, choice)
                if ended := self._ended():
                    return ended
                if spoken_to:
                    reply += 1
                    continue
            self._memory = memory
            if choice:
                await self._answer(choice)
            self._mark = mark(self._seat.hearing, self._seat.now())
            reply += 1

    async def _listen(self, reply: int) -> bool:
        """Wait for the turn; True when this is the moment to barge in instead."""
        interrupt = self._persona.behaviours.interrupt
        after_s = interrupt.after_s if interrupt and interrupt.reply == reply else FOREVER
        await self._seat.wait(
            lambda: self._ended() is not None or self._is_my_turn() or self._sounding_for() >= after_s,
            FOREVER,
        )
        return self._sounding_for() >= after_s

    async def _think(self, choice: Choice) -> bool:
        """Think it over; False when the interviewer went on meanwhile, or the room was closed."""
        ready_at = self._seat.now() + self._persona.think_s
        if not self._types(choice):
            await self._seat.prepare(choice.text)
        gone_on = await self._seat.wait(
            lambda: self._ended() is not None or not self._is_my_turn(), max(0.0, ready_at - self._seat.now())
        )
        return not gone_on

    async def _answer(self, choice: Choice, *, stop_after_s: float | None = None) -> None:
        if self._types(choice):
            said = await self._seat.type(choice.text)
        else:
            said = await self._seat.say(choice.text, stop_after_s=stop_after_s)
        self._last_said = said
        self.exchanges += choice.kind is not Kind.CONSENT
        self._tell(
            "said",
            {"text": said.text, "kind": choice.kind, "topic": choice.topic, "whole": said.whole},
        )

    def _types(self, choice: Choice) -> bool:
        return self._typing or choice.kind is Kind.CONSENT

    async def _away(self, away: LeaveAndReturn, choice: Choice | None) -> bool:
        """Leave and come back; True when the interviewer then speaks first, and is to be listened to."""
        if choice and away.mid_answer_s is not None:
            await self._answer(choice, stop_after_s=away.mid_answer_s)
        await self._seat.leave()
        self._tell("left", {})
        await self._seat.wait(lambda: False, away.away_s)
        await self._join()
        back = mark(self._seat.hearing, self._seat.now())
        await self._seat.wait(lambda: self._ended() is not None or self._seat.hearing.agent_present, FOREVER)
        return await self._seat.wait(lambda: self._spoke_since(back), self._limits.return_s)

    def _spoke_since(self, since: Mark) -> bool:
        hearing = self._seat.hearing
        return bool(said_since(hearing, since) or hearing.meter.since(since.at)) or self._ended() is not None

    def _is_my_turn(self) -> bool:
        return is_my_turn(self._seat.hearing, self._mark, self._seat.now(), self._rule)

    def _sounding_for(self) -> float:
        return sounding_for(self._seat.hearing, self._mark, self._seat.now())

    def _latency(self) -> float | None:
        """Seconds from the end of the candidate's last words to the first sound of the reply to them."""
        if self._last_said is None:
            return None
        spans = self._seat.hearing.meter.since(self._last_said.ended_at)
        return round(spans[0].start - self._last_said.ended_at, 3) if spans else None

    def _ended(self) -> Outcome | None:
        """Whether it is over: the room was closed, or the interviewer kept the candidate waiting too long."""
        hearing, now = self._seat.hearing, self._seat.now()
        if closing := hearing.closing:
            if not closing.by_the_interviewer:
                return self._outcome(Ending.DISCONNECTED, f"disconnected by the server: {closing.reason}")
            if self.exchanges == 0:
                return self._outcome(Ending.CLOSED_EARLY, "the room was closed before any answer")
            return self._outcome(Ending.CLOSED, f"the interviewer closed the room ({closing.reason})")
        if not hearing.agent_present:
            alone_s = now - max(self._arrived_at, hearing.agent_gone_at or 0.0)
            if alone_s < self._limits.agent_s:
                return None
            left = hearing.agent_gone_at is not None and hearing.agent_gone_at >= self._arrived_at
            how = "left and did not come back" if left else "did not come"
            return self._outcome(Ending.NO_AGENT, f"the interviewer {how} within {self._limits.agent_s:g} s")
        silent_s = now - max(self._signs_of_life())
        if silent_s < self._limits.silence_s:
            return None
        state = hearing.agent_state or "unknown"
        return self._outcome(
            Ending.AGENT_SILENT,
            f"the interviewer was silent for {self._limits.silence_s:g} s (its state: {state})",
        )

    def _signs_of_life(self) -> list[float]:
        hearing = self._seat.hearing
        own = self._last_said.ended_at if self._last_said else self._arrived_at
        words = max((segment.updated_at for segment in hearing.said_by_agent()), default=0.0)
        return [self._arrived_at, own, words, hearing.meter.last_voiced_at or 0.0]

    def _outcome(self, ending: Ending, reason: str) -> Outcome:
        return Outcome(ending, reason, self.exchanges)
