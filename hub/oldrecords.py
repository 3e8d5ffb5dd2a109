"""Sales of an old system as they were brought in, for whoever asks for a sale and finds no event of it."""

import msgspec
from sqlalchemy import Connection, select

from hub import tables
from hub.auth import OLD_JOURNAL
from omnipos.domain.sale import Sale


def sales_where(conn: Connection, *where: object, limit: int) -> list[Sale]:
    """Return old sales by conditions on their rows among all sales, the latest first."""
    kept, own = tables.sale, tables.old_sale
    records = conn.scalars(
        select(own.c.record)
        .join(kept, (kept.c.store_id == own.c.store_id) & (kept.c.sale_id == own.c.sale_id))
        .where(kept.c.device_id == OLD_JOURNAL, *where)  # type: ignore[arg-type]
        .order_by(kept.c.completed_at_ms.desc())
        .limit(limit)
    )
    return [msgspec.json.decode(record, type=Sale) for record in records]


def is_old(conn: Connection, sale: Sale) -> bool:
    """Tell whether a sale was brought in from an old system."""
    own = tables.old_sale
    found = select(own.c.sale_id).where(own.c.store_id == sale.store_id, own.c.sale_id == sale.sale_id)
    return conn.scalar(found) is not None
