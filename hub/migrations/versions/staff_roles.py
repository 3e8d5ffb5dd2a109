"""Roles that the owner made or changed."""

import sqlalchemy as sa
from alembic import op

revision = "staff_roles"
down_revision = "prices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "staff_role",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_staff_role")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("staff_role")
