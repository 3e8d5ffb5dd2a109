"""Taxes: rates, dated rates, and codes made of several."""

from typing import Any

import msgspec
from sqlalchemy import Select, select

from hub import tables, taxes
from hub.backoffice.desk import Refusal, wished
from hub.backoffice.fields import (
    PPM_PERCENT,
    Field,
    Flag,
    LinesField,
    NumberField,
    PercentField,
    moment,
    read_moment,
    read_part,
    write_part,
)
from hub.backoffice.listing import Listing, Record
from hub.backoffice.office import Office
from hub.backoffice.section import Change, Section
from hub.messages import DatedRateWish, TaxWish
from hub.unit import Unit
from omnipos.domain.errors import EntryRefused
from omnipos.domain.staff import Right
from omnipos.domain.tax import DatedRate, Tax
from omnipos.locale import _, later


def _query(_office: Office) -> Select[Any]:
    return select(tables.tax)


def _record(row: Any, _office: Office) -> Record:
    one = msgspec.json.decode(row.record, type=Tax)
    values = {name: getattr(one, name) for name in Tax.__struct_fields__}
    return Record(**values, allow_more_than_all=False, said=one.name)


def _put(unit: Unit, change: Change) -> str:
    values = dict(change.values)
    code = change.key or str(values["code"]).strip()
    if not change.key and code in taxes.by_code(unit.conn):
        raise Refusal(_("There is a tax {code} already. Nothing was changed.").format(code=code), "code")
    large = bool(values.pop("allow_more_than_all"))
    taxes.put_taxes(unit, [wished(TaxWish, {**values, "code": code})], allow_more_than_all=large)
    return code


def _remove(unit: Unit, change: Change) -> None:
    taxes.delete_tax(unit, change.key)


def _write_rate(one: DatedRate, office: Office) -> str:
    base = (
        "" if one.base_numerator == one.base_denominator else f" {one.base_numerator}/{one.base_denominator}"
    )
    return f"{moment(one.valid_from_ms, office)}  {write_part(one.rate_ppm, PPM_PERCENT)}{base}"


def _read_rate(line: str, office: Office) -> DatedRateWish:
    words = line.split()
    base = words.pop() if words and "/" in words[-1] else "1/1"
    above, _slash, below = base.partition("/")
    if len(words) < 2 or not above.isdecimal() or not below.isdecimal():
        raise EntryRefused(_("“{text}” is no rate with its date.").format(text=line[:40]))
    return DatedRateWish(
        valid_from_ms=read_moment(" ".join(words[:-1]), office),
        rate_ppm=read_part(words[-1].rstrip("%"), PPM_PERCENT),
        base_numerator=int(above),
        base_denominator=int(below),
    )


def _hidden(field: Any) -> Any:
    field.exclude_from_list = True
    return field


TAXES = Section(
    key="taxes",
    label=later("Taxes"),
    one=later("tax"),
    icon="fa-solid fa-percent",
    group=later("Goods"),
    right=Right.GOODS,
    change_right=Right.GOODS,
    is_shared=True,
    fields=(
        Field("code", label=later("Code"), required=True, exclude_from_edit=True, longest=64),
        Field("name", label=later("Name"), required=True),
        PercentField("rate_ppm", label=later("Rate in percent")),
        Flag("inclusive", label=later("Prices include it")),
        _hidden(NumberField("base_numerator", label=later("Base fraction, above"), default=1)),
        _hidden(NumberField("base_denominator", label=later("Base fraction, below"), default=1)),
        _hidden(Field("reason", label=later("Why it is 0"))),
        _hidden(
            LinesField(
                "later_rates",
                label=later("Rates ahead"),
                help_text=later("One a line: from when, then percent, then a base fraction such as 11/12"),
                line=_write_rate,
                parse=_read_rate,
            )
        ),
        _hidden(
            LinesField("parts", label=later("Made of"), help_text=later("Codes of other taxes, one a line"))
        ),
        _hidden(Flag("compound", label=later("Taken on the amount with the taxes before it"))),
        _hidden(Field("mark", label=later("Mark on receipts"))),
        Flag(
            "allow_more_than_all",
            label=later("More than the whole price is meant"),
            exclude_from_list=True,
            exclude_from_detail=True,
        ),
    ),
    pk="code",
    listing=Listing(query=_query, key=tables.tax.c.code, record=_record),
    create=_put,
    edit=_put,
    delete=_remove,
    beside={"tax": "rate_ppm"},
)
