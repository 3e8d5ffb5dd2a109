"""Balances of gift cards, store credit and on account, and their entries."""

import sqlalchemy as sa
from alembic import op

revision = "accounts"
down_revision = "staff_roles"
branch_labels = None
depends_on = None


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, server_default=default, nullable=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        _number("balance_minor", "0"),
        _number("limit_minor", "0"),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("issued", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "currency", name=op.f("pk_account")),
    )
    op.create_index(op.f("ix_account_kind_account_id"), "account", ["kind", "account_id"])
    op.create_table(
        "account_entry",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        _number("amount_minor"),
        _number("at_ms"),
        *(
            sa.Column(name, sa.Text(), server_default="", nullable=False)
            for name in ("event_id", "store_id", "receipt_number", "reason")
        ),
        sa.PrimaryKeyConstraint("account_id", "kind", "currency", "entry_id", name=op.f("pk_account_entry")),
    )
    op.create_index(op.f("ix_account_entry_event_id"), "account_entry", ["event_id"])


def downgrade() -> None:
    """Take them away."""
    for table in ("account_entry", "account"):
        op.drop_table(table)
