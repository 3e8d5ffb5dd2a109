"""A look at a hub's database: does it answer, is it whole, is it safe, and what waits in it for somebody."""

import time
from collections.abc import Iterator

from sqlalchemy import Connection, func, select, text

from hub import tables, watching
from hub.chain_metrics import standbys
from hub.database import Database
from hub.feed import EVENT_NUMBERS, SALE_NUMBERS
from hub.readiness import is_behind, revision_of
from hub.reports import Device
from omnipos.findings import Finding
from omnipos.locale import _, later, ngettext

MOST_SKEW_MS = 300_000
MOST_NAMED = 5
DAY_MS = 86_400_000
LARGEST_CHECKED = 4 << 30
"""A SQLite file beyond this is not read through: it would take minutes."""
MOST_LAG_BYTES = 64 << 20


def look(database: Database, now_ms: int, unseen_minutes: int) -> Iterator[Finding]:
    """Yield what each look found; the database is only read."""
    yield database.read(_tables)
    if database.is_shared:
        yield database.read(_durable)
        yield database.read(_standby)
    else:
        yield database.read(_sound_file)
    yield database.read(lambda conn: _clock(conn, now_ms))
    yield database.read(_streams)
    tills = database.read(watching.devices)
    for each in (_unseen, _waiting, _gaps, _skew):
        yield each(tills, now_ms, unseen_minutes)
    yield database.read(lambda conn: _exceptions(conn, now_ms))


def _fine(check: str, say: str) -> Finding:
    return Finding(check=check, ok=True, say=say)


def _tables(conn: Connection) -> Finding:
    revision = revision_of(conn)
    if is_behind(revision):
        say = _("The tables stand at {revision}, older than this program.").format(revision=revision or "-")
        do = _("Start a hub of this version once: it brings them up to date.")
        return Finding(check=later("tables"), ok=False, soft=True, say=say, do=do)
    return _fine("tables", _("at {revision}").format(revision=revision))


def _durable(conn: Connection) -> Finding:
    version = conn.exec_driver_sql("SHOW server_version").scalar_one()
    off = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if conn.exec_driver_sql(f"SHOW {name}").scalar_one() in ("off", "local")
    ]
    if off:
        say = _("PostgreSQL {version} does not keep all that it confirms: {names}.")
        do = _("Set them to on in postgresql.conf: what tills were told is safe could be lost.")
        names = ", ".join(off)
        return Finding(check=later("server"), ok=False, say=say.format(version=version, names=names), do=do)
    return _fine("server", _("PostgreSQL {version}").format(version=version))


def _standby(conn: Connection) -> Finding:
    found = {labels["sync_state"]: int(n) for labels, n in standbys(conn) if n}
    if found.get("unknown"):
        do = _("Let the hub's user see it: GRANT pg_monitor TO that user.")
        say = _("A standby follows, but this user is not told how.")
        return Finding(check=later("standby"), ok=False, soft=True, say=say, do=do)
    if not found.get("sync") and not found.get("quorum"):
        say = _("No standby takes part in each commit.")
        do = _("If this machine is lost, what it confirmed last is lost with it. See docs/running-a-hub.md.")
        return Finding(check=later("standby"), ok=False, soft=True, say=say, do=do)
    query = "SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication"
    lag = int(conn.scalar(text(query)) or 0)
    say = _("{states}; {size} kB behind").format(
        states=", ".join(f"{n} {state}" for state, n in sorted(found.items())), size=lag >> 10
    )
    if lag > MOST_LAG_BYTES:
        do = _("Look at the standby's disk and network: commits wait for it.")
        return Finding(check=later("standby"), ok=False, soft=True, say=say, do=do)
    return _fine("standby", say)


