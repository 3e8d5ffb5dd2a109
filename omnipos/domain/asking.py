"""What goods ask before they are rung up: variant, weight, price, serial numbers, age; and the answers."""

from datetime import date
from typing import NamedTuple, assert_never

import msgspec

from omnipos.domain.basket import Basket
from omnipos.domain.cardnumber import free_text, is_luhn
from omnipos.domain.catalogue import Answers, Item, Product
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.money import parse_money
from omnipos.domain.quantity import PIECE_MILLI, check_quantity, parse_quantity
from omnipos.locale import _

LONGEST_SERIAL = 40
SHORTEST_SERIAL = 4
IMEI_DIGITS = 15
MOST_SERIALS = 100


class Wanted(NamedTuple):
    """What somebody wants rung up: an item with what was answered about it, and how much (thousandths)."""

    item: Item
    quantity_milli: int


class WhichVariant(msgspec.Struct, frozen=True, kw_only=True, tag="variant"):
    """Which of a family it is."""

    name: str
    variants: tuple[Product, ...]


class HowMuch(msgspec.Struct, frozen=True, kw_only=True, tag="weight"):
    """How much of it there is, in its unit."""

    name: str
    unit: str


class WhatPrice(msgspec.Struct, frozen=True, kw_only=True, tag="price"):
    """What one piece or kilogram of it costs."""

    name: str
    currency: str


class WhichSerial(msgspec.Struct, frozen=True, kw_only=True, tag="serial"):
    """The serial number or IMEI of piece `number` of `count`."""

    name: str
    number: int
    count: int
    doubted: str = ""
    """The number given just now, when it looks wrong."""


class OldEnough(msgspec.Struct, frozen=True, kw_only=True, tag="age"):
    """Whether the customer has the years that the law asks for."""

    name: str
    min_age: int
    born_by: date
    """The last birthday that makes them old enough today."""


Question = WhichVariant | HowMuch | WhatPrice | WhichSerial | OldEnough


