"""Tills move between stores, and what they wrote before stays where it was."""

import sqlalchemy as sa
from alembic import op

revision = "till_moves"
down_revision = "device_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "device_place",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("until_epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "until_epoch", name=op.f("pk_device_place")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("device_place")
