"""From which number on which run of a hub wrote a stream."""

import sqlalchemy as sa
from alembic import op

revision = "stream_marks"
down_revision = "tallies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "stream_mark",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "since", name=op.f("pk_stream_mark")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("stream_mark")
