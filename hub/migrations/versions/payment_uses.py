"""The sale that each payment of a terminal or an acquirer paid."""

import sqlalchemy as sa
from alembic import op

revision = "payment_uses"
down_revision = "messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    names = ("store_id", "payment_id", "sale_id", "receipt_number")
    op.create_table(
        "payment_use",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.PrimaryKeyConstraint("store_id", "payment_id", name=op.f("pk_payment_use")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("payment_use")
