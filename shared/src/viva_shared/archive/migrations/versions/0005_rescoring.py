"""Interviews whose answers are to be scored again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("interviews") as interviews:
        interviews.add_column(sa.Column("rescore_asked_at", sa.DateTime(timezone=True)))
        interviews.create_index("ix_interviews_rescore_asked_at", ["rescore_asked_at"])


def downgrade() -> None:
    with op.batch_alter_table("interviews") as interviews:
        interviews.drop_index("ix_interviews_rescore_asked_at")
        interviews.drop_column("rescore_asked_at")
