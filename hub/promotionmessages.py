"""What the owner and web shops send and get of promotions and coupons."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.messages import MOST_ROWS, Code, Milli, Minor, Name, TimeMs, Wish
from omnipos.domain.promotions.promotion import PPM, Promotion

MOST_LISTED = 5000
"""Goods of one kind that one promotion names."""

Part = Annotated[int, Meta(ge=0, le=PPM)]
Pieces = Annotated[int, Meta(ge=1, le=10_000)]
Codes = Annotated[tuple[Code, ...], Meta(max_length=MOST_LISTED)]
Names = Annotated[tuple[Name, ...], Meta(max_length=MOST_LISTED)]
FewNames = Annotated[tuple[Name, ...], Meta(max_length=200)]
Clock = Annotated[str, Meta(max_length=5)]
Weekday = Annotated[int, Meta(ge=1, le=7)] | Annotated[str, Meta(max_length=9)]


class GoodsWish(Wish, frozen=True, kw_only=True):
    """The goods of a promotion: any that a list names, all when every list is empty."""

    skus: Codes = ()
    families: Names = ()
    categories: Names = ()
    departments: Names = ()
    brands: Names = ()
    without: Codes = ()
    """SKUs that are left out all the same."""


class PercentWish(Wish, frozen=True, kw_only=True, tag="percent"):
    """A part of the price off: 100,000 is 10 %."""

    rate_ppm: Part


class AmountWish(Wish, frozen=True, kw_only=True, tag="amount"):
    """A sum off every piece or kilogram."""

    amount_minor: Minor


class FixedPriceWish(Wish, frozen=True, kw_only=True, tag="fixed_price"):
    """Another price for every piece or kilogram."""

    price_minor: Minor


class BuyGetWish(Wish, frozen=True, kw_only=True, tag="buy_get"):
    """For every `buy` pieces `get` more at a part off; 1,000,000 gives them away."""

    buy: Pieces
    get: Pieces
    rate_ppm: Part = PPM


class SetPriceWish(Wish, frozen=True, kw_only=True, tag="set_price"):
    """`count` pieces together for a price."""

    count: Pieces
    price_minor: Minor


class BundlePartWish(Wish, frozen=True, kw_only=True):
    """One kind of goods in a bundle."""

    goods: GoodsWish
    count: Pieces = 1


class BundleWish(Wish, frozen=True, kw_only=True, tag="bundle"):
    """Different goods together, for a price, or at a part off when there is none."""

    parts: Annotated[tuple[BundlePartWish, ...], Meta(min_length=1, max_length=50)]
    price_minor: Minor | None = None
    rate_ppm: Part = 0


class StepWish(Wish, frozen=True, kw_only=True):
    """From a quantity on, a part off or a price."""

    from_milli: Milli
    rate_ppm: Part = 0
    price_minor: Minor | None = None


class TiersWish(Wish, frozen=True, kw_only=True, tag="tiers"):
    """The more, the cheaper."""

    steps: Annotated[tuple[StepWish, ...], Meta(min_length=1, max_length=50)]


class SpendWish(Wish, frozen=True, kw_only=True, tag="spend"):
    """A sum or a part off for whoever spends a sum."""

    from_minor: Minor
    amount_minor: Minor = 0
    rate_ppm: Part = 0


RewardWish = (
    PercentWish | AmountWish | FixedPriceWish | BuyGetWish | SetPriceWish | BundleWish | TiersWish | SpendWish
)


class PromotionWish(Wish, frozen=True, kw_only=True):
    """One promotion by its code; the hub makes its id. See docs/promotions.md."""

    code: Code
    name: Name
    reward: RewardWish
    goods: GoodsWish = GoodsWish()
    groups: FewNames = ()
    channels: Annotated[tuple[Code, ...], Meta(max_length=200)] = ()
    stores: Annotated[tuple[Code, ...], Meta(max_length=MOST_LISTED)] = ()
    weekdays: Annotated[tuple[Weekday, ...], Meta(max_length=7)] = ()
    """1 to 7 from Monday on, or `mon` to `sun`."""
    from_time: Clock = ""
    until_time: Clock = ""
    """`17:00` and `19:00` in the shop's own time; over midnight too; `24:00` is the day's end."""
    valid_from_ms: TimeMs = 0
    valid_until_ms: TimeMs = 0
    needs_coupon: bool = False
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 0
    exclusive: bool = False
    combinable: bool = False
    most_times: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    active: bool = True


class PutPromotions(Wish, frozen=True, kw_only=True):
    """`PUT /v1/promotions`: promotions to add or change, by code; all or none."""

    promotions: Annotated[tuple[PromotionWish, ...], Meta(max_length=MOST_ROWS)]


class Promotions(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/promotions`: a page; `next` goes into `after`, empty at the end."""

    promotions: tuple[Promotion, ...]
    next: str


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken away."""

    code: str


class CouponWish(Wish, frozen=True, kw_only=True):
    """One code that opens a promotion, once unless said otherwise."""

    code: Code
    promotion: Code
    most_uses: Annotated[int, Meta(ge=1, le=10**9)] = 1
    unlimited: bool = False
    valid_from_ms: TimeMs = 0
    valid_until_ms: TimeMs = 0


class PutCoupons(Wish, frozen=True, kw_only=True):
    """`PUT /v1/coupons`: coupons to add or change, by code; all or none."""

    coupons: Annotated[tuple[CouponWish, ...], Meta(max_length=MOST_ROWS)]


class GenerateCoupons(Wish, frozen=True, kw_only=True):
    """`POST /v1/coupons/generate`: as many new codes that nobody can guess."""

    promotion: Code
    count: Annotated[int, Meta(ge=1, le=MOST_ROWS)]
    prefix: Annotated[str, Meta(max_length=20)] = ""
    most_uses: Annotated[int, Meta(ge=1, le=10**9)] = 1
    unlimited: bool = False
    valid_from_ms: TimeMs = 0
    valid_until_ms: TimeMs = 0


class CouponCodes(msgspec.Struct, frozen=True, kw_only=True):
    """The codes that were made."""

    codes: tuple[str, ...]


class CouponUse(msgspec.Struct, frozen=True, kw_only=True):
    """A sale that a coupon was used for."""

    store_code: str
    receipt_number: str
    at_ms: int


class CouponShown(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon as it stands; `promotion` is empty when that one is deleted, `most_uses` 0 without limit."""

    code: str
    promotion: str
    most_uses: int
    used: int
    valid_from_ms: int
    valid_until_ms: int
    uses: tuple[CouponUse, ...] = ()
    """The newest, a hundred at most; only where one coupon is asked for."""


class Coupons(msgspec.Struct, frozen=True, kw_only=True):
    """`GET /v1/coupons`: a page; `next` goes into `after`, empty at the end."""

    coupons: tuple[CouponShown, ...]
    next: str
