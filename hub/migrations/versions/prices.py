"""Price lists, promotions and coupons, and what was saved on a sale."""

import sqlalchemy as sa
from alembic import op

revision = "prices"
down_revision = "stream_marks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "list_price",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("customers", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "customers", name=op.f("pk_list_price")),
    )
    op.create_table(
        "promotion",
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("promotion_id", name=op.f("pk_promotion")),
        sa.UniqueConstraint("code", name=op.f("uq_promotion_code")),
    )
    op.create_table(
        "coupon",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("promotion_id", sa.Text(), nullable=False),
        sa.Column("used", sa.BigInteger(), autoincrement=False, server_default="0", nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_coupon")),
    )
    op.create_index(op.f("ix_coupon_promotion_id"), "coupon", ["promotion_id"])
    op.create_table(
        "coupon_use",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("code", "sale_id", name=op.f("pk_coupon_use")),
    )
    for table in ("sale", "sale_line"):
        column = sa.Column("saved_minor", sa.BigInteger(), server_default="0", nullable=False)
        op.add_column(table, column)


def downgrade() -> None:
    """Take them away."""
    for table in ("sale", "sale_line"):
        op.drop_column(table, "saved_minor")
    for table in ("coupon_use", "coupon", "promotion", "list_price"):
        op.drop_table(table)
