"""How tills and hub stand, in the text format of Prometheus (exposition format 0.0.4)."""

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection

from hub.epochs import epoch_of
from hub.reports import Device
from hub.watching import EVENTS, PULLS, PUSHES, Tally, devices, open_exceptions, tallies
from omnipos import __version__

MEDIA_TYPE = "text/plain; version=0.0.4"
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


def exposition(conn: Connection) -> str:
    """Return all metrics; every one of them is read from the database."""
    tills, counts = devices(conn), tallies(conn)
    labels = {one.device_id: _labels(one) for one in tills}
    about = {"version": __version__, "hub_epoch": epoch_of(conn)}
    lines = [*_family("omnipos_hub_info", "gauge", "The hub that answers.", [(about, 1)])]
    versions = [(labels[one.device_id] | {"name": one.name, "version": one.version}, 1.0) for one in tills]
    lines += _family("omnipos_till_info", "gauge", "The till's name and program.", versions)
    for name, tells, value in GAUGES:
        samples = [(labels[one.device_id], value(one)) for one in tills]
        lines += _family(f"omnipos_till_{name}", "gauge", tells, samples)
    unsettled = float(sum(open_exceptions(conn).values()))
    lines += _family(
        "omnipos_exceptions_open", "gauge", "Exceptions that wait for a person.", [({}, unsettled)]
    )
    lines += _family("omnipos_events_total", "counter", "Events taken, by outcome.", _events(counts, labels))
    lines += _family("omnipos_pushes_total", "counter", "Batches taken.", _counted(counts, PUSHES, labels))
    lines += _family("omnipos_pulls_total", "counter", "Pages given.", _counted(counts, PULLS, labels))
    return "\n".join(lines) + "\n"


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


def _family(name: str, kind: str, tells: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {tells}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        written = ",".join(f'{key}="{escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{written}}} {value:.15g}" if written else f"{name} {value:.15g}"


def escaped(text: str) -> str:
    """Return the value of a label as the format wants it; no name from outside can end its line."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
