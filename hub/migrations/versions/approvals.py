"""Approvals of each store, as its tills see them."""

import sqlalchemy as sa
from alembic import op

revision = "approvals"
down_revision = "returns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "approval",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("approval_id", sa.Text(), nullable=False),
        sa.Column("kept_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "approval_id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_store_id_kept_at_ms"), "approval", ["store_id", "kept_at_ms"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("approval")
