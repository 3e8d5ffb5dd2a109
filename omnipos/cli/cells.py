"""What stands in one cell of a CSV file: codes, names, sums, moments; EntryRefused says why it does not."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import MOST_MINOR, currency, parse_money
from omnipos.domain.names import clean_text
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _

LONGEST_CODE = 64
LONGEST_TEXT = 400
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_YES = frozenset(("yes", "y", "true", "1", "x", "ya"))
_NO = frozenset(("no", "n", "false", "0", "", "tidak"))
_QUANTITY = re.compile(r"(\d{1,9})(?:[.,](\d{1,3}))?", re.ASCII)


def name(text: str) -> str:
    """Return a name that can be read."""
    # Most names have a letter at once; only the rest need the full look for something to read.
    if not any(c.isalnum() for c in text) and not clean_text(text):
        raise EntryRefused(_("It has no name."))
    return fits(text, LONGEST_TEXT)


def needed(text: str, missing: str, longest: int = LONGEST_CODE) -> str:
    """Return a code; `missing` is the reason when there is none."""
    if not text:
        raise EntryRefused(missing)
    return fits(text, longest)


def fits(text: str, longest: int = LONGEST_CODE) -> str:
    """Return a text that is not too long."""
    if len(text) > longest:
        raise EntryRefused(
            _("“{text}…” is longer than {longest} characters.").format(text=text[:20], longest=longest)
        )
    return text


def words(text: str) -> str:
    """Return a text of some words, cut where it would be too long."""
    return text[:LONGEST_TEXT]


class Money:
    """Reads sums in major units of one currency."""

    def __init__(self, code: str) -> None:
        """Look the currency up by its ISO 4217 code."""
        self._code = code
        self._unit_minor: int = 10 ** currency(code).decimals

    def __call__(self, text: str) -> int:
        """Return the minor units."""
        if text.isascii() and text.isdigit() and len(text) < 15:
            minor = int(text) * self._unit_minor
        else:
            minor = parse_money(text, self._code)
        if minor > MOST_MINOR:
            raise EntryRefused(_("The price is too large."))
        return minor


def moment_ms(text: str, zone: ZoneInfo, *, until: bool = False) -> int:
    """Return a date or a time (ISO 8601), of the shop's time zone unless it names one, as UTC milliseconds.

    A date alone is its first moment, or with `until` its last: the first of the next day.
    """
    try:
        if "T" in text.upper() or ":" in text:
            moment = dt.datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        else:
            day = dt.date.fromisoformat(text) + dt.timedelta(days=until)
            moment = dt.datetime.combine(day, dt.time(), zone)
        passed_ms = (moment - _EPOCH) // dt.timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        passed_ms = -1
    if passed_ms < 0:
        raise EntryRefused(
            _("“{text}” is no date. Write it like 2026-12-31 or 2026-12-31 08:00.").format(text=text[:20])
        )
    return passed_ms


def yes_no(text: str) -> bool:
    """Return whether a cell says yes; an empty one says no."""
    said = text.casefold()
    if said not in _YES and said not in _NO:
        raise EntryRefused(_("“{text}” is neither yes nor no.").format(text=text[:20]))
    return said in _YES


def number(text: str, most: int) -> int:
    """Return a whole number from 0 to a most; an empty cell is 0."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 18) or int(text) > most:
        raise EntryRefused(_("“{text}” is no number from 0 to {most}.").format(text=text[:20], most=most))
    return int(text)


def quantity_milli(text: str) -> int:
    """Return thousandths of a quantity such as `24` or `0.5`."""
    found = _QUANTITY.fullmatch(text)
    milli = int(found[1]) * PIECE_MILLI + int((found[2] or "0").ljust(3, "0")) if found else 0
    if milli <= 0:
        raise EntryRefused(_("“{text}” is no quantity.").format(text=text[:20]))
    return milli
