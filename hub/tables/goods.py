"""What the shop sells and at which price: products, taxes, price lists, promotions and coupons."""

from sqlalchemy import Column, Index, Table, Text

from hub.tables.columns import id_column, metadata, number_column, text_column

tax = Table("tax", metadata, id_column("code"), text_column("record"))

product = Table(
    "product",
    metadata,
    id_column("product_id"),
    Column("sku", Text, nullable=False, unique=True),
    Column("folded_name", Text, nullable=False, index=True),
    text_column("record"),
)

product_code = Table(
    "product_code",
    metadata,
    id_column("product_id"),
    id_column("code"),
    Index(None, "code"),
)

list_price = Table(
    "list_price",
    metadata,
    id_column("product_id"),
    id_column("customers"),
    text_column("record"),
)

promotion = Table(
    "promotion",
    metadata,
    id_column("promotion_id"),
    Column("code", Text, nullable=False, unique=True),
    text_column("record"),
)

coupon = Table(
    "coupon",
    metadata,
    id_column("code"),
    Column("promotion_id", Text, nullable=False, index=True),
    number_column("used", default="0"),
    text_column("record"),
)

coupon_use = Table(
    "coupon_use",
    metadata,
    id_column("code"),
    id_column("sale_id"),
    text_column("store_id"),
    text_column("event_id"),
    number_column("at_ms"),
)
