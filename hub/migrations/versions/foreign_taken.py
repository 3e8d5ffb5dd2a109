"""What each shift took in foreign cash, currency by currency; unknown of a shift that began before."""

import sqlalchemy as sa
from alembic import op

revision = "foreign_taken"
down_revision = "back_office"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column."""
    op.add_column("shift", sa.Column("foreign_taken", sa.Text()))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("shift", "foreign_taken")