def _sound_file(conn: Connection) -> Finding:
    size = int(
        conn.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")) or 0
    )
    if size > LARGEST_CHECKED:
        return _fine("server", _("SQLite, {size} MB, too large to read through now").format(size=size >> 20))
    said = str(conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    if said != "ok":
        say = _("The database is damaged: {reason}").format(reason=said)
        do = _("Stop the hub, keep the file, and restore the newest backup: omnipos hub restore FILE.")
        return Finding(check=later("server"), ok=False, say=say, do=do)
    return _fine("server", _("SQLite, {size} MB, whole").format(size=size >> 20))


def _clock(conn: Connection, now_ms: int) -> Finding:
    newest = int(conn.scalar(select(func.max(tables.device.c.last_seen_ms))) or 0)
    ahead_ms = newest - now_ms
    if conn.dialect.name != "sqlite":
        began_ms = time.time_ns() // 1_000_000
        theirs_ms = int(conn.scalar(text("SELECT extract(epoch FROM clock_timestamp()) * 1000")) or 0)
        ahead_ms = max(ahead_ms, abs(theirs_ms - began_ms))
    if ahead_ms > MOST_SKEW_MS:
        say = _("This computer's clock is {seconds} s off the database's.").format(seconds=ahead_ms // 1000)
        return Finding(check=later("clock"), ok=False, say=say, do=_("Set it by NTP (timedatectl)."))
    return _fine("clock", _("agrees with the database"))


def _streams(conn: Connection) -> Finding:
    heads = {row.stream: row.n for row in conn.execute(select(tables.stream_head))}
    change = tables.change
    newest = conn.execute(
        select(change.c.stream, func.max(change.c.number).label("n")).group_by(change.c.stream)
    )
    last = {row.stream: row.n for row in newest}
    for stream, table in ((EVENT_NUMBERS, tables.event), (SALE_NUMBERS, tables.sale)):
        last[stream] = conn.scalar(select(func.max(table.c.number))) or 0
    broken = [stream for stream, n in sorted(last.items()) if n > heads.get(stream, 0)]
    if broken:
        say = _("Streams have changes beyond their heads: {names}.").format(names=", ".join(broken))
        do = _("Tills would miss changes. Keep the database as it is and restore the newest backup.")
        return Finding(check=later("streams"), ok=False, say=say, do=do)
    return _fine("streams", _("{count} streams, whole").format(count=len(heads)))


def _named(tills: list[Device]) -> str:
    names = [f"{one.store_code}-{one.till_number}" for one in tills]
    more = ["…"] if len(names) > MOST_NAMED else []
    return ", ".join([*names[:MOST_NAMED], *more])


def _unseen(tills: tuple[Device, ...], now_ms: int, unseen_minutes: int) -> Finding:
    working = [one for one in tills if not one.revoked]
    away = [one for one in working if one.last_seen_ms < now_ms - unseen_minutes * 60_000]
    if away:
        say = _("{count} of {all} tills not seen for {minutes} min: {names}").format(
            count=len(away), all=len(working), minutes=unseen_minutes, names=_named(away)
        )
        do = _("In opening hours: is the till on, and its line? It sells on meanwhile.")
        return Finding(check=later("tills"), ok=False, soft=True, say=say, do=do)
    count = len(working)
    return _fine(
        "tills", ngettext("{count} till, seen", "{count} tills, all seen", count).format(count=count)
    )


def _waiting(tills: tuple[Device, ...], _now_ms: int, _unseen_minutes: int) -> Finding:
    waiting = [one for one in tills if one.waiting > 0]
    if not waiting:
        return _fine("waiting", _("nothing waits at the tills"))
    oldest = min(waiting, key=lambda one: one.last_seen_ms)
    say = _("{count} events wait at {tills}; longest unheard of: {oldest}").format(
        count=sum(one.waiting for one in waiting), tills=_named(waiting), oldest=_named([oldest])
    )
    do = _("Nothing is lost. At the till: omnipos doctor.")
    return Finding(check=later("waiting"), ok=False, soft=True, say=say, do=do)


def _gaps(tills: tuple[Device, ...], _now_ms: int, _unseen_minutes: int) -> Finding:
    lost = [one for one in tills if one.gaps]
    if lost:
        say = _("Acknowledged events are gone of {tills}.").format(tills=_named(lost))
        do = _("The database lost rows. Keep it as it is and restore the newest backup.")
        return Finding(check=later("events"), ok=False, say=say, do=do)
    return _fine("events", _("all that was acknowledged is there"))


def _skew(tills: tuple[Device, ...], _now_ms: int, _unseen_minutes: int) -> Finding:
    wrong = [one for one in tills if abs(one.skew_ms) > MOST_SKEW_MS and not one.revoked]
    if wrong:
        say = _("Clocks are more than 5 minutes off at {tills}.").format(tills=_named(wrong))
        return Finding(check=later("clocks"), ok=False, soft=True, say=say, do=_("Set them by NTP."))
    return _fine("clocks", _("the tills' clocks are right"))


def _exceptions(conn: Connection, now_ms: int) -> Finding:
    case = tables.exception_case
    query = select(case.c.kind, func.count().label("n"), func.min(case.c.at_ms).label("oldest_ms"))
    rows = conn.execute(query.where(~case.c.settled).group_by(case.c.kind)).all()
    if not rows:
        return _fine("cases", _("no exception waits for a person"))
    days = (now_ms - min(row.oldest_ms for row in rows)) // DAY_MS
    kinds = ", ".join(f"{row.n} {row.kind}" for row in sorted(rows, key=lambda row: (-row.n, row.kind)))
    say = _("exceptions wait for a person, the oldest for {days} days: {kinds}").format(
        days=days, kinds=kinds
    )
    return Finding(
        check=later("cases"),
        ok=False,
        soft=True,
        say=say,
        do=_("omnipos hub exceptions, or Ctrl+X at a till."),
    )
