"""The stores that people have in the back office, and what the lists of one store are read along."""

import sqlalchemy as sa
from alembic import op

revision = "office_stores"
down_revision = "office_papers"
branch_labels = None
depends_on = None

INDEXES = (
    ("sale", ["store_id", "number"]),
    ("shift", ["store_id", "first_at_ms"]),
    ("collect_order", ["store_id", "promised_at_ms"]),
    ("exception_case", ["store_id", "number"]),
    ("message", ["store_id", "asked_at_ms"]),
)


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "office_store",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "store_id", name=op.f("pk_office_store")),
    )
    op.create_index(op.f("ix_office_store_store_id"), "office_store", ["store_id"])
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    """Take the table and the indexes away."""
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    op.drop_table("office_store")
