"""An interview as a file that recruiters keep."""

from tokens.adapters.exports.markdown import interview_markdown
from tokens.adapters.exports.pdf import interview_pdf

__all__ = ["interview_markdown", "interview_pdf"]
