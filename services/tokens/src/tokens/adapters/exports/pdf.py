"""The report and the transcript as a PDF: A4, in DejaVu Sans, whose letters are those of most of Europe."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout
from fpdf.fonts import FontFace, TTFFont
from viva_shared.report import SPEAKERS, ReportScore, clock, timing_rows, who_decides

from tokens.application.live import Details
from tokens.domain.errors import NotConfigured
from tokens.domain.evidence import evidence_turns

FONT = "DejaVu"
FILES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
INK, GREY, LINE, ACCENT, TINT = (28, 32, 38), (105, 112, 122), (214, 218, 224), (31, 78, 121), (240, 244, 248)
MARGIN = 18.0
LABEL = 42.0
"""Millimetres, as all lengths here."""
PAGES = "\uffff" * 2
"""Stands for the number of pages. It is no character, so that nobody says it."""
ENDINGS = {
    "goodbye": "the candidate said goodbye",
    "silence": "nobody spoke any more",
    "abandoned": "the candidate stayed away",
    "completed": "all questions were asked",
    "finished": "its end was asked for",
}


def interview_pdf(details: Details, fonts_dir: Path, made_at: datetime) -> bytes:
    """The PDF of an interview as far as it is; a second of CPU for a hundred thousand characters.

    Raises:
        NotConfigured: the fonts are not there.
    """
    if missing := [name for name in FILES.values() if not (fonts_dir / name).is_file()]:
        raise NotConfigured(
            f"there is no {missing[0]} in {fonts_dir}: install the fonts (Debian: fonts-dejavu-core), or set "
            "VIVA_FONTS_DIR to the folder that has them"
        )
    document = _Document(details, fonts_dir, made_at)
    document.head()
    document.scores()
    document.facts()
    document.course()
    document.transcript()
    return bytes(document.output())


class _Document(FPDF):
    def __init__(self, details: Details, fonts_dir: Path, made_at: datetime) -> None:
        super().__init__()
        self._interview = details.interview
        self._report = details.report
        for style, name in FILES.items():
            self.add_font(FONT, style, fonts_dir / name)
        font = self.fonts[FONT.lower()]
        assert isinstance(font, TTFFont)
        self._glyphs = font.cmap
        self._made = f"{made_at:%Y-%m-%d %H:%M} UTC"
        self.set_title(self._clean(f"{self._title}: {self._candidate}"))
        self.set_creator("Viva")
        self.set_lang(details.interview.language or "en")
        self.set_creation_date(made_at)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=20)
        self.alias_nb_pages(PAGES)
        self.add_page()

    @property
    def _title(self) -> str:
        return self._report.scenario_title or self._report.scenario

    @property
    def _candidate(self) -> str:
        return self._report.candidate or self._interview.candidate_name or "Candidate not named"

    # -- every page --

    def footer(self) -> None:
        self.set_xy(MARGIN, -14)  # a turn that goes over the page has another left margin
        self._font(7.5, GREY)
        self.cell(
            self.epw / 2, 5, self._clean(f"Interview {self._report.interview_id}, exported {self._made}")
        )
        self.cell(0, 5, f"{self.page_no()} / {PAGES}", align="R")

    # -- its parts --

    def head(self) -> None:
        """Who, what, when; and who decides."""
        self._font(9, GREY)
        self._line(self._title, 5)
        self._font(19, INK, "B")
        self._line(self._candidate, 9)
        self.ln(2)
        self._notice()
        interview, report = self._interview, self._report
        position = ", ".join(part for part in (interview.job_title, interview.seniority) if part)
        self._pairs(
            (
                ("Position", position),
                ("Started", f"{report.started_at:%Y-%m-%d %H:%M} UTC" if report.stages else "not yet"),
                ("Ended", self._ending()),
                ("Consent", self._consent()),
                ("Scenario", f"{report.scenario}, language {interview.language or 'not known'}"),
                ("Model", report.model or "not known"),
            )
        )

    def scores(self) -> None:
        """Each question with its score, the reason, and the words that the score rests on."""
        scores = self._report.scores
        if not scores:
            return
        scored = [score.score for score in scores if score.score is not None]
        self._heading("Scores")
        overall = self._report.overall_score
        self._font(10, INK)
        self._line(
            f"Overall {overall:.1f} of 100, the mean of {len(scored)} of {len(scores)} answers."
            if overall is not None
            else f"No overall score: none of {len(scores)} answers has a score.",
            6,
        )
        self.ln(1)
        rows = [
            (str(score.index + 1), score.question, "–" if score.score is None else str(score.score))
            for score in scores
        ]
        self._table(("", "Question", "Score"), rows, (8, 142, 24), "LLR")
        for score in scores:
            self._score_basis(score)

    def facts(self) -> None:
        """What was learnt, in the candidate's words."""
        if self._report.facts:
            self._heading("What was learnt")
            self._pairs(
                (name.replace("_", " ").capitalize(), value or "not learnt")
                for name, value in self._report.facts.items()
            )

    def course(self) -> None:
        """The stages, and how long the candidate waited for answers."""
        started = self._report.started_at
        rows = [
            (
                stage.title,
                clock((stage.entered_at - started).total_seconds()),
                clock((stage.left_at - stage.entered_at).total_seconds()) if stage.left_at else "not left",
            )
            for stage in self._report.stages
        ]
        if rows:
            self._heading("Stages")
            self._table(("Stage", "Entered at", "Lasted"), rows, (118, 28, 28), "LRR")
        if waits := timing_rows(self._report):
            self._heading("How long the candidate waited, from the end of their speech")
            self._table(("Step", "Median", "Longest", "Answers"), waits, (90, 28, 28, 28), "LRRR")

    def transcript(self) -> None:
        """Both sides' words, each turn with the time at which it was said."""
        if not self._report.turns:
            return
        titles = {stage.name: stage.title for stage in self._report.stages}
        self._heading("Transcript")
        stage = None
        for turn in self._report.turns:
            if turn.stage != stage:
                stage = turn.stage
                self._subheading(titles.get(stage, stage))
            said = turn.text.strip() or "…"
            self._beside(
                f"{SPEAKERS[turn.speaker]}  {self._at(turn.at)}",
                f"{said} (cut short)" if turn.complete is False else said,
                strong=turn.speaker == "candidate",
            )

    # -- what they are made of --

    def _score_basis(self, score: ReportScore) -> None:
        self.ln(1)
        self._subheading(f"{score.index + 1}. {score.question}")
        self._beside(
            "No score" if score.score is None else f"{score.score} of 100", score.reason, strong=True
        )
        turns = self._report.turns
        for quote, turn in zip(score.evidence, evidence_turns(score, turns), strict=True):
            where = "" if turn is None else f"  {self._at(turns[turn].at)}"
            self._beside(f"Evidence{where}", f"“{quote}”")
        self._pairs((("Feedback", score.feedback), ("Coach notes", score.coach_notes)))

    def _notice(self) -> None:
        self._font(9, INK)
        with self.local_context(fill_color=TINT):
            self._line(who_decides(self._report), 5, fill=True, padding=3)
        self.ln(3)

    def _ending(self) -> str:
        report = self._report
        if report.ended_at is None:
            return "It has not ended: this is the interview as far as it was when exported."
        lasted = clock((report.ended_at - report.started_at).total_seconds())
        return f"after {lasted}: {ENDINGS.get(report.reason or '', report.reason or 'not known why')}"

    def _consent(self) -> str:
        consent = self._report.consent
        return f"given {consent.at:%Y-%m-%d %H:%M} UTC, by {consent.via}" if consent else "none recorded"

    def _at(self, moment: datetime) -> str:
        return clock((moment - self._report.started_at).total_seconds())

    def _heading(self, text: str) -> None:
        self._keep_together(24)
        self.ln(6)
        self._font(12, ACCENT, "B")
        self._line(text, 7)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, self.y, self.w - self.r_margin, self.y)
        self.ln(2)

    def _subheading(self, text: str) -> None:
        self._keep_together(16)
        self.ln(1.5)
        self._font(9.5, INK, "B")
        self._line(text, 5.2)

    def _keep_together(self, height: float) -> None:
        """A heading does not stand alone at the foot of a page."""
        if self.will_page_break(height):
            self.add_page()

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Those of which there is something."""
        for label, value in pairs:
            if value:
                self._beside(label, value)

    def _beside(self, label: str, text: str, *, strong: bool = False) -> None:
        """A label, and beside it a text of any length, which may go over pages."""
        self._keep_together(5.0 * (1 + len(label) // 24))
        page, top = self.page, self.y
        self._font(8, INK if strong else GREY, "B" if strong else "")
        self._line(label, 5, width=LABEL)
        below = self.y
        self.set_left_margin(MARGIN + LABEL)
        self.set_xy(MARGIN + LABEL, top)
        self._font(9.5, INK)
        self._line(text or "–", 5)
        self.set_left_margin(MARGIN)
        self.set_y(max(self.y, below) if self.page == page else self.y)
        self.ln(0.8)

    def _table(
        self, header: Sequence[str], rows: Iterable[Sequence[str]], widths: tuple[int, ...], align: str
    ) -> None:
        self._font(9, INK)
        self.set_draw_color(*LINE)
        with self.table(
            col_widths=widths,
            width=sum(widths),
            align="L",
            text_align=tuple(align),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=GREY, fill_color=TINT),
            line_height=5,
            padding=(1, 1.5),
        ) as table:
            table.row(header)
            for row in rows:
                table.row([self._clean(cell) for cell in row])

    def _line(self, text: str, height: float, *, width: float = 0, **more: Any) -> None:
        """Lines of a text; without a width up to the margin."""
        text = self._clean(text)
        self.multi_cell(width, height, text, align="L", new_x="LMARGIN", new_y="NEXT", **more)

    def _font(self, size: float, colour: tuple[int, int, int], style: str = "") -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)

    def _clean(self, text: str) -> str:
        """What the font has; for another letter its sign that one is missing."""
        lines = unicodedata.normalize("NFC", text).splitlines()
        return "\n".join(
            "".join(char if ord(char) in self._glyphs else "\ufffd" for char in line.expandtabs(4))
            for line in lines
        )
