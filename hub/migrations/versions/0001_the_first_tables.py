"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_TABLES = (
    "api_key",
    "hub",
    "staff",
    "store",
    "tax",
    "change",
    "stream_head",
    "collect_order",
    "customer",
    "personal",
    "points_entry",
    "device",
    "device_head",
    "enrol_code",
    "event",
    "exception_case",
    "quarantine",
    "product",
    "product_code",
    "reservation",
    "stock_level",
    "stock_movement",
    "sale",
    "sale_line",
    "sale_tender",
)


def upgrade() -> None:
    """Make the tables."""
    _make_owner()
    _make_streams()
    _make_customers_and_orders()
    _make_tills()
    _make_journals()
    _make_goods()
    _make_sales()


def _make_owner() -> None:
    op.create_table(
        "api_key",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revoked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_api_key")),
    )
    op.create_table(
        "hub",
        sa.Column("hub_epoch", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hub_epoch", name=op.f("pk_hub")),
    )
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff")),
    )
    op.create_table(
        "store",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("tills", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store")),
        sa.UniqueConstraint("code", name=op.f("uq_store_code")),
    )
    op.create_table(
        "tax",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_tax")),
    )


def _make_streams() -> None:
    op.create_table(
        "change",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("as_of_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "key", name=op.f("pk_change")),
        sa.UniqueConstraint("stream", "number", name=op.f("uq_change_stream_number")),
    )
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_head")),
    )


def _make_customers_and_orders() -> None:
    op.create_table(
        "collect_order",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("promised_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder_device_id", sa.Text(), server_default="", nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_collect_order")),
        sa.UniqueConstraint("channel", "number", name=op.f("uq_collect_order_channel_number")),
    )
    op.create_index(op.f("ix_collect_order_number"), "collect_order", ["number"], unique=False)
    op.create_index(
        op.f("ix_collect_order_store_id_state"), "collect_order", ["store_id", "state"], unique=False
    )
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("alias_of", sa.Text(), server_default="", nullable=False),
        sa.Column("points", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("consents", sa.Text(), nullable=False),
        sa.Column("purchases", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
    )
    op.create_table(
        "personal",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("personal_id", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_personal")),
    )
    op.create_index(op.f("ix_personal_phone"), "personal", ["phone"], unique=False)
    op.create_table(
        "points_entry",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "source", name=op.f("pk_points_entry")),
    )


def _make_tills() -> None:
    op.create_table(
        "device",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("till_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column(
            "token_expires_at_ms", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False
        ),
        sa.Column("public_key", sa.Text(), server_default="", nullable=False),
        sa.Column("revoked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("enrolled_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_seen_ms", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("head_epoch", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("head_seq", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("head_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("waiting", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("skew_ms", sa.BigInteger(), server_default="0", autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device")),
        sa.UniqueConstraint("store_id", "till_number", name=op.f("uq_device_store_id_till_number")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    op.create_table(
        "device_head",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("acked_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "epoch", name=op.f("pk_device_head")),
    )
    op.create_table(
        "enrol_code",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrol_code")),
    )


def _make_journals() -> None:
    op.create_table(
        "event",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("schema", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("shift", sa.Text(), nullable=False),
        sa.Column("catalogue_rev", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("device_id", "epoch", "seq", name=op.f("pk_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_event_id")),
        sa.UniqueConstraint("number", name=op.f("uq_event_number")),
    )
    op.create_table(
        "exception_case",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), server_default="", nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("settled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_exception_case")),
    )
    op.create_table(
        "quarantine",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("device_id", "epoch", "seq", "fingerprint", name=op.f("pk_quarantine")),
    )


def _make_goods() -> None:
    op.create_table(
        "product",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
    )
    op.create_table(
        "product_code",
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("product_id", "code", name=op.f("pk_product_code")),
    )
    op.create_index(op.f("ix_product_code_code"), "product_code", ["code"], unique=False)
    op.create_table(
        "reservation",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "order_id", "line_id", name=op.f("pk_reservation")),
    )
    op.create_table(
        "stock_level",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("on_hand_milli", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("held_milli", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("as_of_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "product_id", name=op.f("pk_stock_level")),
    )
    op.create_table(
        "stock_movement",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("movement_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "movement_id", name=op.f("pk_stock_movement")),
    )


def _make_sales() -> None:
    op.create_table(
        "sale",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("receipt_number", sa.Text(), nullable=False),
        sa.Column("till_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("completed_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("total_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rounding_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("card_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("online_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("change_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.Text(), server_default="", nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("flags", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", name=op.f("pk_sale")),
        sa.UniqueConstraint("number", name=op.f("uq_sale_number")),
    )
    op.create_index(
        op.f("ix_sale_store_id_receipt_number"), "sale", ["store_id", "receipt_number"], unique=False
    )
    op.create_table(
        "sale_line",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("quantity_milli", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=False),
        sa.Column("tax_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_line_id", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", "line_no", name=op.f("pk_sale_line")),
    )
    op.create_table(
        "sale_tender",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("tender_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("approval_code", sa.Text(), server_default="", nullable=False),
        sa.Column("acquirer", sa.Text(), server_default="", nullable=False),
        sa.Column("scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("trace_number", sa.Text(), server_default="", nullable=False),
        sa.Column("last_four", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("store_id", "sale_id", "tender_no", name=op.f("pk_sale_tender")),
    )


def downgrade() -> None:
    """Take the tables away."""
    for table in _TABLES:
        op.drop_table(table)
