"""The fields of the pages: how each value of the hub is shown, and read from what was typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette_admin.fields import BooleanField, EnumField, StringField
from starlette_admin.types import RequestAction

from hub.backoffice.office import Office, office_of
from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import format_amount, format_money, parse_money
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _

PPM_PERCENT = 10_000
"""Parts per million in one percent."""
LONGEST_NUMBER = 18
"""Digits that the database has room for."""


class Sum(NamedTuple):
    """A sum of one currency."""

    minor: int
    currency: str


@dataclass
class Field(StringField):
    """A text, and what all fields share: `show`, `write` for the form, `read` of what was typed."""

    longest: int = 400
    list_template: str = "cell.html"
    aligned: bool = False
    """Its values stand under each other from the right."""

    def show(self, value: Any, _office: Office) -> str:
        """Return how a value is read."""
        return str(value)

    def write(self, value: Any, office: Office) -> str:
        """Return how a value stands in the form."""
        return self.show(value, office)

    def read(self, raw: Any, _office: Office) -> Any:
        """Return the value that was typed; raise a DomainError for what makes no sense."""
        text = str(raw or "").strip()
        if len(text) > self.longest:
            raise EntryRefused(_("That is too long: {most} letters at most.").format(most=self.longest))
        return text

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """Return a value as the page has it; what was typed wrongly stands as it was typed."""
        if isinstance(value, str) and request.method == "POST" and request.state.action.is_form():
            return value
        way = self.write if request.state.action.is_form() else self.show
        return way(value, office_of(request))


@dataclass
class MoneyField(Field):
    """A sum in major units, as the shop writes it."""

    aligned: bool = True
    list_template: str = "number.html"
    optional: bool = False

    def show(self, value: Any, office: Office) -> str:
        """Write a sum with its currency."""
        return format_money(*_sum(value, office))

    def write(self, value: Any, office: Office) -> str:
        """Write a sum without its currency."""
        return format_amount(*_sum(value, office))

    def read(self, raw: Any, office: Office) -> Any:
        """Read a sum in minor units; an empty optional one is None."""
        text = str(raw or "").strip()
        if not text and self.optional:
            return None
        minus = text.startswith(("-", "−"))
        minor = parse_money(text.lstrip("-−") if minus else text, office.shop.currency)
        return -minor if minus else minor


def _sum(value: Any, office: Office) -> Sum:
    return value if isinstance(value, Sum) else Sum(int(value), office.shop.currency)


@dataclass
class NumberField(Field):
    """A whole number."""

    aligned: bool = True
    list_template: str = "number.html"
    input_type: str = "number"

    def read(self, raw: Any, _office: Office) -> int:
        """Read a whole number; nothing is 0."""
        text = str(raw or "").strip() or "0"
        try:
            return int(text[:LONGEST_NUMBER])
        except ValueError:
            raise EntryRefused(_("“{text}” is no whole number.").format(text=text[:20])) from None


def read_part(text: str, per_unit: int) -> int:
    """Read a decimal number in parts of a unit, such as thousandths; raise EntryRefused."""
    whole, _point, rest = text.strip().replace(",", ".").partition(".")
    digits = len(str(per_unit)) - 1
    sign = -1 if whole.startswith(("-", "−")) else 1
    whole = whole.lstrip("-−") or "0"
    if not (whole + rest).isascii() or not (whole + rest).isdigit() or len(rest) > digits or len(whole) > 9:
        raise EntryRefused(_("“{text}” is not a number. Type it like 1.5.").format(text=text[:20]))
    return sign * (int(whole) * per_unit + int(rest.ljust(digits, "0")))


def write_part(value: int, per_unit: int) -> str:
    """Write parts of a unit as a decimal number."""
    whole, rest = divmod(abs(value), per_unit)
    digits = f"{rest:0{len(str(per_unit)) - 1}d}".rstrip("0")
    sign = "−" if value < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


@dataclass
class QuantityField(Field):
    """A quantity in pieces or kilograms."""

    aligned: bool = True
    list_template: str = "number.html"

    def show(self, value: Any, _office: Office) -> str:
        """Write thousandths as a number."""
        return write_part(int(value), PIECE_MILLI)

    def read(self, raw: Any, _office: Office) -> int:
        """Read a number in thousandths."""
        return read_part(str(raw or ""), PIECE_MILLI)


@dataclass
class PercentField(Field):
    """A part in percent."""

    aligned: bool = True
    list_template: str = "number.html"

    def show(self, value: Any, _office: Office) -> str:
        """Write parts per million in percent."""
        return f"{self.write(value, _office)} %"

    def write(self, value: Any, _office: Office) -> str:
        """Write parts per million in percent, without the sign."""
        return write_part(int(value), PPM_PERCENT)

    def read(self, raw: Any, _office: Office) -> int:
        """Read percent; nothing is 0."""
        return read_part(str(raw or "0").replace("%", "").strip(), PPM_PERCENT)


@dataclass
class MomentField(Field):
    """A moment of the shop's own time; none is 0."""

    input_type: str = "datetime-local"

    def show(self, value: Any, office: Office) -> str:
        """Write a moment to the minute."""
        return moment(int(value), office) if value else "—"

    def write(self, value: Any, office: Office) -> str:
        """Write a moment as the browser's own field wants it."""
        return moment(int(value), office).replace(" ", "T") if value else ""

    def read(self, raw: Any, office: Office) -> int:
        """Read a moment."""
        return read_moment(str(raw or ""), office)


