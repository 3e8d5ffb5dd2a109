"""Devices are known by their keys: short tokens beside each other, used nonces, the hub's own key."""

import sqlalchemy as sa
from alembic import op

revision = "device_keys"
down_revision = "stocktakes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of tokens and nonces; what a token was before opens nothing any more."""
    op.create_table(
        "device_token",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_device_token")),
    )
    op.create_index(op.f("ix_device_token_device_id"), "device_token", ["device_id"], unique=False)
    op.create_index(op.f("ix_device_token_expires_at_ms"), "device_token", ["expires_at_ms"], unique=False)
    op.create_table(
        "used_nonce",
        sa.Column("nonce_hash", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("nonce_hash", name=op.f("pk_used_nonce")),
    )
    op.add_column("hub", sa.Column("public_key", sa.Text(), server_default="", nullable=False))
    with op.batch_alter_table("device") as device:
        device.drop_constraint(op.f("uq_device_token_hash"), type_="unique")
        device.drop_column("token_hash")
        device.drop_column("token_expires_at_ms")
