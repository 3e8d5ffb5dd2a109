"""The index of customers' names has their keys too: a list of them is read along it alone."""

from alembic import op

revision = "customer_names"
down_revision = "lowest_by_day"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key to the index."""
    op.create_index(op.f("ix_personal_folded_name_customer_id"), "personal", ["folded_name", "customer_id"])
    op.drop_index(op.f("ix_personal_folded_name"), "personal")


def downgrade() -> None:
    """Take the key out of the index again."""
    op.create_index(op.f("ix_personal_folded_name"), "personal", ["folded_name"])
    op.drop_index(op.f("ix_personal_folded_name_customer_id"), "personal")
