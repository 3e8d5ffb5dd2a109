"""The shop's own settings: who it is, its money, its taxes and its habits."""

import msgspec

from omnipos.domain.account import AccountSettings
from omnipos.domain.drawer import DrawerRules
from omnipos.domain.foreign import ForeignRate
from omnipos.domain.money import CashRounding, RoundingMode
from omnipos.domain.staff import StaffHabits
from omnipos.domain.tax import TaxRounding


class LabelLayout(msgspec.Struct, frozen=True, kw_only=True):
    """How this shop's scales write their labels, digit by digit: `21IIIIIVVVVVC`.

    I is the item (its PLU), V the value, K its price verifier, X ignored, C the check digit; digits
    stand for themselves and P for any. `value` says what the value is; it is multiplied by `times`.
    """

    pattern: str
    value: str = "price"
    times: int = 1


class QrSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop is paid by QR code (QRIS, DuitNow QR)."""

    static_payload: str = ""
    """The shop's own standing code, to the character as its acquirer gave it; empty for none."""
    acquirer: str = ""
    """Who settles it, as receipts name it."""
    allow_amount: bool = False
    """Whether a till may put the sum into the standing code; the acquirer must have agreed to it."""


class ReturnRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a shop takes goods back; later than `window_days` after the sale a manager must allow it."""

    window_days: int = 30
    lowest_days: int = 30
    """Without a receipt the lowest price of so many days back is what goes back."""
    reasons: tuple[str, ...] = ()
    """What a cashier chooses from; none are the usual ones."""


class QuoteRules(msgspec.Struct, frozen=True, kw_only=True):
    """For how many days a shop's quotes hold their prices."""

    days: int = 30


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
    tax_rounding: TaxRounding = TaxRounding.RATE
    cash_rounding: CashRounding = CashRounding()
    footer: str = ""
    tax_registered: bool = True
    """A shop that is not registered charges no tax and shows none (for Indonesia: no PKP)."""
    labels: tuple[LabelLayout, ...] = ()
    drawer: DrawerRules = DrawerRules()
    returns: ReturnRules = ReturnRules()
    qr: QrSettings = QrSettings()
    accounts: AccountSettings = AccountSettings()
    foreign: tuple[ForeignRate, ...] = ()
    """The currencies whose cash is taken besides the shop's own; none until the owner gives a rate."""
    staff: StaffHabits = StaffHabits()
    quotes: QuoteRules = QuoteRules()


class CountryHabits(msgspec.Struct, frozen=True, kw_only=True):
    """What a new shop in a country begins with."""

    currency: str
    time_zone: str
    language: str
    tax_label: str
    cash_rounding: CashRounding = CashRounding()
    tax_rounding: TaxRounding = TaxRounding.RATE
    labels: tuple[LabelLayout, ...] = ()
    """How scales are mostly set up there; what the shop says of its own scales comes before this."""


CERTIFIED_TILLS = frozenset({"AT", "DE", "FR", "IT", "PT"})
"""Countries whose law wants a certified till or fiscal module; OmniPOS has none."""

COUNTRIES = {
    "ID": CountryHabits(
        currency="IDR",
        time_zone="Asia/Jakarta",
        language="id",
        tax_label="NPWP",
        # The receipt is the tax invoice, whose tax is whole rupiah (PER-11/PJ/2025 art. 129).
        tax_rounding=TaxRounding.RECEIPT,
        cash_rounding=CashRounding(mode=RoundingMode.NEAREST, step_minor=100),
        labels=(
            LabelLayout(pattern="21IIIIIVVVVVC", times=10),
            LabelLayout(pattern="22IIIIIVVVVVC", value="weight"),
        ),
    ),
    "MY": CountryHabits(
        currency="MYR",
        time_zone="Asia/Kuala_Lumpur",
        language="ms",
        tax_label="SST",
        cash_rounding=CashRounding(mode=RoundingMode.NEAREST, step_minor=5),
        labels=(
            LabelLayout(pattern="21IIIIIVVVVVC"),
            LabelLayout(pattern="22IIIIIVVVVVC", value="weight"),
        ),
    ),
    "US": CountryHabits(
        currency="USD",
        time_zone="America/New_York",
        language="en",
        tax_label="Tax ID",
        # By invoice, which the seller may choose (SSUTA section 324).
        tax_rounding=TaxRounding.RECEIPT,
        cash_rounding=CashRounding(),
        labels=(LabelLayout(pattern="2IIIIIVVVVVC"),),
    ),
    "GB": CountryHabits(
        currency="GBP",
        time_zone="Europe/London",
        language="en",
        tax_label="VAT No",
        labels=(LabelLayout(pattern="20IIIIIKVVVVC"),),
    ),
    "DE": CountryHabits(currency="EUR", time_zone="Europe/Berlin", language="en", tax_label="USt-IdNr."),
    # Once per rate on each receipt (NTA qualified invoice Q&A 46).
    "JP": CountryHabits(currency="JPY", time_zone="Asia/Tokyo", language="en", tax_label="Reg. No"),
    "SG": CountryHabits(currency="SGD", time_zone="Asia/Singapore", language="en", tax_label="GST Reg No"),
}


def layouts_of(shop: Shop) -> tuple[LabelLayout, ...]:
    """Return how the labels of a shop's scales are read: as it says itself, else as in its country."""
    habits = COUNTRIES.get(shop.country)
    return shop.labels or (habits.labels if habits else ())
