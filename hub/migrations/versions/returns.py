"""What came back of sales, and sales found by their receipt, customer and order."""

import sqlalchemy as sa
from alembic import op

revision = "returns"
down_revision = "old_sales"
branch_labels = None
depends_on = None

FOUND_BY = ("receipt_number", "customer_id", "order_id")


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "sale_return",
        sa.Column("original_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("original_line_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("damaged", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("original_id", "store_id", "sale_id", "line_no", name=op.f("pk_sale_return")),
    )
    for column in FOUND_BY:
        op.create_index(op.f(f"ix_sale_{column}"), "sale", [column])


def downgrade() -> None:
    """Take them away."""
    for column in FOUND_BY:
        op.drop_index(op.f(f"ix_sale_{column}"), table_name="sale")
    op.drop_table("sale_return")
