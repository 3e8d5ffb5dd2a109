"""The price check: scan or type something and see what it costs and how much is here; the basket stays."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.errors import DomainError
from omnipos.domain.money import format_money
from omnipos.domain.quantity import PIECE_MILLI, format_quantity
from omnipos.locale import _, later
from omnipos.services.price_checking import PriceCheck, check_price
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.ringing import Scan
from screens.widgets.cells import Row, between, drawn, wrapped
from screens.widgets.entry import Entry


class PriceScreen(ListScreen):
    """Shows the price of what is scanned or typed, one thing after the other."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Look"), "look", later("Look up what is typed")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with nothing looked up."""
        entry = Entry(_("scan, or type a code or a name"), label=_("Price of"), longest=60)
        super().__init__(desk, _("Price check"), empty=_("Nothing goes into the basket here."), entry=entry)
        self._typed = entry
        self._found: PriceCheck | None = None
        self.lines.chosen = -1

    def rows(self) -> Sequence[Row]:
        """Return what is known, the name and the price first."""
        one = self._found
        if one is None:
            return ()
        rows: list[Row] = [(), *(((f" {line}", "strong"),) for line in wrapped(drawn(one.name), WIDTH - 2))]
        rows += [_sum(text, sum_minor, self.desk.currency) for text, sum_minor in self._prices(one)]
        for name in one.promotions:
            rows += [((f" {line}", "accent"),) for line in wrapped(f"● {drawn(name)}", WIDTH - 3)]
        rows += [((f" {line}", "dim"),) for line in wrapped(stock_words(one, self.desk), WIDTH - 3)]
        return rows

    def _prices(self, one: PriceCheck) -> list[tuple[str, int]]:
        each = _("Price") if one.unit == "pcs" else _("Price for 1 {unit}").format(unit=drawn(one.unit))
        prices = [(each, one.price_minor)]
        if one.group_price_minor is not None:
            prices.append((_("Price for {group}").format(group=drawn(one.group)), one.group_price_minor))
        if one.quantity_milli != PIECE_MILLI:
            quantity = format_quantity(one.quantity_milli, one.unit, self.desk.currency)
            prices.append((_("{quantity} of it").format(quantity=quantity), one.amount_minor))
        return prices

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Look up what was scanned last."""
        try:
            self._put(await self.desk.till.run(check_price, scans[-1].code, is_scan=True))
        except DomainError:
            self.app.bell()
            self._put(None)
            raise
        return ()

    async def do_look(self) -> None:
        """Look up what is typed."""
        if self._typed.text.strip():
            self._put(await self.desk.till.run(check_price, self._typed.text))
            self._typed.put("")

    def _put(self, found: PriceCheck | None) -> None:
        self._found = found
        self.show()

    async def press(self, key: str) -> bool:
        """Nothing is chosen here."""
        return key in ("up", "down") or await super().press(key)


def _sum(text: str, sum_minor: int, currency: str) -> Row:
    return ((between(f" {text}", f"{format_money(sum_minor, currency)} ", WIDTH - 1), "strong"),)


def stock_words(one: PriceCheck, desk: Desk) -> str:
    """Say how much is here, how much of it is held, and as of when."""
    if one.stock is None:
        return _("How many are here is not known.")
    return _("{count} here, {held} held, as of {time}.").format(
        count=format_quantity(one.stock.on_hand_milli, one.unit, desk.currency),
        held=format_quantity(one.stock.held_milli, one.unit, desk.currency),
        time=desk.clock(one.stock.as_of_ms) if one.stock.as_of_ms else _("never"),
    )
