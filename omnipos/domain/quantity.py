"""Quantities as whole thousandths: 1 piece is 1000, 482 g is 482."""

from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import currency
from omnipos.locale import _

PIECE_MILLI = 1000
MOST_MILLI = 99_999 * PIECE_MILLI
"""More of one thing in one sale is a barcode scanned into the quantity."""


def format_quantity(quantity_milli: int, unit: str, currency_code: str) -> str:
    """Write a quantity: pieces bare (`3`), anything else with its unit (`0,482 kg`)."""
    whole, rest = divmod(abs(quantity_milli), PIECE_MILLI)
    text = str(whole)
    if rest or unit != "pcs":
        text += f"{currency(currency_code).point}{rest:03d}"
    sign = "−" if quantity_milli < 0 else ""
    return f"{sign}{text}" if unit == "pcs" else f"{sign}{text} {unit}"


def parse_quantity(text: str) -> int:
    """Read a quantity such as `3`, `0.5` or `0,482` and return thousandths.

    Raises EntryRefused for none, nothing, less than nothing or far too much.
    """
    whole, point, rest = text.strip().replace(",", ".").partition(".")
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(rest) > 3:
        raise EntryRefused(
            _("“{text}” is not a quantity. Type a number such as 3 or 0.5.").format(text=text[:20])
        )
    if point and not rest:
        raise EntryRefused(_("A quantity cannot end with a point. Type 3 or 0.5."))
    milli = int(whole or 0) * PIECE_MILLI + int(rest.ljust(3, "0") or 0)
    return check_quantity(milli)


def check_quantity(quantity_milli: int) -> int:
    """Return a quantity that can be sold; raise EntryRefused for any other."""
    if quantity_milli <= 0:
        raise EntryRefused(
            _("The quantity must be more than nothing. To take a line out: F8, or void in plain words.")
        )
    if quantity_milli > MOST_MILLI:
        raise EntryRefused(
            _("{quantity} is more than one line can hold. Was a barcode scanned here?").format(
                quantity=quantity_milli // PIECE_MILLI
            )
        )
    return quantity_milli
