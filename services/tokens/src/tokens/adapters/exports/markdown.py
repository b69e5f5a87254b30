"""The report and the transcript as Markdown, which makes nothing of what people and models have said."""

from __future__ import annotations

from viva_shared.report import InterviewReport, report_markdown, transcript_markdown


def interview_markdown(report: InterviewReport) -> str:
    """One document, of which the transcript is the second part."""
    return f"{report_markdown(report)}\n{transcript_markdown(report)}"
