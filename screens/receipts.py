"""The last sales of this till, each with its whole receipt, printed again on request."""

from collections.abc import Sequence
from typing import ClassVar

from omnipos.domain.money import format_amount, format_money
from omnipos.domain.quantity import format_quantity
from omnipos.domain.sale import Sale, SaleLine
from omnipos.locale import _, later
from omnipos.services import reprinting, watching
from omnipos.services.watching import SaleStanding
from screens import giving, times
from screens.commands import BACK, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.ereceipt import EReceiptScreen
from screens.lists import WIDTH, ListScreen, PagesScreen
from screens.widgets.cells import Row, between, cut, drawn, fit, right, width_of, wrapped
from screens.widgets.marks import sale_marks
from screens.widgets.payment import tender_name

PRINT = Command("f7", later("Copy"), "print", later("Print this receipt again, marked COPY"))
GIFT = Command("f6", later("Gift receipt"), "gift", later("Print the goods without their prices"))
SAVE = Command("f5", later("E-receipt"), "save", later("Send it, or save a web page and a PDF"))
RETURN = Command("f9", later("Return"), "return", later("Take goods of this receipt back"))


class ReceiptsScreen(ListScreen):
    """Lists the last sales; F7 prints the chosen one again, Enter opens it."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Open"), "open_sale", later("Show the whole receipt")),
        PRINT,
        GIFT,
        SAVE,
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

    async def do_gift(self) -> None:
        """Print the gift receipt of the chosen sale."""
        if self._sales:
            await giving.ask(self, self._sales[self.lines.chosen])

    async def do_save(self) -> None:
        """Send the chosen receipt, or save it as files."""
        if self._sales:
            await self.go(EReceiptScreen(self.desk, self._sales[self.lines.chosen].receipt_number))


class ReceiptScreen(PagesScreen):
    """One finished sale with all its lines and sums."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (PRINT, GIFT, RETURN, SAVE, BACK)

    def __init__(self, desk: Desk, sale: Sale) -> None:
        """Show a sale."""
        super().__init__(desk, _("Receipt {number}").format(number=sale.receipt_number))
        self._sale = sale
        self._standing = SaleStanding.ON_DISK

    async def open(self) -> None:
        """Look where the sale is."""
        await self.tick()
        self.show()

    async def tick(self) -> None:
        """Look again whether it has reached the hub."""
        number = self._sale.receipt_number
        found = await self.desk.till.run(watching.standings, [number])
        self._standing = found.get(number, SaleStanding.ON_DISK)

    def all_rows(self) -> Sequence[Row]:
        """Return the lines with their savings, the sums and the tenders."""
        code, width = self._sale.currency, WIDTH - 1
        rows = [row for line in self._sale.lines for row in _line_rows(line, code, width)]
        if self._sale.note:
            note = _("Note: {note}").format(note=drawn(self._sale.note))
            rows += [(), *(((f" {one}", "plain"),) for one in wrapped(note, width - 2))]
        rows.append((("─" * width, "dim"),))
        rows += [
            ((between(f" {name}", f"{format_amount(minor, code)} ", width), style),)
            for name, minor, style in _sums(self._sale)
        ]
        return [*rows, (), ((" ", "plain"), *sale_marks(self._standing))]

    async def press(self, key: str) -> bool:
        """Nothing is chosen here, so Enter does nothing."""
        return key == "enter" or await super().press(key)

    async def do_print(self) -> None:
        """Print it again."""
        await self.desk.till.run(reprinting.reprint, self._sale.receipt_number)
        self.say(_("Printed again, marked COPY."), "good")

    async def do_return(self) -> None:
        """Take goods of it back."""
        from screens.returning import FindReturnScreen

        app = self.till_app
        await app.back(self)
        below = app.screen
        assert isinstance(below, Counter), "every screen of the counter is one"
        await below.go(FindReturnScreen(below, self._sale.receipt_number))

    async def do_gift(self) -> None:
        """Print its gift receipt."""
        await giving.ask(self, self._sale)

    async def do_save(self) -> None:
        """Send it, or save it as files."""
        await self.go(EReceiptScreen(self.desk, self._sale.receipt_number))


def gift_words(number: str) -> str:
    """Say that a gift receipt is on its way to the printer."""
    return _("The gift receipt of {number} is printed, without prices.").format(number=number)


def _line_rows(line: SaleLine, code: str, width: int) -> list[Row]:
    """Return what was sold, and below it what explains its price, as on the receipt."""
    behind = f"{format_quantity(line.quantity_milli, line.unit, code)} × "
    behind += f"{format_amount(line.unit_price_minor, code)} {format_amount(line.amount_minor, code):>12} "
    rows: list[Row] = [((between(f" {drawn(line.name)}", behind, width), "plain"),)]
    if line.override is not None:
        was = format_amount(line.override.was_minor, code)
        changed = _("Price changed from {price}").format(price=was)
        rows.append(((f"   {changed}", "dim"),))
    for saving in line.savings:
        minor = format_amount(-saving.amount_minor, code)
        rows.append(((between(f"   {drawn(saving.name)}", f"{minor} ", width), "good"),))
    if line.note:
        rows.append(((cut(f"   {drawn(line.note)}", width), "dim"),))
    return rows


def _sums(sale: Sale) -> list[tuple[str, int, str]]:
    """Return the sums below the lines: what each is, how much, and its style."""
    sums: list[tuple[str, int, str]] = []
    if sale.saved_minor:
        sums.append((_("Goods"), sum(line.amount_minor for line in sale.lines), "plain"))
        sums.append((_("Saved"), -sale.saved_minor, "good"))
    sums += [(drawn(tax.name), tax.tax_minor, "dim") for tax in sale.taxes if tax.rate_ppm]
    sums.append((_("Total"), sale.total_minor, "strong"))
    if sale.rounding_minor:
        sums.append((_("Rounding"), sale.rounding_minor, "plain"))
    sums += [(tender_name(tender), tender.amount_minor, "plain") for tender in sale.tenders]
    return [*sums, (_("Change"), sale.change_minor, "plain")]
