"""The last sales of this till, each with its whole receipt, printed again on request."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.money import format_amount, format_money
from omnipos.domain.quantity import format_quantity
from omnipos.domain.sale import Sale
from omnipos.locale import _, later
from omnipos.services import reprinting, watching
from omnipos.services.watching import SaleStanding
from screens import times
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, drawn, fit, right, width_of
from screens.widgets.marks import sale_marks
from screens.widgets.payment import tender_name

PRINT = Command("f7", later("Print again"), "print", later("Print this receipt again, marked COPY"))


class ReceiptsScreen(ListScreen):
    """Lists the last sales; F7 prints the chosen one again, Enter opens it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open"), "open_sale", later("Show the whole receipt")),
        PRINT,
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with an empty list."""
        super().__init__(desk, _("Last sales"), empty=_("This till has not sold anything yet."))
        self._sales: Sequence[Sale] = ()
        self._standings: dict[str, SaleStanding] = {}

    async def open(self) -> None:
        """Fetch the last sales."""
        self._sales = await self.desk.till.run(reprinting.latest, 14)
        await self.tick()
        self.show()

    async def tick(self) -> None:
        """Look again at what has reached the hub."""
        numbers = [sale.receipt_number for sale in self._sales]
        self._standings = await self.desk.till.run(watching.standings, numbers)

    def rows(self) -> Sequence[Row]:
        """Return number, time, standing and total of each sale."""
        rows: list[Row] = []
        for sale in self._sales:
            when = times.day_or_clock(sale.completed_at_ms, self.desk.now_ms, self.desk.zone)
            marks = sale_marks(self._standings.get(sale.receipt_number, SaleStanding.ON_DISK))
            total = format_money(sale.total_minor, sale.currency)
            left = f" {sale.receipt_number} · {when}"
            rows.append(
                (
                    (fit(left, 26), "plain"),
                    *marks,
                    (right(f"{total} ", WIDTH - 27 - width_of(marks)), "plain"),
                )
            )
        return rows

    async def do_open_sale(self) -> None:
        """Show one sale whole."""
        if self._sales:
            await self.go(ReceiptScreen(self.desk, self._sales[self.lines.chosen]))

    async def do_print(self) -> None:
        """Print the chosen receipt again."""
        if self._sales:
            number = self._sales[self.lines.chosen].receipt_number
            await self.desk.till.run(reprinting.reprint, number)
            self.say(_("{number} is printed again, marked COPY.").format(number=number), "good")


class ReceiptScreen(ListScreen):
    """One finished sale with all its lines and sums."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (PRINT, BACK)

    def __init__(self, desk: Desk, sale: Sale) -> None:
        """Show a sale."""
        super().__init__(desk, _("Receipt {number}").format(number=sale.receipt_number))
        self._sale = sale
        self._standing = SaleStanding.ON_DISK
        self.lines.chosen = -1

    async def open(self) -> None:
        """Look where the sale is."""
        await self.tick()
        self.show()

    async def tick(self) -> None:
        """Look again whether it has reached the hub."""
        number = self._sale.receipt_number
        found = await self.desk.till.run(watching.standings, [number])
        self._standing = found.get(number, SaleStanding.ON_DISK)

    def rows(self) -> Sequence[Row]:
        """Return the lines, the sums and the tenders."""
        sale, code, width = self._sale, self._sale.currency, WIDTH - 1
        rows: list[Row] = []
        for line in sale.lines:
            quantity = format_quantity(line.quantity_milli, line.unit, code)
            behind = f"{quantity} × {format_amount(line.unit_price_minor, code)}"
            behind += f" {format_amount(line.amount_minor, code):>12} "
            rows.append(((between(f" {drawn(line.name)}", behind, width), "plain"),))
        sums = [(drawn(tax.name), tax.tax_minor, "dim") for tax in sale.taxes if tax.rate_ppm]
        sums.append((_("Total"), sale.total_minor, "strong"))
        if sale.rounding_minor:
            sums.append((_("Rounding"), sale.rounding_minor, "plain"))
        sums += [(tender_name(tender), tender.amount_minor, "plain") for tender in sale.tenders]
        sums.append((_("Change"), sale.change_minor, "plain"))
        rows.append((("─" * width, "dim"),))
        rows += [
            ((between(f" {name}", f"{format_amount(minor, code)} ", width), st),) for name, minor, st in sums
        ]
        rows += [(), ((" ", "plain"), *sale_marks(self._standing))]
        return rows

    async def press(self, key: str) -> bool:
        """Nothing is chosen here, so the arrows do nothing."""
        return key in ("up", "down", "enter") or await super().press(key)

    async def do_print(self) -> None:
        """Print it again."""
        await self.desk.till.run(reprinting.reprint, self._sale.receipt_number)
        self.say(_("Printed again, marked COPY."), "good")
