"""Stock is counted while selling goes on."""

import sqlalchemy as sa
from alembic import op

revision = "stocktakes"
down_revision = "answers_to_exceptions"
branch_labels = None
depends_on = None

_INDEX = "ix_stock_movement_store_id_product_id_happened_at_ms"


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), server_default="0", autoincrement=False, nullable=False)


def _text(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    """Make the change."""
    for name in ("epoch", "seq", "happened_at_ms"):
        op.add_column("stock_movement", _number(name))
    op.add_column("stock_movement", sa.Column("device_id", sa.Text(), server_default="", nullable=False))
    op.create_index(op.f(_INDEX), "stock_movement", ["store_id", "product_id", "happened_at_ms"])
    op.create_table(
        "stocktake",
        _text("store_id"),
        _text("stocktake_id"),
        _text("device_id"),
        _text("seen"),
        sa.PrimaryKeyConstraint("store_id", "stocktake_id", name=op.f("pk_stocktake")),
    )
    op.create_table(
        "stock_count",
        _text("store_id"),
        _text("product_id"),
        _text("stocktake_id"),
        _text("line"),
        sa.PrimaryKeyConstraint("store_id", "product_id", name=op.f("pk_stock_count")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("stock_count")
    op.drop_table("stocktake")
    op.drop_index(op.f(_INDEX), table_name="stock_movement")
    for name in ("device_id", "happened_at_ms", "seq", "epoch"):
        op.drop_column("stock_movement", name)
