"""A stock figure is stored in its key, so that a sale changes one place of it and looks up none."""

import sqlalchemy as sa
from alembic import op

revision = "stock_by_key"
down_revision = "customer_names"
branch_labels = None
depends_on = None

KEYS = ["store_id", "product_id"]
FIGURES = ["on_hand_milli", "held_milli", "as_of_ms"]


def upgrade() -> None:
    """Store the figures in the key."""
    _store(in_key=True)


def downgrade() -> None:
    """Store them beside the key again."""
    _store(in_key=False)


def _store(*, in_key: bool) -> None:
    if op.get_bind().dialect.name == "postgresql":
        return  # it has no such tables
    op.rename_table("stock_level", "stock_level_before")
    op.create_table(
        "stock_level",
        *(sa.Column(name, sa.Text(), nullable=False) for name in KEYS),
        *(sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in FIGURES),
        sa.PrimaryKeyConstraint(*KEYS, name=op.f("pk_stock_level")),
        sqlite_with_rowid=not in_key,
    )
    columns = [*KEYS, *FIGURES]
    before, after = (
        sa.table(name, *(sa.column(one, sa.Text()) for one in columns))
        for name in ("stock_level_before", "stock_level")
    )
    rows = sa.select(*(before.c[one] for one in columns)).order_by(*(before.c[one] for one in KEYS))
    op.execute(sa.insert(after).from_select(columns, rows))
    op.drop_table("stock_level_before")
