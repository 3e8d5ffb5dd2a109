"""Scale labels: in-store barcodes with an item and its price or weight, as the shop's scales write them."""

from collections.abc import Sequence

import msgspec

from omnipos.domain.barcode import check_digit, price_verifier
from omnipos.domain.catalogue import Answers, Item, Product
from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import MOST_MINOR, half_up
from omnipos.domain.quantity import MOST_MILLI, PIECE_MILLI
from omnipos.domain.shop import LabelLayout
from omnipos.locale import _

LENGTH = 13
"""A label is an EAN-13; a UPC-A is one without its leading zero."""
PREFIXES = ("02", *(str(number) for number in range(20, 30)))
"""What GS1 leaves to shops for goods of variable measure; a UPC-A that begins with 2 is an EAN with 02."""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What a label says: which item, and its price (minor units) or its weight (thousandths)."""

    plu: str
    price_minor: int | None = None
    weight_milli: int | None = None


def is_label(code: str) -> bool:
    """Tell whether a code is written as a shop writes its own labels, whatever stands in it."""
    return _full(code)[:2] in PREFIXES


def _full(code: str) -> str:
    if not (code.isascii() and code.isdigit() and len(code) in (LENGTH - 1, LENGTH)):
        return ""
    return code.zfill(LENGTH)


def read_label(code: str, layouts: Sequence[LabelLayout]) -> Label:
    """Return what a label says by the first layout that fits it.

    Raises EntryRefused for a layout that is not known, for digits that do not agree, and for nothing.
    """
    digits = _full(code)
    assert digits, "only what looks like a label is read as one"
    layout = next((one for one in layouts if _fits(one, digits)), None)
    if layout is None:
        prefix = digits[:2] if digits[0] == "2" or len(code) == LENGTH else digits[1]
        raise EntryRefused(
            _(
                "{code} is a scale label, but this shop knows no label that begins with {prefix}."
                " Ask the manager to set its layout."
            ).format(code=code, prefix=prefix)
        )
    parts = _parts(layout, digits)
    _check_digits(code, digits, layout, parts)
    value = int(parts["V"] or 0) * layout.times
    if not value:
        raise EntryRefused(_("The label {code} says 0. Weigh it again.").format(code=code))
    is_weight = layout.value == "weight"
    return Label(
        plu=parts["I"],
        price_minor=None if is_weight else value,
        weight_milli=value if is_weight else None,
    )


def checked_layout(layout: LabelLayout) -> LabelLayout:
    """Return a layout as it is kept; raise EntryRefused for one by which no label can be read."""
    pattern = _pattern(layout)
    is_written = len(pattern) == LENGTH and set(pattern) <= set("0123456789IVKXCP")
    if not (is_written and pattern[:2] in (*PREFIXES, "2P", "2X") and "I" in pattern and "V" in pattern):
        raise EntryRefused(
            _(
                "“{pattern}” is no label layout. Write 13 signs such as 21IIIIIVVVVVC: digits, I for the item"
                " and V for the price or weight."
            ).format(pattern=layout.pattern[:40])
        )
    if "K" in pattern and (pattern.count("K") != 1 or pattern.count("V") not in (4, 5)):
        raise EntryRefused(_("A price verifier is one K, for a price of four or five digits."))
    if "C" in pattern[:-1]:
        raise EntryRefused(_("The check digit C stands at the end of a label."))
    if layout.value not in ("price", "weight") or not 1 <= layout.times <= 1000:
        raise EntryRefused(_("A label's value is price or weight, multiplied by 1 to 1000."))
    return layout


def _pattern(layout: LabelLayout) -> str:
    pattern = layout.pattern.replace(" ", "").upper()
    return pattern if len(pattern) == LENGTH else f"0{pattern}"


def _fits(layout: LabelLayout, digits: str) -> bool:
    pattern = _pattern(layout)
    same_length = len(pattern) == len(digits)
    return same_length and all(
        not mark.isdigit() or mark == digit for mark, digit in zip(pattern, digits, strict=True)
    )


def _parts(layout: LabelLayout, digits: str) -> dict[str, str]:
    marked = list(zip(_pattern(layout), digits, strict=True))
    return {mark: "".join(digit for own, digit in marked if own == mark) for mark in "IVKC"}


def _check_digits(code: str, digits: str, layout: LabelLayout, parts: dict[str, str]) -> None:
    if parts["C"] and check_digit(digits[:-1]) != int(digits[-1]):
        raise EntryRefused(
            _("The check digit of {code} is wrong, so a digit was misread. Scan the label again.").format(
                code=code
            )
        )
    has_verifier = bool(parts["K"]) and len(parts["V"]) in (4, 5)
    if has_verifier and price_verifier(parts["V"]) != int(parts["K"]):
        raise EntryRefused(
            _("The price on the label {code} does not fit its price verifier. Weigh it again.").format(
                code=code
            )
        )


def labelled(label: Label, product: Product, code: str) -> Item:
    """Return the item that a label stands on, its quantity as weighed or as its price means.

    Goods sold by the piece are one piece at the label's price. Raises EntryRefused when label and
    product do not fit each other.
    """
    by_piece = product.unit == "pcs"
    quantity_milli = PIECE_MILLI
    if label.weight_milli is not None:
        if by_piece:
            raise EntryRefused(
                _("{name} is sold by the piece, but its label says a weight. Ask the manager.").format(
                    name=product.name
                )
            )
        quantity_milli = label.weight_milli
    elif by_piece:
        product = msgspec.structs.replace(product, price_minor=label.price_minor)
    else:
        quantity_milli = _quantity_of(label, product)
    if label.price_minor is not None and label.price_minor > MOST_MINOR:
        raise EntryRefused(_("That sum is too large. Check what was typed."))
    if quantity_milli > MOST_MILLI:
        raise EntryRefused(
            _(
                "The label {code} means {quantity} {unit} of {name}. Check its price, or weigh it again."
            ).format(code=code, quantity=quantity_milli // PIECE_MILLI, unit=product.unit, name=product.name)
        )
    return Item(
        product=product,
        barcode=code,
        quantity_milli=quantity_milli,
        label_minor=label.price_minor,
        answers=Answers(is_measured=True),
    )


def _quantity_of(label: Label, product: Product) -> int:
    if product.price_minor <= 0:
        raise EntryRefused(
            _("{name} has no price here, so its label cannot be checked. Ask the manager.").format(
                name=product.name
            )
        )
    assert label.price_minor is not None, "a label says a price or a weight"
    return max(half_up(label.price_minor * PIECE_MILLI, product.price_minor), 1)
