"""How numbers are written for Prometheus (text exposition format 0.0.4)."""

from collections.abc import Iterable, Iterator, Mapping

from hub.measures import BOUNDS_S, Counts, Durations

MEDIA_TYPE = "text/plain; version=0.0.4"
Labels = Mapping[str, str]
Sample = tuple[Labels, float]


def family(name: str, kind: str, tells: str, samples: Iterable[Sample]) -> Iterator[str]:
    """Yield the lines of one metric."""
    yield f"# HELP {name} {tells}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield _line(name, labels, value)


def counter(name: str, tells: str, counts: Counts) -> Iterator[str]:
    """Yield what a process counted."""
    return family(name, "counter", tells, ((dict(labels), float(n)) for labels, n in counts.read()))


def histogram(name: str, tells: str, durations: Durations) -> Iterator[str]:
    """Yield how long things took: how many within each bound, their sum and number."""
    yield f"# HELP {name} {tells}"
    yield f"# TYPE {name} histogram"
    for pairs, buckets, sum_s in durations.read():
        labels, so_far = dict(pairs), 0
        for bound, n in zip((*map(str, BOUNDS_S), "+Inf"), buckets, strict=True):
            so_far += n
            yield _line(f"{name}_bucket", labels | {"le": bound}, so_far)
        yield _line(f"{name}_sum", labels, round(sum_s, 6))
        yield _line(f"{name}_count", labels, so_far)


def _line(name: str, labels: Labels, value: float) -> str:
    written = ",".join(f'{key}="{escaped(text)}"' for key, text in labels.items())
    return f"{name}{{{written}}} {value:.15g}" if written else f"{name} {value:.15g}"


def escaped(text: str) -> str:
    """Return the value of a label as the format wants it; no name from outside can end its line."""
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
