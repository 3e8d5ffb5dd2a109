"""How tills and hub stand, in the text format of Prometheus (exposition format 0.0.4)."""

from collections.abc import Callable

from sqlalchemy import Connection, func, select

from hub import chain_metrics, tables
from hub.epochs import epoch_of
from hub.exposing import family
from hub.reports import Device
from hub.watching import EVENTS, PULLS, PUSHES, Tally, devices, open_exceptions, tallies
from omnipos import __version__

MOST_TILLS = 500
"""A hub with more of them tells of all together only: each till would be a dozen series."""
SET_ASIDE = f"{EVENTS}quarantined"
"""Told from 0 on: Prometheus sees no increase in a counter that begins at 1."""
Labels = dict[str, str]
Sample = tuple[Labels, float]

GAUGES: tuple[tuple[str, str, Callable[[Device], float]], ...] = (
    (
        "last_seen_timestamp_seconds",
        "When the till last asked for anything.",
        lambda d: d.last_seen_ms / 1000,
    ),
    ("head_seq", "The newest entry of the till's journal that the hub knows of.", lambda d: d.head_seq),
    ("acked_seq", "How far the hub has everything of the till's journal.", lambda d: d.acked_seq),
    ("waiting", "Entries that the till has and the hub lacks, as of when it was seen.", lambda d: d.waiting),
    ("gaps", "Entries that were acknowledged and are gone.", lambda d: d.gaps),
    (
        "clock_skew_seconds",
        "How far the till's clock was ahead at its last hello.",
        lambda d: d.skew_ms / 1000,
    ),
    ("exceptions_open", "Exceptions of the till that wait for a person.", lambda d: d.exceptions_open),
    ("revoked", "1 when the till's rights were withdrawn.", lambda d: float(d.revoked)),
)


def exposition(conn: Connection, now_ms: int, unseen_minutes: int) -> str:
    """Return how all stands at this hub; every number of it is read from the database."""
    about = {"version": __version__, "hub_epoch": epoch_of(conn)}
    lines = [*family("omnipos_hub_info", "gauge", "The hub that answers.", [(about, 1)])]
    lines += chain_metrics.lines(conn, now_ms, unseen_minutes)
    unsettled = float(sum(open_exceptions(conn).values()))
    lines += family(
        "omnipos_exceptions_open", "gauge", "Exceptions that wait for a person.", [({}, unsettled)]
    )
    enrolled = conn.scalar(select(func.count()).select_from(tables.device)) or 0
    if enrolled <= MOST_TILLS:
        lines += _by_till(conn)
    else:
        lines += _together(tallies(conn))
    return "\n".join(lines) + "\n"


def _by_till(conn: Connection) -> list[str]:
    tills, counts = devices(conn), tallies(conn)
    counts[SET_ASIDE] = dict.fromkeys((one.device_id for one in tills), 0) | counts[SET_ASIDE]
    labels = {one.device_id: _labels(one) for one in tills}
    versions = [(labels[one.device_id] | {"name": one.name, "version": one.version}, 1.0) for one in tills]
    lines = [*family("omnipos_till_info", "gauge", "The till's name and program.", versions)]
    for name, tells, value in GAUGES:
        samples = [(labels[one.device_id], value(one)) for one in tills]
        lines += family(f"omnipos_till_{name}", "gauge", tells, samples)
    return lines + _counters(
        _events(counts, labels), _counted(counts, PUSHES, labels), _counted(counts, PULLS, labels)
    )


def _together(counts: Tally) -> list[str]:
    total = {SET_ASIDE: 0.0} | {name: float(sum(by_till.values())) for name, by_till in counts.items()}
    events = [
        ({"outcome": name.removeprefix(EVENTS)}, n) for name, n in total.items() if name.startswith(EVENTS)
    ]
    return _counters(events, [({}, total.get(PUSHES, 0.0))], [({}, total.get(PULLS, 0.0))])


def _counters(events: list[Sample], pushes: list[Sample], pulls: list[Sample]) -> list[str]:
    return [
        *family("omnipos_events_total", "counter", "Events taken, by outcome.", events),
        *family("omnipos_pushes_total", "counter", "Batches taken.", pushes),
        *family("omnipos_pulls_total", "counter", "Pages given.", pulls),
    ]


def _labels(one: Device) -> Labels:
    return {"store": one.store_code, "till": str(one.till_number), "device": one.device_id}


def _counted(counts: Tally, name: str, labels: dict[str, Labels], **more: str) -> list[Sample]:
    # A web shop's journal is of no store and no till.
    unknown = {"store": "", "till": ""}
    return [
        (labels.get(device_id, unknown | {"device": device_id}) | more, float(n))
        for device_id, n in counts[name].items()
    ]


def _events(counts: Tally, labels: dict[str, Labels]) -> list[Sample]:
    names = [name for name in counts if name.startswith(EVENTS)]
    return [
        one for name in names for one in _counted(counts, name, labels, outcome=name.removeprefix(EVENTS))
    ]
