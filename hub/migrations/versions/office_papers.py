"""What the back office finds messages to customers and approvals by."""

from alembic import op

revision = "office_papers"
down_revision = "foreign_taken"
branch_labels = None
depends_on = None

INDEXES = (("message", ["receipt_number"]), ("message", ["address"]), ("approval", ["kept_at_ms"]))


def upgrade() -> None:
    """Make the indexes."""
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    """Take the indexes away."""
    for table, columns in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
