"""Shifts of the tills; the sales that the hub has already are counted into theirs."""

import sqlalchemy as sa
from alembic import op

revision = "shifts"
down_revision = "approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and count what was sold before."""
    sums = ("sales", "total_minor", "tax_minor", "rounding_minor", "change_minor")
    op.create_table(
        "shift",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("first_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), autoincrement=False, server_default="0", nullable=False)
            for name in ("float_minor", *sums, "closed_at_ms", "closed_epoch")
        ),
        sa.Column("closed_event_id", sa.Text(), server_default="", nullable=False),
        sa.Column("report", sa.Text(), server_default="", nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "shift", name=op.f("pk_shift")),
    )
    op.execute(
        "INSERT INTO shift (device_id, shift, store_id, first_at_ms, sales, total_minor, tax_minor,"
        " rounding_minor, change_minor)"
        " SELECT e.device_id, e.shift, min(s.store_id), min(e.occurred_at_ms), count(*), sum(s.total_minor),"
        " sum(s.tax_minor), sum(s.rounding_minor), sum(s.change_minor)"
        " FROM sale s JOIN event e ON e.event_id = s.event_id"
        " WHERE e.shift <> '' GROUP BY e.device_id, e.shift"
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("shift")
