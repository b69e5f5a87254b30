"""An interview as a file that recruiters keep."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tokens.adapters.exports.markdown import interview_markdown
from tokens.application.live import Details

__all__ = ["interview_markdown", "interview_pdf"]


def interview_pdf(details: Details, fonts_dir: Path, made_at: datetime) -> bytes:
    """As ``pdf.interview_pdf``, whose libraries would take a quarter of the front door's start."""
    from tokens.adapters.exports import pdf

    return pdf.interview_pdf(details, fonts_dir, made_at)
