"""What a promotion gives, as plain fields of a form: one kind, and the numbers that this kind needs."""

from typing import Any

import msgspec

from hub.backoffice.desk import Refusal
from hub.backoffice.fields import (
    ChoiceField,
    LinesField,
    MoneyField,
    NumberField,
    PercentField,
    read_part,
    write_part,
)
from hub.backoffice.office import Office
from hub.promotionmessages import BundlePartWish, GoodsWish, StepWish
from omnipos.domain.errors import EntryRefused
from omnipos.domain.money import format_amount, parse_money
from omnipos.domain.promotions.promotion import Bundle, Reward, Step, Tiers
from omnipos.domain.quantity import PIECE_MILLI
from omnipos.locale import _, later

PERCENT = 10_000
KINDS = (
    ("percent", later("a part off")),
    ("amount", later("a sum off each")),
    ("fixed_price", later("a price of its own")),
    ("buy_get", later("buy some, get more")),
    ("set_price", later("several for a price")),
    ("bundle", later("different goods together")),
    ("tiers", later("the more, the cheaper")),
    ("spend", later("for whoever spends a sum")),
)
_NEEDED = {
    "percent": ("rate_ppm",),
    "amount": ("amount_minor",),
    "fixed_price": ("price_minor",),
    "buy_get": ("buy", "get", "rate_ppm"),
    "set_price": ("count", "price_minor"),
    "bundle": ("parts", "price_minor", "rate_ppm"),
    "tiers": ("steps",),
    "spend": ("from_minor", "amount_minor", "rate_ppm"),
}
_PRICE_NEEDED = ("fixed_price", "set_price")


def _write_step(one: Step, office: Office) -> str:
    since = write_part(one.from_milli, PIECE_MILLI)
    if one.price_minor is not None:
        return f"{since}: {format_amount(one.price_minor, office.shop.currency)}"
    return f"{since}: {write_part(one.rate_ppm, PERCENT)} %"


def _read_step(line: str, office: Office) -> StepWish:
    since, colon, given = line.partition(":")
    if not colon:
        raise EntryRefused(
            _("“{text}” is no step. Type it like 10: 12000, or 10: 5 %.").format(text=line[:40])
        )
    from_milli = read_part(since, PIECE_MILLI)
    if given.strip().endswith("%"):
        return StepWish(from_milli=from_milli, rate_ppm=read_part(given.strip()[:-1].strip(), PERCENT))
    return StepWish(from_milli=from_milli, price_minor=parse_money(given, office.shop.currency))


def _read_part(line: str, _office: Office) -> BundlePartWish:
    count, _space, skus = line.partition(" ")
    if not count.isdecimal() or not skus.strip():
        raise EntryRefused(_("“{text}” is no part. Type it like 2 SKU1, SKU2.").format(text=line[:40]))
    names = tuple(one.strip() for one in skus.split(",") if one.strip())
    return BundlePartWish(goods=GoodsWish(skus=names), count=int(count))


def _off_list(field: Any) -> Any:
    field.exclude_from_list = True
    return field


FIELDS = (
    ChoiceField("reward_kind", label=later("Gives"), required=True, choices=KINDS),
    _off_list(PercentField("rate_ppm", label=later("Part off in percent"))),
    _off_list(MoneyField("amount_minor", label=later("Sum off"), optional=True)),
    _off_list(MoneyField("price_minor", label=later("Price"), optional=True)),
    _off_list(MoneyField("from_minor", label=later("Sum to spend"), optional=True)),
    _off_list(NumberField("count", label=later("How many for the price"))),
    _off_list(NumberField("buy", label=later("Buy"))),
    _off_list(NumberField("get", label=later("Get more"))),
    _off_list(
        LinesField(
            "steps",
            label=later("Steps"),
            help_text=later("One a line: from how many, then a part or a price, such as 10: 5 %"),
            line=_write_step,
            parse=_read_step,
        )
    ),
    _off_list(
        LinesField(
            "parts",
            label=later("Parts of the bundle"),
            help_text=later("One a line: how many, then SKUs of which any will do, such as 2 SKU1, SKU2"),
            parse=_read_part,
        )
    ),
)
NAMES = tuple(field.name for field in FIELDS)


def taken(values: dict[str, Any]) -> dict[str, Any]:
    """Take the fields of the reward out of a form's values; return the reward as the API has it."""
    given = {name: values.pop(name) for name in NAMES}
    kind = given["reward_kind"]
    if kind not in _NEEDED:
        raise Refusal(_("Choose what the promotion gives."), "reward_kind")
    if kind in _PRICE_NEEDED and given["price_minor"] is None:
        raise Refusal(_("Type the price."), "price_minor")
    wanted = {name: given[name] for name in _NEEDED[kind]}
    return {"type": kind} | {name: value for name, value in wanted.items() if value is not None}


def told(reward: Reward, skus: dict[str, str]) -> dict[str, Any]:
    """Return the values of the fields for a reward; what this kind does not have is empty."""
    values: dict[str, Any] = dict.fromkeys(NAMES)
    values |= {"reward_kind": reward.__struct_config__.tag, "rate_ppm": 0, "count": 0, "buy": 0, "get": 0}
    values |= {"steps": (), "parts": ()}
    if isinstance(reward, Bundle):
        values["parts"] = tuple(_part_line(one.goods.products, one.count, skus) for one in reward.parts)
    elif isinstance(reward, Tiers):
        values["steps"] = reward.steps
    for name in reward.__struct_fields__:
        if name not in ("steps", "parts"):
            values[name] = getattr(reward, name)
    return values


def _part_line(products: tuple[str, ...], count: int, skus: dict[str, str]) -> str:
    return f"{count} {', '.join(skus.get(one, one) for one in products)}"


def is_plain(reward: Reward) -> bool:
    """Tell whether the form can say a reward whole: the parts of its bundle are products and nothing else."""
    if not isinstance(reward, Bundle):
        return True
    return all(
        one.goods.products
        and one.goods == msgspec.structs.replace(type(one.goods)(), products=one.goods.products)
        for one in reward.parts
    )
