"""A finished sale on a till that locked itself behind it: its change stays in view, and Print works."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal

from omnipos.domain.sale import Sale
from omnipos.locale import _, later
from omnipos.services import reprinting
from omnipos.services.selling import BasketView
from screens.commands import HELP, Command
from screens.counter import Counter
from screens.desk import Desk
from screens.ringing import Scan
from screens.widgets.basket import BasketPane
from screens.widgets.payment import GIFT, PRINT, PaymentSide
from screens.widgets.side import SidePane


class FinishedScreen(Counter):
    """Stands over the names: nobody is signed in, and the first key of a name or PIN goes to them."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_name("sell.tcss")
    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        HELP,
        PRINT,
        GIFT,
        Command("escape", later("Sign in"), "back", later("To the names; a badge signs in at once")),
    )

    def __init__(self, desk: Desk, view: BasketView, basket: BasketView | None, sale: Sale) -> None:
        """Show a sale with the goods that were in it."""
        super().__init__(desk)
        self._view, self._sold, self._sale = view, basket, sale
        self._basket, self._side = BasketPane(), SidePane()

    def compose(self) -> ComposeResult:
        """The goods left, the change right, as the sell screen had them."""
        yield self.header
        with Horizontal(id="counter"):
            yield self._basket
            yield self._side
        yield self.message
        yield self.keys

    async def open(self) -> None:
        """Say what happened."""
        self.say(_("The sale is finished and the till is locked. A badge or PIN opens it."), "plain")

    def show(self) -> None:
        """Paint the sale, and where it is by now."""
        super().show()
        self._basket.show(self._sold)
        self._side.show(PaymentSide(self._view, self._sale, self.desk.standing_of(self._sale)))

    async def press(self, key: str) -> bool:
        """Enter and F12 are reflexes: the change stays."""
        if key in ("enter", "f12", "tab"):
            return True
        return await super().press(key)

    async def type(self, text: str) -> None:
        """Begin to sign in."""
        await self.do_back()
        below = self.till_app.screen
        if isinstance(below, Counter):
            await below.type(text)

    async def take_badge(self, code: str) -> None:
        """Sign in whose badge it is."""
        await self.do_back()
        below = self.till_app.screen
        if isinstance(below, Counter):
            await below.take_badge(code)

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Nothing is sold before somebody has signed in."""
        self.app.bell()
        self.say(_("Sign in first, then scan again. Nothing was rung up."))
        return ()

    async def do_print(self) -> None:
        """Print the receipt again."""
        await self.desk.till.run(reprinting.print_locked, self._sale)
        self.say(_("Printed again, marked COPY."), "good")

    async def do_gift(self) -> None:
        """Print the gift receipt."""
        from screens.receipts import gift_words

        await self.desk.till.run(reprinting.print_locked, self._sale, as_gift=True)
        self.say(gift_words(self._sale.receipt_number), "good")
