"""The hub's side of the hybrid clocks: what each till's last stamp was, and which stamp it believes."""

from sqlalchemy import select

from hub import tables
from hub.database import upsert
from hub.unit import Unit
from omnipos.domain.hybrid import BEGINNING, HybridStamp, believed

OWN = "hub"
"""Under this name the hub stamps what is changed at itself."""


def believe(unit: Unit, device_id: str, stamp: HybridStamp) -> HybridStamp:
    """Return the stamp under which an edit is filed: never far ahead, always behind the till's last one."""
    table = tables.device_clock
    row = unit.conn.execute(
        select(table.c.wall_ms, table.c.ticks).where(table.c.device_id == device_id)
    ).one_or_none()
    before = HybridStamp(wall_ms=row.wall_ms, count=row.ticks) if row else BEGINNING
    own = HybridStamp(wall_ms=stamp.wall_ms, count=stamp.count, device_id=device_id)
    filed = believed(own, before, unit.now_ms)
    upsert(
        unit.conn,
        table,
        [{"device_id": device_id, "wall_ms": filed.wall_ms, "ticks": filed.count}],
        replace=("wall_ms", "ticks"),
    )
    return filed


def own_stamp(unit: Unit) -> HybridStamp:
    """Return the stamp of an edit that is made at the hub now."""
    return believe(unit, OWN, HybridStamp(wall_ms=unit.now_ms))
