"""What the hub counts of each till."""

import sqlalchemy as sa
from alembic import op

revision = "tallies"
down_revision = "till_moves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "tally",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("device_id", "name", name=op.f("pk_tally")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("tally")
