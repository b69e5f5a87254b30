"""The scenario that an interview followed, without which its events do not tell how it went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("scenario", sa.Text))


def downgrade() -> None:
    op.drop_column("reports", "scenario")
