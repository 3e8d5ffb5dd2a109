"""Stores and their settings."""

from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from hub import shops, tables
from hub.backoffice.desk import Refusal, wished
from hub.backoffice.fields import ChoiceField, Field, Flag, LinesField, MoneyField, NumberField, TextField
from hub.backoffice.listing import Listing, Record, of_stores
from hub.backoffice.office import Office
from hub.backoffice.section import Act, Answer, Change, Said, Section
from hub.backoffice.sections import devices
from hub.messages import StoreWish
from hub.unit import Unit
from omnipos.domain.errors import EntryRefused
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.money import RoundingMode, format_amount, parse_money
from omnipos.domain.shop import COUNTRIES, LabelLayout, Shop
from omnipos.domain.staff import Right
from omnipos.domain.tax import TaxRounding
from omnipos.locale import _, later

_INSIDE = ("cash_rounding", "drawer", "returns", "qr", "accounts", "staff", "quotes")
"""Settings that are several values each; their fields are named `drawer__blind`."""
_OUTSIDE = [
    "name",
    "country",
    "currency",
    "address",
    "phone",
    "tax_label",
    "tax_number",
    "language",
    "time_zone",
    "tax_rounding",
    "tax_registered",
    "footer",
    "labels",
    "foreign",
]


def _query(office: Office) -> Select[Any]:
    return of_stores(select(tables.store), office, tables.store.c.store_id)


def _record(row: Any, _office: Office) -> Record:
    return _told(msgspec.json.decode(row.record, type=Shop))


def _told(shop: Shop) -> Record:
    values = {name: getattr(shop, name) for name in _OUTSIDE}
    for outer in _INSIDE:
        inside = getattr(shop, outer)
        values |= {f"{outer}__{name}": getattr(inside, name) for name in inside.__struct_fields__}
    return Record(**values, code=shop.code, store_id=shop.store_id, said=shop.name or shop.code)


def _shown(conn: Connection, code: str, office: Office) -> Record | None:
    own = _query(office).where(tables.store.c.code == code)
    record = conn.scalar(own.with_only_columns(tables.store.c.record))
    return None if record is None else _told(msgspec.json.decode(record, type=Shop))


def _put(unit: Unit, change: Change) -> str:
    values = {name: value for name, value in change.values.items() if "__" not in name}
    code = change.key or str(values["code"])
    known = _shown(unit.conn, code, change.office)
    if not change.key and known is not None:
        raise Refusal(_("There is a store {code} already. Nothing was changed.").format(code=code), "code")
    inside: dict[str, dict[str, Any]] = {}
    for name, value in change.values.items():
        outer, deep, inner = name.partition("__")
        if deep:
            inside.setdefault(outer, {})[inner] = value
    if not change.key:
        # What a new store leaves out is the habit of its country.
        wanted = ("code", "name", "country", "address", "phone", "tax_number")
        values, inside = {name: values[name] for name in wanted if name in values}, {}
    shops.put_stores(unit, [wished(StoreWish, {**values, **inside, "code": code})])
    return code


def _enrol(unit: Unit, change: Change) -> Said:
    change.values["store_code"] = change.key
    return devices.enrol(unit, change)


def _write_rate(one: ForeignRate, office: Office) -> str:
    return f"{one.currency} {format_amount(one.rate_minor, office.shop.currency)}"


def _read_rate(line: str, office: Office) -> ForeignRate:
    code, _space, rate = line.partition(" ")
    return ForeignRate(currency=code.upper(), rate_minor=parse_money(rate, office.shop.currency))


def _write_label(one: LabelLayout, _office: Office) -> str:
    return f"{one.pattern} {one.value} {one.times}"


def _read_label(line: str, _office: Office) -> LabelLayout:
    words = line.split()
    if not 1 <= len(words) <= 3 or (len(words) == 3 and not words[2].isdecimal()):
        said = _("“{text}” is no label. Type it like 21IIIIIVVVVVC price 1.")
        raise EntryRefused(said.format(text=line[:40]))
    times = int(words[2]) if len(words) == 3 else 1
    return LabelLayout(pattern=words[0], value=words[1] if len(words) > 1 else "price", times=times)


def _detail(field: Any) -> Any:
    field.exclude_from_list = field.exclude_from_create = True
    return field


