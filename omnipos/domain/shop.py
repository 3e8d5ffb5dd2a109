"""The shop's own settings: who it is, its money, its taxes and its habits."""

import msgspec

from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.tax import TaxRounding


class Shop(msgspec.Struct, frozen=True, kw_only=True, tag="shop"):
    """One store as its tills and papers know it."""

    store_id: str
    code: str
    name: str
    country: str
    currency: str
    address: str = ""
    phone: str = ""
    tax_label: str = ""
    tax_number: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    tax_rounding: TaxRounding = TaxRounding.RECEIPT
    cash_rounding: CashRounding = CashRounding()
    footer: str = ""


class CountryHabits(msgspec.Struct, frozen=True, kw_only=True):
    """What a new shop in a country begins with."""

    currency: str
    time_zone: str
    language: str
    tax_label: str
    cash_rounding: CashRounding


COUNTRIES = {
    "ID": CountryHabits(
        currency="IDR",
        time_zone="Asia/Jakarta",
        language="id",
        tax_label="NPWP",
        cash_rounding=CashRounding(mode=RoundingMode.NEAREST, step_minor=100),
    ),
    "MY": CountryHabits(
        currency="MYR",
        time_zone="Asia/Kuala_Lumpur",
        language="ms",
        tax_label="SST",
        cash_rounding=CashRounding(mode=RoundingMode.NEAREST, step_minor=5),
    ),
    "US": CountryHabits(
        currency="USD",
        time_zone="America/New_York",
        language="en",
        tax_label="Tax ID",
        cash_rounding=CashRounding(),
    ),
}
