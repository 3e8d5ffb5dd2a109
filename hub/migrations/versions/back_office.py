"""The back office: its door, what was done in it, sums by the hour, and what its lists are found by."""

import sqlalchemy as sa
from alembic import op

revision = "back_office"
down_revision = "found_by_phone"
branch_labels = None
depends_on = None

INDEXES = (
    ("product", ["folded_name"]),
    ("personal", ["folded_name"]),
    ("collect_order", ["promised_at_ms"]),
    ("shift", ["first_at_ms"]),
    ("collect_order", ["state", "promised_at_ms"]),
)
FILL = """
    INSERT INTO sale_hour (store_id, hour, channel, currency, sales, total_minor)
    SELECT store_id, completed_at_ms / 3600000,
           CASE WHEN substr(device_id, 1, 8) = 'channel/' THEN substr(device_id, 9) ELSE '' END,
           currency, count(*), sum(total_minor)
    FROM sale GROUP BY 1, 2, 3, 4
"""


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=default, autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the tables and indexes, and sum up the sales that are there."""
    op.create_table(
        "office_door",
        _id("name_hash"),
        _number("failures", "0"),
        _number("wait_until_ms", "0"),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_office_door")),
    )
    op.create_table(
        "office_end",
        _id("staff_id"),
        _number("ended_at_ms"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_office_end")),
    )
    op.create_table(
        "office_act",
        _id("act_id"),
        _number("at_ms"),
        *(_id(name) for name in ("staff_id", "section", "subject", "act")),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_office_act")),
    )
    op.create_index(op.f("ix_office_act_at_ms"), "office_act", ["at_ms"])
    op.create_table(
        "sale_hour",
        _id("store_id"),
        _number("hour"),
        *(_id(name) for name in ("channel", "currency")),
        _number("sales", "0"),
        _number("total_minor", "0"),
        sa.PrimaryKeyConstraint("store_id", "hour", "channel", "currency", name=op.f("pk_sale_hour")),
    )
    op.create_index(op.f("ix_sale_hour_hour"), "sale_hour", ["hour"])
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    op.execute(FILL)


def downgrade() -> None:
    """Take the tables and indexes away."""
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    for name in ("sale_hour", "office_act", "office_end", "office_door"):
        op.drop_table(name)
