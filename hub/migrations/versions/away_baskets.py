"""Baskets on their way from till to till."""

import sqlalchemy as sa
from alembic import op

revision = "away_baskets"
down_revision = "buyers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "away_basket",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("basket_id", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "basket_id", name=op.f("pk_away_basket")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("away_basket")