def next_question(wanted: Wanted, basket: Basket, today: date) -> Question | None:
    """Return what is to be asked next before an item is rung up, None when nothing is.

    Raises EntryRefused for more numbered pieces than anybody scans one after the other.
    """
    item, quantity_milli = wanted
    product, answers = item.product, item.answers
    if item.variants:
        return WhichVariant(name=product.family, variants=item.variants)
    if product.unit != "pcs" and not item.barcode and not answers.is_measured:
        return HowMuch(name=product.name, unit=product.unit)
    if product.open_price and answers.price_minor is None and item.label_minor is None:
        return WhatPrice(name=product.name, currency=basket.currency)
    if product.min_age > basket.age_checked and not answers.is_old_enough:
        # Before the serial numbers: nobody looks for those of goods that may not be sold.
        return old_enough(product, today)
    count = -(-quantity_milli // PIECE_MILLI)
    if product.asks_serial and len(answers.serials) < count:
        if count > MOST_SERIALS:
            raise EntryRefused(
                _("Each {name} has its own number. Ring up at most {most} at a time.").format(
                    name=product.name, most=MOST_SERIALS
                )
            )
        return WhichSerial(
            name=product.name, number=len(answers.serials) + 1, count=count, doubted=answers.doubted
        )
    return None


def old_enough(product: Product, today: date) -> OldEnough:
    """Return the question for the age that a product asks for."""
    born_by = born_on_or_before(product.min_age, today)
    return OldEnough(name=product.name, min_age=product.min_age, born_by=born_by)


def may_ask(item: Item) -> bool:
    """Tell whether an item can ask anything at all."""
    product = item.product
    is_measured = product.unit != "pcs"
    return bool(item.variants or is_measured or product.open_price or product.min_age or product.asks_serial)


def born_on_or_before(years: int, today: date) -> date:
    """Return the last birthday that makes somebody so many years old; who was born on 29 February waits."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return date(today.year - years, 2, 28)


def answered(wanted: Wanted, question: Question, text: str, basket: Basket) -> Wanted:
    """Return what is wanted with a question answered by a text; the age is answered with yes or no.

    Raises EntryRefused or BasketRefused for a text that is no answer, and nothing has changed then.
    """
    match question:
        case WhichVariant():
            return _chosen(wanted, question, text)
        case HowMuch():
            answers = msgspec.structs.replace(wanted.item.answers, is_measured=True)
            return Wanted(_with(wanted.item, answers), parse_measure(text, question.unit))
        case WhatPrice():
            return _priced(wanted, text, question.currency)
        case WhichSerial():
            return _numbered(wanted, question, text, basket)
        case OldEnough():
            answers = msgspec.structs.replace(wanted.item.answers, is_old_enough=_yes_or_no(text))
            return Wanted(_with(wanted.item, answers), wanted.quantity_milli)
        case unknown:
            assert_never(unknown)


def _with(item: Item, answers: Answers) -> Item:
    return msgspec.structs.replace(item, answers=answers)


def _chosen(wanted: Wanted, question: WhichVariant, text: str) -> Wanted:
    written = text.strip()
    by_number = int(written) if written.isascii() and written.isdigit() and len(written) <= 4 else 0
    found = [
        one
        for number, one in enumerate(question.variants, start=1)
        if number == by_number
        or written.casefold() in (one.sku.casefold(), variant_words(one).casefold(), one.name.casefold())
    ]
    if len(found) != 1:
        raise EntryRefused(
            _("“{text}” is none of them. Type a number from 1 to {count}.").format(
                text=written[:20], count=len(question.variants)
            )
        )
    return Wanted(msgspec.structs.replace(wanted.item, product=found[0], variants=()), wanted.quantity_milli)


def variant_words(variant: Product) -> str:
    """Return what a variant is called among its family: `Red / L`, else its name."""
    return " / ".join(variant.options) or variant.name


def parse_measure(text: str, unit: str) -> int:
    """Read a weight such as `0.482`, `0,482 kg` or `482 g` and return thousandths of the unit.

    Raises EntryRefused; grams are taken for goods sold by the kilogram only.
    """
    written = text.strip().casefold()
    if "0" in written and not written.removesuffix(unit.casefold()).strip("0., g"):
        raise EntryRefused(_("The weight must be more than nothing. Weigh it again."))
    if unit == "kg" and written.endswith("g") and not written.endswith("kg"):
        grams = written[:-1].strip()
        if not (grams.isascii() and grams.isdigit() and len(grams) <= 9):
            raise EntryRefused(_("Type whole grams such as 482 g, or kilograms such as 0.482."))
        return check_quantity(int(grams))
    return parse_quantity(written.removesuffix(unit.casefold()))


def with_price(item: Item, price_minor: int) -> Item:
    """Return an item of open price with its price.

    Raises EntryRefused for 0, and for an item that has a price of its own.
    """
    product = item.product
    if not product.open_price:
        raise EntryRefused(
            _("{name} has a price of its own. Type it without a price before it.").format(name=product.name)
        )
    if price_minor <= 0:
        raise EntryRefused(_("The price must be more than nothing."))
    answers = msgspec.structs.replace(item.answers, price_minor=price_minor)
    return msgspec.structs.replace(
        item, product=msgspec.structs.replace(product, price_minor=price_minor), answers=answers
    )


def _priced(wanted: Wanted, text: str, code: str) -> Wanted:
    return Wanted(with_price(wanted.item, parse_money(text, code)), wanted.quantity_milli)


def _numbered(wanted: Wanted, question: WhichSerial, text: str, basket: Basket) -> Wanted:
    serial = free_text(text, LONGEST_SERIAL + 1)
    answers = wanted.item.answers
    if not SHORTEST_SERIAL <= len(serial) <= LONGEST_SERIAL:
        raise EntryRefused(
            _("A serial number has {least} to {most} characters. Scan or type it.").format(
                least=SHORTEST_SERIAL, most=LONGEST_SERIAL
            )
        )
    taken = (*answers.serials, *(one for line in basket.lines for one in line.serials))
    if serial.casefold() in (one.casefold() for one in taken):
        raise BasketRefused(
            _("{serial} is in the basket already. Scan the number of the other one.").format(serial=serial)
        )
    if looks_mistyped(serial) and answers.doubted != serial:
        doubting = msgspec.structs.replace(answers, doubted=serial)
        return Wanted(_with(wanted.item, doubting), wanted.quantity_milli)
    more = msgspec.structs.replace(answers, serials=(*answers.serials, serial), doubted="")
    return Wanted(_with(wanted.item, more), wanted.quantity_milli)


def looks_mistyped(serial: str) -> bool:
    """Tell whether a number has the digits of an IMEI but not its check digit (3GPP TS 23.003, annex B)."""
    digits = serial.replace(" ", "").replace("-", "")
    return digits.isascii() and digits.isdigit() and len(digits) == IMEI_DIGITS and not is_luhn(digits)


def _yes_or_no(text: str) -> bool:
    written = text.strip().casefold()
    if written in ("yes", _("yes")):
        return True
    if written in ("no", _("no")):
        return False
    raise EntryRefused(_("Answer with yes or no."))


def question_words(question: Question) -> str:
    """Return a question as a sentence."""
    match question:
        case WhichVariant():
            return _("Which {name}?").format(name=question.name)
        case HowMuch():
            return _("How much {name}, in {unit}?").format(name=question.name, unit=question.unit)
        case WhatPrice():
            return _("What does {name} cost?").format(name=question.name)
        case WhichSerial(doubted=doubted) if doubted:
            return _(
                "{serial} has the digits of an IMEI, but a wrong check digit. Scan it again; the same once"
                " more is taken as it is."
            ).format(serial=doubted)
        case WhichSerial(count=1):
            return _("The serial number or IMEI of {name}?").format(name=question.name)
        case WhichSerial():
            return _("The serial number or IMEI of {name}, {number} of {count}?").format(
                name=question.name, number=question.number, count=question.count
            )
        case OldEnough():
            return _(
                "{name} is sold from {years} years on. Was the customer born on or before {date}?"
            ).format(name=question.name, years=question.min_age, date=question.born_by.isoformat())
        case unknown:
            assert_never(unknown)
