"""An interview on the console, line by line."""

from __future__ import annotations

from datetime import datetime

from rich.console import Console
from rich.markup import escape
from viva_shared.events import (
    AnswerScored,
    Envelope,
    FactsLearnt,
    InputRejected,
    InterviewCreated,
    InterviewEnded,
    QuestionAsked,
    ReplyCancelled,
    ReplyGenerated,
    ReplyHeard,
    StageChanged,
    UtteranceHeard,
)


class LiveView:
    """Prints what a reader wants to see of each event, and when it was."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began: datetime | None = None

    def show(self, event: Envelope) -> None:
        """Print one event, if it is worth a line."""
        self._began = self._began or event.occurred_at
        match event.data:
            case InterviewCreated(scenario=scenario, room=room):
                what = f"interview {event.interview_id} ({scenario}) in room {room}"
                self._line(event, f"[dim]{escape(what)}[/]")
            case StageChanged(title=title, index=index, of=of, reason=reason):
                heading = f"── {escape(title)} ({index + 1} of {of}, {reason}) ──"
                self._line(event, f"[bold magenta]{heading}[/]")
            case QuestionAsked(index=index, of=of):
                self._line(event, f"[bold]Question {index + 1} of {of}[/]")
            case AnswerScored(index=index, score=score, reason=reason, feedback=feedback):
                told = f"{'no score' if score is None else score}: {reason} {feedback}".rstrip()
                self._line(event, f"[blue]scored[/]      question {index + 1}: {escape(told)}")
            case UtteranceHeard(text=text, via=via):
                typed = " [dim](typed)[/]" if via == "text" else ""
                self._line(event, f"[bold cyan]candidate  [/] {escape(text)}{typed}")
            case ReplyHeard(text=text, complete=complete):
                cut = "" if complete else " [yellow](cut short)[/]"
                waited = event.data.timings.first_audio_s or event.data.timings.first_text_s
                latency = f" [dim](answered in {waited:.2f} s)[/]" if waited is not None else ""
                self._line(event, f"[bold green]interviewer[/] {escape(text) or '…'}{cut}{latency}")
            case FactsLearnt(facts=facts):
                known = "; ".join(f"{name}: {value}" for name, value in facts.items() if value)
                self._line(event, f"[blue]learnt[/]      {escape(known)}")
            case ReplyGenerated(error=str() as error):
                self._line(event, f"[yellow]the model failed, so the scenario's words: {escape(error)}[/]")
            case ReplyCancelled(reason=reason):
                self._line(event, f"[dim]a reply was dropped: {escape(reason)}[/]")
            case InputRejected(reason=reason):
                self._line(event, f"[red]an input was rejected: {escape(reason)}[/]")
            case InterviewEnded(reason=reason):
                self._line(event, f"[bold magenta]── the end ({reason}) ──[/]")
            case _:
                pass  # the rest is how it was done, not what was said

    def _line(self, event: Envelope, markup: str) -> None:
        assert self._began is not None
        minutes, seconds = divmod(int((event.occurred_at - self._began).total_seconds()), 60)
        self._console.print(f"[dim]{minutes:2d}:{seconds:02d}[/]  {markup}", soft_wrap=True, highlight=False)
