"""What the papers share: the shop's letterhead, the mark of a copy, and a moment in the shop's time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from omnipos.domain.names import clean_text
from omnipos.domain.shop import Shop
from omnipos.locale import _, short_month
from printing.document import Align, Cut, Document, DrawerKick, Element, Feed, Text


def letterhead(shop: Shop) -> Iterator[Element]:
    """Yield who sells: name, address, phone, and the tax number of who is registered."""
    yield Text(clean_text(shop.name, 80), Align.CENTER, bold=True, wide=2, tall=2)
    for line in shop.address.splitlines():
        if address := clean_text(line):
            yield Text(address, Align.CENTER)
    if phone := clean_text(shop.phone, 40):
        yield Text(phone, Align.CENTER)
    number = clean_text(shop.tax_number, 40)
    if number and shop.tax_registered:
        yield Text(f"{clean_text(shop.tax_label, 20)} {number}".strip(), Align.CENTER)


def copy_mark(copy: bool, *, above: bool = False) -> Iterator[Element]:
    """Yield the mark of a reprint with space towards the paper's text, or nothing on an original."""
    if not copy:
        return
    if not above:
        yield Feed()
    yield Text(_("*** COPY ***"), Align.CENTER, bold=True, wide=2, tall=2)
    if above:
        yield Feed()


def of_training(document: Document) -> Document:
    """Return a paper that says at both ends that it is none, and that opens no drawer."""
    mark = Text(_("*** TRAINING ***"), Align.CENTER, bold=True, wide=2, tall=2)
    said = Text(_("For practice only. Nothing was sold or paid."), Align.CENTER)
    kept = tuple(one for one in document.elements if not isinstance(one, DrawerKick | Cut))
    return Document(f"training-{document.name}", (mark, said, Feed(), *kept, Feed(), mark, said, Cut()))


def moment(at_ms: int, shop: Shop) -> str:
    """Write a time (UTC milliseconds) as the shop's clock showed it: `21 Nov 2026 14:32`.

    In the hour that comes twice when summer time ends, it says which: `1 Nov 2026 01:30 GMT-05:00`.
    """
    at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_zone(shop.time_zone))
    is_twice = at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()
    return f"{at.day} {short_month(at.month)} {at.year} {at:%H:%M}" + (f" {_offset(at)}" if is_twice else "")


def _offset(at: datetime) -> str:
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return ZoneInfo("UTC")