def moment(at_ms: int, office: Office) -> str:
    """Write a moment of the shop's time to the minute."""
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(office.shop.time_zone))
    except (OverflowError, ValueError, OSError):
        return str(at_ms)
    return at.strftime("%Y-%m-%d %H:%M")


def read_moment(text: str, office: Office) -> int:
    """Read a moment of the shop's time, such as 2026-12-01 08:00; nothing is 0; raise EntryRefused."""
    if not text.strip():
        return 0
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        said = _("“{text}” is no date and time. Type it like 2026-12-01 08:00.")
        raise EntryRefused(said.format(text=text[:20])) from None
    zone = at.tzinfo or ZoneInfo(office.shop.time_zone)
    return int(at.replace(tzinfo=zone).timestamp()) * 1000


@dataclass
class TextField(Field):
    """A text of several lines."""

    rows: int = 3
    longest: int = 2000
    class_: str = "field-textarea form-control"
    form_template: str = "fields/form/textarea.html"
    detail_template: str = "fields/detail/textarea.html"

    def read(self, raw: Any, office: Office) -> str:
        """Read a text; every line ends the same way."""
        text: str = super().read(raw, office)
        return text.replace("\r\n", "\n")


@dataclass
class LinesField(Field):
    """Several values, each on a line of its own."""

    rows: int = 3
    longest: int = 100_000
    class_: str = "field-textarea form-control"
    form_template: str = "fields/form/textarea.html"
    detail_template: str = "fields/detail/textarea.html"
    line: Callable[[Any, Office], str] = lambda value, _office: str(value)
    parse: Callable[[str, Office], Any] = lambda text, _office: text

    def show(self, value: Any, office: Office) -> str:
        """Write each value on its line."""
        return "\n".join(self.line(one, office) for one in value)

    def read(self, raw: Any, office: Office) -> Any:
        """Read each line that says something."""
        lines = str(raw or "").splitlines()
        return tuple(self.parse(line.strip(), office) for line in lines if line.strip())


@dataclass
class PinField(Field):
    """A PIN: typed, never shown."""

    input_type: str = "password"

    def show(self, _value: Any, _office: Office) -> str:
        """Show nothing."""
        return ""


@dataclass
class Flag(BooleanField):
    """Yes or no."""

    def read(self, raw: Any, _office: Office) -> bool:
        """Take the form's word."""
        return bool(raw)


Choices = Sequence[tuple[str, str]]


@dataclass
class ChoiceField(EnumField):
    """One of several, or some of them; the choices are fixed, or fetched for the page by their name."""

    source: str = ""
    must_choose: bool = False
    """In the form of a new row nothing is chosen: the first of all would be saved unseen."""
    if_none: str = ""
    """What it means that nothing is chosen, where lists and pages say so."""
    select2: bool | None = False
    list_template: str = "cell.html"

    def __post_init__(self) -> None:
        """Take fetched choices from the request."""
        if self.source:
            self.choices_loader = lambda request: request.state.choices.get(self.source, ())
        super().__post_init__()

    async def serialize_value(self, request: Request, value: Any) -> Any:
        """Return what is chosen for a form, and its words for reading; an unknown one by itself."""
        values = list(value) if self.multiple else [value]
        if not request.state.action.is_form():
            words: dict[str, str] = dict(self.choices or ())  # type: ignore[arg-type]
            values = [_(words.get(one, one)) if one else one for one in values]
            if self.if_none and not any(values):
                values = [_(self.if_none)]
        return values if self.multiple else values[0]

    def _get_choices(self, request: Request) -> Any:
        found = [(one, _(word) if word else word) for one, word in super()._get_choices(request)]
        if self.must_choose and request.state.action is RequestAction.CREATE:
            return [("", ""), *found]
        return found

    def read(self, raw: Any, _office: Office) -> Any:
        """Take what was chosen; nothing is empty."""
        return tuple(raw or ()) if self.multiple else raw or ""


@dataclass
class StoreField(ChoiceField):
    """One of the stores that are theirs, or some of them, by code."""

    def _get_choices(self, request: Request) -> Any:
        office = office_of(request)
        found = super()._get_choices(request)
        return [one for one in found if not office.stores or one[0] in office.store_codes]

    def read(self, raw: Any, office: Office) -> Any:
        """Take what was chosen; raise EntryRefused for a store that is not theirs."""
        chosen = super().read(raw, office)
        if self.multiple:
            chosen = tuple(code for code in chosen if code)
        codes = set(chosen if self.multiple else filter(None, [chosen]))
        if office.stores and codes - office.store_codes:
            raise EntryRefused(_("This store is not one of yours. Nothing was changed."))
        return chosen