def _later_on(*fields: Any) -> tuple[Any, ...]:
    return tuple(_detail(field) for field in fields)


class DaysField(NumberField):
    """A number that may be left out."""

    def show(self, value: Any, _office: Office) -> str:
        """Write a number, or nothing."""
        return "" if value is None else str(value)

    def read(self, raw: Any, _office: Office) -> Any:
        """Read a number; nothing is none."""
        return super().read(raw, _office) if str(raw or "").strip() else None


SETTINGS = _later_on(
    Field("currency", label=later("Currency"), longest=3),
    Field("language", label=later("Language"), longest=8),
    Field("time_zone", label=later("Time zone"), longest=64),
    Field("tax_label", label=later("Tax label"), longest=64),
    ChoiceField(
        "tax_rounding",
        label=later("Taxes are rounded"),
        choices=[(one.value, one.value) for one in TaxRounding],
    ),
    Flag("tax_registered", label=later("Registered for tax")),
    ChoiceField(
        "cash_rounding__mode",
        label=later("Cash is rounded"),
        choices=[(one.value, one.value) for one in RoundingMode],
    ),
    MoneyField("cash_rounding__step_minor", label=later("Cash is rounded to")),
    TextField("footer", label=later("Foot of receipts")),
    Flag("drawer__blind", label=later("Drawers are counted blind")),
    MoneyField("drawer__over_short_limit_minor", label=later("Difference that takes a word"), optional=True),
    MoneyField("drawer__paid_out_limit_minor", label=later("Paying out that takes a word"), optional=True),
    Flag("drawer__kicks", label=later("Cash opens the drawer")),
    NumberField("returns__window_days", label=later("Days for returns")),
    NumberField("returns__lowest_days", label=later("Days of the lowest price")),
    LinesField("returns__reasons", label=later("Reasons for returns")),
    Field("qr__static_payload", label=later("Standing QR code"), longest=2000),
    Field("qr__acquirer", label=later("QR acquirer")),
    Flag("qr__allow_amount", label=later("The sum may go into the QR code")),
    MoneyField("accounts__gift_card_offline_minor", label=later("Gift card without the hub, up to")),
    MoneyField("accounts__credit_offline_minor", label=later("Store credit without the hub, up to")),
    MoneyField("accounts__unseen_card_offline_minor", label=later("Unknown gift card, up to")),
    Flag("staff__badge_needs_pin", label=later("A badge needs the PIN too")),
    DaysField("staff__idle_lock_s", label=later("Tills lock after seconds")),
    NumberField("quotes__days", label=later("Days a quote holds")),
    LinesField(
        "foreign",
        label=later("Foreign cash"),
        help_text=later("One a line: currency, then what 1 of it is worth, such as USD 15800"),
        line=_write_rate,
        parse=_read_rate,
    ),
    LinesField(
        "labels",
        label=later("Labels of scales"),
        help_text=later("One a line, such as 21IIIIIVVVVVC price 1; none is the country's habit"),
        line=_write_label,
        parse=_read_label,
    ),
)

STORES = Section(
    key="stores",
    label=later("Stores"),
    one=later("store"),
    icon="fa-solid fa-store",
    right=Right.STORES,
    change_right=Right.STORES,
    new_is_shared=True,
    fields=(
        Field("code", label=later("Code"), required=True, exclude_from_edit=True, longest=8),
        Field("name", label=later("Name"), required=True),
        ChoiceField(
            "country",
            label=later("Country"),
            required=True,
            must_choose=True,
            choices=[(one, one) for one in COUNTRIES],
        ),
        Field("address", label=later("Address")),
        Field("phone", label=later("Phone"), longest=40),
        Field("tax_number", label=later("Tax number"), exclude_from_list=True, longest=64),
        *SETTINGS,
    ),
    pk="code",
    listing=Listing(query=_query, key=tables.store.c.code, record=_record),
    shown=_shown,
    create=_put,
    edit=_put,
    acts=(
        Act(
            name="enrol",
            text=later("Enrol a till"),
            ask=later("A code is shown once; typed at the new till it makes it one of this store."),
            icon="fa-solid fa-cash-register",
            do=_enrol,
            right=Right.STORES,
            answer=Answer.PAGE,
        ),
    ),
    beside={"store_sold": "country"},
)
