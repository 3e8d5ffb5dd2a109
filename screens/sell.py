"""The sell screen: the basket, the customer, the totals, and the omnibox that takes everything."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, assert_never

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal

from omnipos.domain.basket import Line
from omnipos.domain.errors import EntryRefused
from omnipos.locale import _, ngettext
from omnipos.services import asking, couponing, finding, selling
from omnipos.services.finding import (
    CouponOffer,
    CustomerOffer,
    GiftCardOffer,
    ItemOffer,
    NewCustomerOffer,
    Offer,
    OrderOffer,
    QuoteOffer,
    SaleOffer,
)
from screens import refund
from screens.around_sale import AroundSale
from screens.asking import ring_or_ask
from screens.commands import SELL_KEYS, Command
from screens.desk import Desk
from screens.pay import Paying
from screens.ringing import Scan, ring_scans
from screens.widgets.basket import BasketPane
from screens.widgets.entry import Entry
from screens.widgets.lines import Lines
from screens.widgets.offers import offer_row
from screens.widgets.side import SellingSide, SidePane

OFFERS_SHOWN = 8


class SellScreen(AroundSale):
    """Rings up what is scanned or typed; all other screens come up over it."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_suffix(".tcss")

    def __init__(self, desk: Desk) -> None:
        """Begin with the basket that is on disk."""
        super().__init__(desk)
        self._basket = BasketPane(self._first_steps)
        self._side = SidePane()
        self._offers = Lines(id="offers")
        self._offered: tuple[Offer, ...] = ()
        self._offered_for = ""
        self._omnibox = Entry(_("scan, or type a name, phone, order or receipt"))
        self.entry = self._omnibox
        self._paying = Paying(self, self._omnibox)

    @property
    def commands(self) -> Sequence[Command]:
        """What can be done here now: selling, or paying."""
        return self._paying.commands if self._is_paying else SELL_KEYS

    @property
    def is_for_selling(self) -> bool:
        """While nobody pays and nothing is being typed."""
        return not self._is_paying and not self._omnibox.text

    @property
    def _is_paying(self) -> bool:
        return hasattr(self, "_paying") and self._paying.is_up

    @property
    def chosen_line(self) -> Line | None:
        """The line of the basket that the cursor is on."""
        return self._basket.chosen

    def compose(self) -> ComposeResult:
        """The basket left, the customer and the totals or the payment right, the omnibox below."""
        yield self.header
        with Horizontal(id="counter"):
            yield self._basket
            yield self._side
        yield self._offers
        yield self.message
        yield self._omnibox
        yield self.keys

    async def on_mount(self) -> None:
        """Begin with selling."""
        self._offers.display = False
        self.show()

    async def open(self) -> None:
        """Begin with an empty omnibox: somebody has just signed in."""
        self._paying.end()
        self._clear()
        self.show()

    def show(self) -> None:
        """Paint what has changed."""
        super().show()
        if not self._paying.has_change:
            self._basket.show(self.desk.view)
        self._side.show(self._paying.side if self._is_paying else SellingSide(self.desk))

    def _first_steps(self) -> str:
        if self.desk.has_goods:
            return _("Scan the first item, or type its name.")
        return _("Nothing can be sold yet. Bring the products in with: omnipos import products FILE.csv")

    # Scans and typing

    def scan_of(self, code: str) -> Scan:
        """Return a scan with the quantity typed before it, which is used up by it; a sum is none."""
        if self._is_paying:
            return Scan(code)
        before = self._omnibox.text.strip()
        if not before.endswith("*"):
            return Scan(code)
        try:
            quantity_milli, _rest = finding.split_quantity(before)
        except EntryRefused:
            return Scan(code)
        self._clear()
        return Scan(code, quantity_milli)

    async def take_scans(self, scans: Sequence[Scan]) -> Sequence[Scan]:
        """Ring up what was scanned; an order or a receipt opens. A scan ends paying."""
        rung = await self.desk.till.run(ring_scans, scans)
        # Only now, so that the entry is not painted a frame before the line.
        is_sold = self._paying.end()
        if rung.view is not None:
            await self.desk.put(rung.view)
        elif is_sold:
            await self.desk.open_basket()
        if rung.refusals:
            self.say_rung(rung)
        if isinstance(rung.other, ItemOffer):
            # What is being typed stays: the box is about what was scanned.
            self.show()
            await self._ring(rung.other)
        elif rung.other is not None:
            self.show()
            await self._take_offer(rung.other)
        return rung.rest

    def say(self, text: str, style: str = "bad") -> None:
        """Say something; offers would cover it and go."""
        if text and self._offers.display:
            self._show_offers("", ())
        super().say(text, style)

    def edited(self) -> None:
        """Look for what the text may mean so far; only the latest answer is shown."""
        if self._is_paying:
            return
        text = self._omnibox.text
        if not text.strip():
            self._show_offers("", ())
        self._look_for(text)

    @work(group="offers", exclusive=True)
    async def _look_for(self, text: str) -> None:
        found = await self.desk.till.run(finding.offers, text, OFFERS_SHOWN) if text.strip() else ()
        if text == self._omnibox.text:
            self._show_offers(text, found)

    def _show_offers(self, text: str, found: tuple[Offer, ...]) -> None:
        self._offered, self._offered_for = found, text
        width = self.size.width - 3
        self._offers.show([offer_row(offer, self.desk, width) for offer in found], -1)
        self._offers.display = bool(found)

    def _clear(self) -> None:
        self._omnibox.put("")
        self._show_offers("", ())

    async def press(self, key: str) -> bool:
        """Arrows choose an offer while there are any, else a line; Enter takes."""
        if self._is_paying:
            return await self._paying.press(key)
        match key:
            case "up" | "down":
                step = -1 if key == "up" else 1
                if self._offered:
                    self._offers.move(step)
                else:
                    self._basket.move(step)
            case "pageup" | "pagedown":
                self._basket.move(-10 if key == "pageup" else 10)
            case "enter":
                await self._submit()
            case "escape":
                self._clear()
            case "tab":
                return True
            case _:
                return await super().press(key)
        return True

    async def type(self, text: str) -> None:
        """Take typed characters, or the sum given."""
        if self._is_paying:
            await self._paying.type(text)
        else:
            await super().type(text)

    async def _submit(self) -> None:
        text = self._omnibox.text
        chosen = self._offers.chosen
        if self._offered_for == text and 0 <= chosen < len(self._offered):
            await self._take_offer(self._offered[chosen])
        elif text.strip():
            await self._take_offer(await self.desk.till.run(finding.understood, text))

    async def _take_offer(self, offer: Offer) -> None:
        desk = self.desk
        match offer:
            case ItemOffer():
                await self._ring(offer)
            case CustomerOffer():
                await self.attach(offer.customer.customer_id)
            case OrderOffer():
                from screens.order import OrderScreen

                await self.go(OrderScreen(desk, offer.order))
            case SaleOffer():
                from screens.receipts import ReceiptScreen

                await self.go(ReceiptScreen(desk, offer.sale))
            case CouponOffer(code=code):
                await self._take_coupon(code)
            case GiftCardOffer(code=code):
                await self.show_card(code)
            case QuoteOffer(number=number):
                await self.show_quote(number)
            case NewCustomerOffer():
                from screens.customer_add import AddCustomerScreen

                await self.go(AddCustomerScreen(desk, phone=offer.phone))
            case unknown:
                assert_never(unknown)
        self._clear()

    async def _ring(self, offer: ItemOffer) -> None:
        step = await self.desk.till.run(asking.begin, offer.item, offer.quantity_milli)
        await ring_or_ask(self, step)

    async def attach(self, customer_id: str) -> None:
        """Put a customer beside the basket; an empty id takes the card away."""
        await self.desk.put(await self.desk.till.run(selling.attach_customer, customer_id))

    async def _take_coupon(self, code: str) -> None:
        """Give a coupon; typed once more it may be taken off again, by a numbered choice."""
        desk = self.desk
        if desk.view is None or code not in desk.view.basket.coupons:
            await desk.put(await desk.till.run(couponing.give, code))
            return
        from screens.choice import ChoiceScreen

        async def take_off() -> None:
            await desk.put(await desk.till.run(couponing.take_off, code))

        question = _("Coupon {code} is in this basket already.").format(code=code)
        await self.go(ChoiceScreen(desk, question, ((_("Take it off again"), take_off),)))

    @on(Lines.Picked)
    async def pick_offer(self, event: Lines.Picked) -> None:
        """A click on an offer takes it."""
        self._offers.show(self._offers.rows, event.index)
        self.till_app.hit("enter")

    # What the keys do

    async def do_pay(self) -> None:
        """Begin to pay."""
        if self.desk.view is None or self.desk.view.basket.is_empty:
            self.say(_("There is nothing to pay. Scan something first."), "warn")
            return
        self._clear()
        self._paying.begin()
        if refund.goes_back(self._paying):
            await refund.ask(self._paying)

    async def do_customer(self) -> None:
        """Find or add a customer, or open the card of the one who is here."""
        from screens.customers import CustomersScreen

        await self.go(CustomersScreen(self.desk))

    async def do_orders(self) -> None:
        """Open the collection desk."""
        from screens.orders import OrdersScreen

        await self.go(OrdersScreen(self.desk))

    async def do_park(self) -> None:
        """Put the basket aside, what is typed as its note; with an empty one list those put aside."""
        from screens.parked import ParkedScreen

        if self.desk.view is not None and not self.desk.view.basket.is_empty:
            number = self.desk.view.basket.number
            await self.desk.put(await self.desk.till.run(selling.park, self._omnibox.text))
            self._clear()
            self.desk.is_taken_over = False
            self.say(_("Basket {number} is parked. F4 takes it up again.").format(number=number), "good")
        else:
            await self.go(ParkedScreen(self.desk))

    async def do_quantity(self) -> None:
        """Change the quantity of the chosen line."""
        from screens.quantity import QuantityScreen

        line = self._basket.chosen
        if line is None:
            self.say(_("There is no line to change. Scan something first."), "warn")
        else:
            await self.go(QuantityScreen(self.desk, line))

    async def do_discount(self) -> None:
        """Give the chosen line or the whole basket a discount, or the line another price."""
        from screens.discount import DiscountScreen

        line = self._basket.chosen
        if line is None:
            self.say(_("There is nothing to give a discount on. Scan something first."), "warn")
        else:
            await self.go(DiscountScreen(self, line))

    async def do_price(self) -> None:
        """Say what something costs; the basket stays as it is."""
        from screens.price import PriceScreen

        await self.go(PriceScreen(self.desk))

    async def do_void(self) -> None:
        """Take the chosen line out."""
        line = self._basket.chosen
        if line is None:
            self.say(_("There is no line to take out."), "warn")
            return
        await self.desk.put(await self.desk.till.run(selling.void_line, line.line_id))
        self.say(_("{name} is out of the basket.").format(name=line.name), "good")

    async def do_void_all(self) -> None:
        """Give the whole basket up, after a numbered choice."""
        from screens.choice import ChoiceScreen

        view = self.desk.view
        if view is None or view.basket.is_empty:
            self.say(_("The basket is empty already."), "warn")
            return
        count = len(view.basket.lines)
        question = ngettext(
            "Give up basket {number} with its {count} line? The journal keeps what was in it.",
            "Give up basket {number} with its {count} lines? The journal keeps what was in it.",
            count,
        ).format(number=view.basket.number, count=count)
        await self.go(ChoiceScreen(self.desk, question, ((_("Void the whole basket"), self._void_all),)))

    async def _void_all(self) -> None:
        await self.desk.put(await self.desk.till.run(selling.void_basket))
        self.desk.is_taken_over = False

    async def do_stocktake(self) -> None:
        """Count stock."""
        from screens.stocktake import begin

        await begin(self)

    async def do_exempt(self) -> None:
        """Take the tax off the sale, or after a numbered choice charge it again."""
        from screens.exempting import begin

        await begin(self)

    async def do_manager(self) -> None:
        """Open the manager's menu."""
        from screens.managing import ManagerScreen

        await self.go(ManagerScreen(self))

    async def do_lock(self) -> None:
        """Leave the till to the next one."""
        await self.till_app.lock()
