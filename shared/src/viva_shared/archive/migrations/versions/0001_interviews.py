"""Interviews: what they were, what was said, the logs, the scores and the report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "interviews",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("scenario", sa.Text),
        sa.Column("scenario_title", sa.Text),
        sa.Column("scenario_hash", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("job_title", sa.Text),
        sa.Column("seniority", sa.Text),
        sa.Column("candidate_name", sa.Text),
        sa.Column("candidate_identity", sa.Text),
        sa.Column("created_by", sa.Text),
        sa.Column("started_at", Instant),
        sa.Column("ended_at", Instant),
        sa.Column("end_reason", sa.Text),
        sa.Column("consent_via", sa.Text),
        sa.Column("consent_at", Instant),
        sa.Column("consent_notice", sa.Text),
        sa.Column("overall_score", sa.Double),
        sa.Column("model", sa.Text),
        sa.Column("archived_at", Instant),
        sa.Column("search", sa.Text, nullable=False),
    )
    op.create_index("ix_interviews_created_at_id", "interviews", ["created_at", "id"])
    op.create_index("ix_interviews_status_created_at_id", "interviews", ["status", "created_at", "id"])
    op.create_table(
        "turns",
        _interview(),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("speaker", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("complete", sa.Boolean),
        sa.Column("timings", sa.JSON),
    )
    op.create_table(
        "events",
        _interview(),
        sa.Column("stream", sa.String(3), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("type", sa.Text),
        sa.Column("event_id", sa.Text),
        sa.Column("occurred_at", Instant),
    )
    op.create_table(
        "scores",
        _interview(),
        sa.Column("question_index", sa.Integer, primary_key=True),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("feedback", sa.Text, nullable=False),
        sa.Column("coach_notes", sa.Text, nullable=False),
    )
    op.create_table("reports", _interview(), sa.Column("body", sa.JSON, nullable=False))


def _interview() -> sa.Column[str]:
    return sa.Column(
        "interview_id", sa.Text, sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True
    )


def downgrade() -> None:
    for table in ("reports", "scores", "events", "turns", "interviews"):
        op.drop_table(table)
