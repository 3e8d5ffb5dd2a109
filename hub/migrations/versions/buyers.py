"""Buyers' tax data."""

import sqlalchemy as sa
from alembic import op

revision = "buyers"
down_revision = "shifts"
branch_labels = None
depends_on = None

TEXTS = ("receipt_number", "kind", "tax_number", "name", "address", "email", "customer_id", "event_id")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "buyer",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("given_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_buyer")),
    )
    op.create_index(op.f("ix_buyer_given_at_ms"), "buyer", ["given_at_ms"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("buyer")
