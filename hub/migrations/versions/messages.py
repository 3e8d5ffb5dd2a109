"""Messages to customers."""

import sqlalchemy as sa
from alembic import op

revision = "messages"
down_revision = "away_baskets"
branch_labels = None
depends_on = None

TEXTS = ("store_id", "sale_id", "receipt_number", "event_id", "send_by", "address", "state")
COUNTS = ("attempts", "next_at_ms", "done_at_ms")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "message",
        sa.Column("message_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", autoincrement=False, nullable=False)
            for name in COUNTS
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_state"), "message", ["state", "next_at_ms"])
    op.create_index(op.f("ix_message_asked_at_ms"), "message", ["asked_at_ms"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("message")
