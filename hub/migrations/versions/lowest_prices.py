"""What goods were sold for at the least, by the day."""

import sqlalchemy as sa
from alembic import op

revision = "lowest_prices"
down_revision = "office_stores"
branch_labels = None
depends_on = None

PAGE = 5000
"""Sales summed up at once, however many there are."""
FILL = sa.text("""
    INSERT INTO lowest_price (product_id, currency, day, store_id, price_minor)
    SELECT sold.product_id, sale.currency, sale.completed_at_ms / 86400000, sale.store_id,
           min(CASE WHEN sold.amount_minor > sold.saved_minor
                    THEN (sold.amount_minor - sold.saved_minor) * 1000 / sold.quantity_milli ELSE 0 END)
    FROM sale JOIN sale_line AS sold ON sold.store_id = sale.store_id AND sold.sale_id = sale.sale_id
    WHERE sale.number > :after AND sale.number <= :upto
      AND sold.product_id <> '' AND sold.quantity_milli > 0
      AND sold.amount_minor BETWEEN -1000000000000000 AND 1000000000000000
      AND sold.saved_minor BETWEEN -1000000000000000 AND 1000000000000000
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (product_id, currency, day, store_id) DO UPDATE SET price_minor = excluded.price_minor
    WHERE excluded.price_minor < lowest_price.price_minor
""")


def upgrade() -> None:
    """Make the table, and fill it from the sales that are there."""
    op.create_table(
        "lowest_price",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("product_id", "currency", "day", "store_id", name=op.f("pk_lowest_price")),
        sqlite_with_rowid=False,
    )
    conn = op.get_bind()
    if conn.dialect.name == "postgresql":
        # Without counts of its own it reads all lines for each page: half an hour for a million sales.
        op.execute("ANALYZE sale")
        op.execute("ANALYZE sale_line")
    last = conn.scalar(sa.text("SELECT max(number) FROM sale")) or 0
    for after in range(0, last, PAGE):
        conn.execute(FILL, {"after": after, "upto": after + PAGE})


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("lowest_price")
