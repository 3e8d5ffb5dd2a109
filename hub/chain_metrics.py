"""What Prometheus is told of all tills together: few series, however many tills a chain has."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, case, func, select, text

from hub import tables
from hub.exposing import Sample, family
from hub.watching import owed


def lines(conn: Connection, now_ms: int, unseen_minutes: int) -> Iterator[str]:
    """Yield the lines of every metric of the whole hub, read from its database."""
    unseen = _tills(conn, now_ms - unseen_minutes * 60_000)
    for name, tells, samples in (
        ("tills", "Tills by how they stand: seen lately, unseen, never seen, revoked.", unseen),
        ("events_waiting", "Entries that tills have and the hub lacks, as last told.", _waiting(conn)),
        ("tills_with_rows_gone", "Tills whose newest acknowledged entry is not there any more.", _gone(conn)),
        ("exceptions_open_by_kind", "Exceptions that wait for a person, by kind.", _exceptions(conn)),
        ("messages", "Messages to customers, by state.", _messages(conn)),
        ("database_bytes", "Room that the database takes.", _size(conn)),
        ("database_standbys", "Standbys of the database, by how they follow.", standbys(conn)),
    ):
        yield from family(f"omnipos_{name}", "gauge", tells, samples)
    yield from family(
        "omnipos_stream_changes_total", "counter", "Numbers given in the streams, by kind.", _streams(conn)
    )


def _tills(conn: Connection, since_ms: int) -> list[Sample]:
    device = tables.device
    state = case(
        (device.c.revoked, "revoked"),
        (device.c.last_seen_ms == 0, "never"),
        (device.c.last_seen_ms < since_ms, "unseen"),
        else_="seen",
    ).label("state")
    found = {row.state: row.n for row in conn.execute(select(state, func.count().label("n")).group_by(state))}
    return [({"state": one}, float(found.get(one, 0))) for one in ("seen", "unseen", "never", "revoked")]


def _waiting(conn: Connection) -> list[Sample]:
    tills, waits = owed()
    total = conn.scalar(select(func.sum(waits)).select_from(tills))
    return [({}, float(total or 0))]


def _gone(conn: Connection) -> list[Sample]:
    """Count tills of which what was acknowledged last is gone: one look at each, however many there are."""
    device, heads, event = tables.device, tables.device_head, tables.event
    of_life = (heads.c.device_id == device.c.device_id) & (heads.c.epoch == device.c.epoch)
    newest = (
        (event.c.device_id == heads.c.device_id)
        & (event.c.epoch == heads.c.epoch)
        & (event.c.seq == heads.c.acked_seq)
    )
    told = select(func.count()).select_from(device.join(heads, of_life).outerjoin(event, newest))
    return [({}, float(conn.scalar(told.where(heads.c.acked_seq > 0, event.c.seq.is_(None))) or 0))]


def _exceptions(conn: Connection) -> list[Sample]:
    found = tables.exception_case
    query = select(found.c.kind, func.count().label("n")).where(~found.c.settled).group_by(found.c.kind)
    return [({"kind": row.kind}, float(row.n)) for row in conn.execute(query.order_by(found.c.kind))]


def _messages(conn: Connection) -> list[Sample]:
    found = tables.message
    query = select(found.c.state, func.count().label("n")).group_by(found.c.state)
    return [({"state": row.state}, float(row.n)) for row in conn.execute(query.order_by(found.c.state))]


def _streams(conn: Connection) -> list[Sample]:
    heads = tables.stream_head
    total: Counter[str] = Counter()
    for row in conn.execute(select(heads.c.stream, heads.c.n)):
        # A store's stream counts for its kind: a chain's stores are no labels.
        kind = row.stream if row.stream.startswith("hub/") else row.stream.partition("/")[0]
        total[kind] += row.n
    return [({"stream": kind}, float(n)) for kind, n in sorted(total.items())]


def _size(conn: Connection) -> list[Sample]:
    if conn.dialect.name == "sqlite":
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        size = pages * conn.exec_driver_sql("PRAGMA page_size").scalar_one()
    else:
        size = conn.scalar(text("SELECT pg_database_size(current_database())"))
    return [({}, float(size or 0))]


def standbys(conn: Connection) -> list[Sample]:
    """Return how many standbys follow; PostgreSQL tells how only who has the role pg_monitor."""
    if conn.dialect.name == "sqlite":
        return []
    query = text(
        "SELECT coalesce(sync_state, 'unknown') AS state, count(*) AS n FROM pg_stat_replication"
        " WHERE coalesce(state, 'streaming') = 'streaming' GROUP BY 1"
    )
    found = {row.state: row.n for row in conn.execute(query)}
    states = sorted({"sync", "async", *found})
    return [({"sync_state": state}, float(found.get(state, 0))) for state in states]
