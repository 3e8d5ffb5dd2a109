"""Customers found by phone among many, by the beginning of a number or by its end, and their aliases."""

import sqlalchemy as sa
from alembic import op

revision = "found_by_phone"
down_revision = "payment_uses"
branch_labels = None
depends_on = None

ENDS = {
    "sqlite": "UPDATE personal SET last_four = substr(phone, -4)",
    "postgresql": "UPDATE personal SET last_four = right(phone, 4)",
}


def upgrade() -> None:
    """Keep how each number ends, and make the indexes."""
    op.add_column("personal", sa.Column("last_four", sa.Text(), server_default="", nullable=False))
    op.execute(ENDS[op.get_bind().dialect.name])
    op.drop_index(op.f("ix_personal_phone"), "personal")
    op.create_index(op.f("ix_personal_phone_customer_id"), "personal", ["phone", "customer_id"])
    op.create_index(
        op.f("ix_personal_last_four_phone_customer_id"), "personal", ["last_four", "phone", "customer_id"]
    )
    is_alias = sa.text("alias_of <> ''")
    op.create_index(
        "ix_customer_alias_of", "customer", ["alias_of"], sqlite_where=is_alias, postgresql_where=is_alias
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_customer_alias_of", "customer")
    op.drop_index(op.f("ix_personal_last_four_phone_customer_id"), "personal")
    op.drop_index(op.f("ix_personal_phone_customer_id"), "personal")
    op.create_index(op.f("ix_personal_phone"), "personal", ["phone"])
    op.drop_column("personal", "last_four")
