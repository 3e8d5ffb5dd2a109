"""A promotion as the shop writes it: its goods, its reward, its conditions, and how it meets others."""

import msgspec

from omnipos.domain.quantity import PIECE_MILLI

PPM = 1_000_000


class Goods(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which goods a promotion is for: any that one of the lists names; all goods when all are empty.

    Products are named by id, the rest by their names, casefolded.
    """

    products: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Product ids that are left out all the same."""


class PercentOff(msgspec.Struct, frozen=True, kw_only=True, tag="percent"):
    """A part of the price off every piece."""

    rate_ppm: int


class AmountOff(msgspec.Struct, frozen=True, kw_only=True, tag="amount"):
    """A sum off every piece or kilogram."""

    amount_minor: int


class FixedPrice(msgspec.Struct, frozen=True, kw_only=True, tag="fixed_price"):
    """Another price for every piece or kilogram; never more than its own."""

    price_minor: int


class BuyGet(msgspec.Struct, frozen=True, kw_only=True, tag="buy_get"):
    """For every `buy` pieces `get` more of the same goods at a part off: 1, 1, 50% is second at half.

    The cheapest of a set are the ones given.
    """

    buy: int
    get: int
    rate_ppm: int = PPM


class SetPrice(msgspec.Struct, frozen=True, kw_only=True, tag="set_price"):
    """`count` pieces together for a price."""

    count: int
    price_minor: int


class BundlePart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of goods in a bundle, and how many pieces of it."""

    goods: Goods
    count: int = 1


class Bundle(msgspec.Struct, frozen=True, kw_only=True, tag="bundle", omit_defaults=True):
    """Different goods together, for a price or at a part off (when the price is None)."""

    parts: tuple[BundlePart, ...]
    price_minor: int | None = None
    rate_ppm: int = 0


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From this quantity of the goods on, all of them have this part off, or this price."""

    from_milli: int
    rate_ppm: int = 0
    price_minor: int | None = None


class Tiers(msgspec.Struct, frozen=True, kw_only=True, tag="tiers"):
    """The more, the cheaper: the highest step that the quantity reaches holds for all of the goods."""

    steps: tuple[Step, ...]


class Spend(msgspec.Struct, frozen=True, kw_only=True, tag="spend", omit_defaults=True):
    """For whoever spends a sum on the goods, after other promotions: a sum off them, or a part off."""

    from_minor: int
    amount_minor: int = 0
    rate_ppm: int = 0


Reward = PercentOff | AmountOff | FixedPrice | BuyGet | SetPrice | Bundle | Tiers | Spend


class Promotion(msgspec.Struct, frozen=True, kw_only=True, tag="promotion", omit_defaults=True):
    """One rule that gives a discount. Times are UTC milliseconds; hours and days are the shop's own.

    Higher priorities choose their goods first; among equals the customer's best outcome wins.
    """

    promotion_id: str
    code: str
    name: str
    reward: Reward
    goods: Goods = Goods()
    groups: tuple[str, ...] = ()
    """Customer groups (tiers, casefolded) it is for; empty for everybody."""
    channels: tuple[str, ...] = ()
    """Channels it is for: `store`, or a web shop's name; empty for all."""
    stores: tuple[str, ...] = ()
    """Store codes it is for; empty for all."""
    weekdays: tuple[int, ...] = ()
    """1 for Monday to 7 for Sunday (ISO 8601); empty for all."""
    from_minute: int = 0
    until_minute: int = 0
    """Minutes of the day between which it holds, over midnight too; equal for the whole day."""
    valid_from_ms: int = 0
    valid_until_ms: int = 0
    """0 for without end."""
    needs_coupon: bool = False
    priority: int = 0
    exclusive: bool = False
    """Goods that it touches are touched by no other promotion."""
    combinable: bool = False
    """May be taken off what another promotion leaves; of all others each piece has at most one."""
    most_times: int = 0
    """How many pieces or sets of one sale it is given for; 0 for any."""
    active: bool = True


class Coupon(msgspec.Struct, frozen=True, kw_only=True, tag="coupon", omit_defaults=True):
    """A code that opens a promotion. `most_uses` is 1 for single use, 0 for without limit."""

    code: str
    promotion_id: str
    most_uses: int = 1
    used: int = 0
    valid_from_ms: int = 0
    valid_until_ms: int = 0


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """When, where and to whom is sold: what a promotion's conditions ask for.

    `weekday` and `minute` are in the shop's time zone. Coupons map a promotion's id to the code given.
    """

    at_ms: int
    weekday: int
    minute: int
    group: str = ""
    channel: str = "store"
    store_code: str = ""
    coupons: dict[str, str] = {}


class Pick(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the engine sees of one line; the amount is what it costs before any promotion."""

    product_id: str
    quantity_milli: int
    amount_minor: int
    unit: str = "pcs"
    family: str = ""
    category: str = ""
    department: str = ""
    brand: str = ""
    discountable: bool = True

    @property
    def pieces(self) -> int:
        """How many pieces it has; goods that are weighed count as one."""
        return self.quantity_milli // PIECE_MILLI if self.unit == "pcs" else 1
