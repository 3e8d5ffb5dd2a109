"""Sales that another system made before."""

import sqlalchemy as sa
from alembic import op

revision = "old_sales"
down_revision = "accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "old_sale",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_old_sale")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("old_sale")
