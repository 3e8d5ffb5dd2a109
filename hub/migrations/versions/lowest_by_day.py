"""The lowest prices of a day lie together, so that what is sold today is written in few places."""

import sqlalchemy as sa
from alembic import op

revision = "lowest_by_day"
down_revision = "lowest_prices"
branch_labels = None
depends_on = None

BY_DAY = ["currency", "day", "product_id", "store_id"]
BY_PRODUCT = ["product_id", "currency", "day", "store_id"]


def upgrade() -> None:
    """Put the day before the product in the key."""
    _key(BY_DAY)


def downgrade() -> None:
    """Put the product first again."""
    _key(BY_PRODUCT)


def _key(names: list[str]) -> None:
    constraint = op.f("pk_lowest_price")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(constraint, "lowest_price", type_="primary")
        op.create_primary_key(constraint, "lowest_price", names)
        return
    op.rename_table("lowest_price", "lowest_price_before")
    op.create_table(
        "lowest_price",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(*names, name=constraint),
        sqlite_with_rowid=False,
    )
    columns = [*names, "price_minor"]
    before, after = (
        sa.table(name, *(sa.column(one, sa.Text()) for one in columns))
        for name in ("lowest_price_before", "lowest_price")
    )
    rows = sa.select(*(before.c[one] for one in columns)).order_by(*(before.c[one] for one in names))
    op.execute(sa.insert(after).from_select(columns, rows))
    op.drop_table("lowest_price_before")
