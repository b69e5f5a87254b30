"""An interview made by hand, to be spoilt: what the checker's own tests show it."""

from __future__ import annotations

import copy
import json
from typing import Any

from faults.checker import check_interview
from faults.evidence import Event, Evidence, Json

STAGE = {
    "name": "intro",
    "words": {"opening": "Good day. Who are you?", "fallback": ["What is your name?"], "bridge": None},
}


class Interview:
    """A short interview as it should be: a greeting, one question answered, a farewell. To be spoilt."""

    def __init__(self) -> None:
        self.record: list[Json] = [{"what": "begun", "kind": "text"}]
        self.inputs: list[Json] = []
        self.outputs: list[Json] = []
        self.fields: dict[str, str] = {}
        self.letters: list[Json] = []
        self.planted: list[Json] = []
        self.lease: str | None = None
        self.lines: list[Json] = []
        self._send("bot.joined", "bot", {"bot_epoch": 1})
        self._out("stage.changed", {"stage": "intro", "index": 0, "deadline_s": 60.0})
        self._reply("t1", None, "Good day. ", "Who are you?")
        self._utter("u1", "I am Alice. Goodbye.")
        self._reply("t2", "u1", "Goodbye.")
        self._out("interview.ended", {"reason": "goodbye"}, cause="heard:t2")
        self.record.append({"what": "ended"})
        self.report: Json | None = {
            "ended_at": self.outputs[-1]["occurred_at"],
            "turns": [{"speaker": line["speaker"], "text": line["text"]} for line in self.lines],
            "stages": [{"name": "intro"}],
        }

    def _send(self, kind: str, event_id: str, data: Json) -> None:
        self.record.append({"what": "sent", "event_id": event_id, "type": kind, "data": data})
        self.put(kind, event_id, data)

    def put(self, kind: str, event_id: str, data: Json) -> None:
        """An input."""
        self.inputs.append(
            self._event(f"{len(self.inputs) + 1}-0", event_id, kind, None, copy.deepcopy(data))
        )

    def _out(self, kind: str, data: Json, cause: str | None = None) -> None:
        entry_id = f"{len(self.outputs) + 1}-0"
        self.outputs.append(self._event(entry_id, f"o{entry_id}", kind, cause, data))
        self.record.append({"what": "heard", "entry_id": entry_id, "type": kind, "data": copy.deepcopy(data)})

    @staticmethod
    def _event(entry_id: str, event_id: str, kind: str, cause: str | None, data: Json) -> Json:
        at = f"2026-01-01T00:00:{int(entry_id.partition('-')[0]):02}+00:00"
        return {
            "entry_id": entry_id,
            "event_id": event_id,
            "type": kind,
            "occurred_at": at,
            "cause": cause,
            "data": data,
        }

    def _reply(self, turn_id: str, to: str | None, *pieces: str) -> None:
        self._out("reply.started", {"turn_id": turn_id, "in_reply_to": to})
        for seq, text in enumerate(pieces):
            self._out("reply.chunk", {"turn_id": turn_id, "seq": seq, "text": text})
        text = "".join(pieces)
        self._out("reply.finished", {"turn_id": turn_id, "text": text, "chunks": len(pieces)})
        self.put("reply.generated", f"answer:{turn_id}", {"ask_id": f"{turn_id}.a1", "text": text})
        self._send("reply.heard", f"heard:{turn_id}", {"turn_id": turn_id, "text": text, "complete": True})
        self.lines.append({"speaker": "interviewer", "of": turn_id, "text": text})

    def _utter(self, utterance_id: str, text: str) -> None:
        self._send(
            "utterance.heard", f"utterance:{utterance_id}", {"utterance_id": utterance_id, "text": text}
        )
        self.lines.append({"speaker": "candidate", "of": utterance_id, "text": text})

    def out(self, kind: str, number: int = 0) -> Json:
        """The n-th output of a type."""
        return [event for event in self.outputs if event["type"] == kind][number]

    def sent(self, kind: str, number: int = 0) -> Json:
        """The n-th line of the record for what was sent of a type."""
        return [line for line in self.record if line["what"] == "sent" and line["type"] == kind][number]

    def word(self, turn_id: str, text: str) -> None:
        """Have a turn of one piece say this, wherever it stands."""
        places: list[Any] = [*self.outputs, *self.inputs, *self.record]
        for data in [place["data"] for place in places if place.get("data", {}).get("turn_id") == turn_id]:
            if "text" in data:
                data["text"] = text
        for line in [*self.lines, *(self.report["turns"] if self.report else [])]:
            if line["text"] == "Goodbye." and line["speaker"] == "interviewer":
                line["text"] = text

    def broken_rules(self) -> set[str]:
        """The names of the rules that it breaks."""
        fields = {
            "state": json.dumps({"lines": self.lines}),
            "scenario": json.dumps({"stages": [STAGE]}),
            "cursor": self.inputs[-1]["entry_id"],
        }
        evidence = Evidence(
            "i1",
            self.record,
            [Event(**event) for event in self.inputs],
            [Event(**event) for event in self.outputs],
            fields=fields | self.fields,
            letters=self.letters,
            planted=self.planted,
            report=self.report,
            lease=self.lease,
        )
        return {violation.rule for violation in check_interview(evidence)}
