"""Customers are merged and erased, and deletions leave the streams in the end."""

import sqlalchemy as sa
from alembic import op

revision = "customers_merge"
down_revision = "0001"
branch_labels = None
depends_on = None

_GONE = sa.text("record IS NULL")


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), server_default="0", autoincrement=False, nullable=False)


def _text(name: str, default: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "device_clock",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticks", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_clock")),
    )
    op.add_column("customer", _text("answers", "{}"))
    op.add_column("customer", _number("erased_at_ms"))
    op.add_column("personal", _text("email", ""))
    op.add_column("personal", _text("claims", "{}"))
    op.add_column("stream_head", _number("floor"))
    op.add_column("change", sa.Column("erased", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_change_gone", "change", ["as_of_ms"], sqlite_where=_GONE, postgresql_where=_GONE)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_change_gone", table_name="change")
    for table, column in (
        ("change", "erased"),
        ("stream_head", "floor"),
        ("personal", "claims"),
        ("personal", "email"),
        ("customer", "erased_at_ms"),
        ("customer", "answers"),
    ):
        op.drop_column(table, column)
    op.drop_table("device_clock")
