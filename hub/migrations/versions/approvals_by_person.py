"""Approvals are found by who asked and who answered; those that are there are read once."""

import sqlalchemy as sa
from alembic import op

revision = "approvals_by_person"
down_revision = "stock_by_key"
branch_labels = None
depends_on = None

PEOPLE = ("asked_by", "answered_by")


def upgrade() -> None:
    """Write the people out of the records."""
    is_file = op.get_bind().dialect.name == "sqlite"
    for name in PEOPLE:
        op.add_column("approval", sa.Column(name, sa.Text(), nullable=False, server_default=""))
        found = f"json_extract(record, '$.{name}')" if is_file else f"record::json ->> '{name}'"
        op.execute(f"UPDATE approval SET {name} = coalesce({found}, '')")  # noqa: S608 - names of ours
        op.create_index(op.f(f"ix_approval_{name}_kept_at_ms"), "approval", [name, "kept_at_ms"])


def downgrade() -> None:
    """Take the columns away."""
    for name in PEOPLE:
        op.drop_index(op.f(f"ix_approval_{name}_kept_at_ms"), "approval")
        op.drop_column("approval", name)
