"""What the sell screen does around the sale itself: notes, training, the drawer."""

from functools import partial
from typing import TYPE_CHECKING

from omnipos.domain.basket import Line
from omnipos.locale import _
from omnipos.services import training
from omnipos.services.approving import Word
from omnipos.services.paying import Heard
from screens.counter import Counter
from screens.finished import FinishedScreen
from screens.widgets.basket import BasketPane

if TYPE_CHECKING:
    from screens.pay import Paying


class AroundSale(Counter):
    """The keys of the sell screen that neither ring up nor take money."""

    _paying: "Paying"
    _basket: BasketPane

    def finished(self) -> FinishedScreen | None:
        """Return what stays in view of the sale just finished, where the shop locks its tills behind it."""
        sale, view = self._paying.sale, self.desk.view
        if sale is None or view is None or not self.desk.locks_after_sale:
            return None
        return FinishedScreen(self.desk, view, self._basket.shown, sale)

    @property
    def chosen_line(self) -> Line | None:
        """The line of the basket that the cursor is on."""
        raise NotImplementedError

    async def do_notes(self) -> None:
        """Write a note on the chosen line or on the receipt."""
        from screens.noting import NotesScreen

        line, view = self.chosen_line, self.desk.view
        if line is None or view is None:
            self.say(_("There is no line to write a note on. Scan something first."), "warn")
        else:
            await self.go(NotesScreen(self.desk, view.basket, line))

    async def do_drawer(self) -> None:
        """Open the drawer's screen: its shift, cash in and out, the count."""
        from screens.drawer import DrawerScreen

        await self.go(DrawerScreen(self.desk))

    async def do_return(self) -> None:
        """Take goods back, by their receipt or without."""
        from screens.returning import FindReturnScreen

        await self.go(FindReturnScreen(self))

    async def do_receipts(self) -> None:
        """Show the last sales."""
        from screens.receipts import ReceiptsScreen

        await self.go(ReceiptsScreen(self.desk))

    async def do_status(self) -> None:
        """Show how the till stands."""
        from screens.standing import StandingScreen

        await self.go(StandingScreen(self.desk))

    async def do_exceptions(self) -> None:
        """Show what a person must settle."""
        from screens.exceptions import ExceptionsScreen

        await self.go(ExceptionsScreen(self.desk))

    async def do_buyer(self) -> None:
        """Ask for the buyer's tax data."""
        from screens.buyer import BuyerScreen

        view = self.desk.view
        if view is None or view.basket.is_empty:
            self.say(_("The basket is empty. Scan something first."), "warn")
        else:
            await self.go(BuyerScreen(self.desk, view.basket))

    async def do_training(self) -> None:
        """Begin training, or end it, after a numbered choice."""
        from screens.choice import ChoiceScreen

        till = self.desk.till
        if till.is_training:
            question = _("End training? What was practised is thrown away; the real till is as it was.")
            answer = _("End training")
        else:
            question = _("Begin training? It looks the same, but nothing is sold. The basket here waits.")
            answer = _("Begin training")
        change = partial(self.with_word, self._change_training)
        await self.go(ChoiceScreen(self.desk, question, ((answer, change),)))

    async def _change_training(self, word: Word) -> None:
        await self.desk.till.run(training.check_may_change, word)
        self.till_app.change_training()

    async def do_cards(self) -> None:
        """Sell or look at a gift card, or let the customer pay off what is owed."""
        from screens.cards import choose

        await choose(self)

    async def do_payments(self) -> None:
        """Show the payments that nobody knows the end of."""
        from screens.payments import PaymentsScreen

        await self.go(PaymentsScreen(self.desk))

    async def do_park(self) -> None:
        """Put the basket aside."""
        raise NotImplementedError

    async def show_own_code(self) -> None:
        """Show the shop's own QR code, while paying."""
        if self._paying.is_up:
            await self._paying.do_own_qr()

    async def serve_next(self) -> None:
        """Put the basket that is being paid aside, and be ready for the next customer."""
        self._paying.end()
        if self.entry is not None:
            self.entry.put("")
        await self.do_park()

    async def hear(self, heard: Heard) -> bool:
        """Show what became of a payment of the basket here; tell whether that says it all."""
        view = self.desk.view
        if view is None or view.basket.basket_id != heard.payment.basket_id:
            return False
        if self._paying.is_up and heard.paid is not None:
            self._paying.answer(heard.paid)
            return True
        await self.desk.open_basket()
        if self._paying.is_up:
            self._paying.ask()
        return False

    async def do_pay(self) -> None:
        """Begin to pay."""
        raise NotImplementedError

    async def do_quotes(self) -> None:
        """Keep the basket as a quote, or with an empty one list the quotes."""
        from screens.quotes import choose

        await choose(self)

    async def show_quote(self, number: str) -> None:
        """Offer what can be done with a quote that was scanned or typed."""
        from screens.quotes import show

        await show(self, number)

    async def show_card(self, code: str) -> None:
        """Offer what can be done with a gift card that was scanned or typed."""
        from screens.cards import show_card

        async def pay() -> None:
            await self.do_pay()
            await self._paying.open_form("g", code)

        await show_card(self, code, pay)
