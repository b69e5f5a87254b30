"""Who may ask, who did what, and what must not come back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "deleted_interviews",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("deleted_at", Instant, nullable=False),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("interview_id", sa.Text),
        sa.Column("detail", sa.JSON),
    )
    op.create_index("ix_audit_log_interview_id", "audit_log", ["interview_id"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("last_used_at", Instant),
        sa.Column("revoked_at", Instant),
    )


def downgrade() -> None:
    for table in ("api_keys", "audit_log", "deleted_interviews"):
        op.drop_table(table)
