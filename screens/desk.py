"""What all screens of the counter share: the till, and the basket, shop and status as last seen."""

from omnipos.config import Settings
from omnipos.domain.errors import CustomerRefused, DomainError
from omnipos.domain.sale import Sale
from omnipos.domain.shop import Shop
from omnipos.services import finding, pricedesk, queueing, recognising, selling, watching
from omnipos.services.recognising import CustomerCard
from omnipos.services.selling import BasketView
from omnipos.services.till import Till
from omnipos.services.watching import SaleStanding, TillStatus
from screens import times


class Desk:
    """The counter's own picture of the till; screens paint it and never ask the store themselves."""

    def __init__(self, till: Till, settings: Settings) -> None:
        """Begin knowing nothing yet."""
        self.till = till
        self.settings = settings
        self.shop: Shop | None = None
        self.status: TillStatus | None = None
        self.view: BasketView | None = None
        self.card: CustomerCard | None = None
        self.has_goods = True
        self.approvals_waiting = 0
        """How many approvals wait in the store that who is signed in may answer."""
        self.baskets_offered: set[tuple[str, int]] = set()
        """Baskets at other tills that were offered here: each is offered once."""
        self.is_taken_over = False
        """Somebody signed in over a basket with something in it; its first tender asks."""

    @property
    def currency(self) -> str:
        """The shop's currency, as a code."""
        return self.shop.currency if self.shop else "IDR"

    @property
    def zone(self) -> str:
        """The shop's time zone."""
        return self.shop.time_zone if self.shop else "UTC"

    @property
    def idle_lock_s(self) -> int:
        """How many idle seconds lock the till: as the store says, else as set here."""
        wanted = self.shop.staff.idle_lock_s if self.shop else None
        return self.settings.idle_lock_s if wanted is None else wanted

    @property
    def locks_after_sale(self) -> bool:
        """Whether the store has its tills lock behind each finished sale."""
        return self.shop is not None and self.shop.staff.lock_after_sale

    @property
    def takes_foreign(self) -> bool:
        """Whether the shop takes cash of other currencies."""
        return self.shop is not None and bool(self.shop.foreign)

    @property
    def now_ms(self) -> int:
        """The time, UTC."""
        return self.till.clock.now_ms()

    @property
    def asks_before_tender(self) -> bool:
        """Whether the first tender needs a numbered choice: a reflex must not pay this basket."""
        if self.view is None or self.view.basket.tenders or not self.view.basket.lines:
            return False
        return self.view.basket.guarded or self.is_taken_over

    def standing_of(self, sale: Sale | None) -> SaleStanding:
        """Return where the sale finished last is, as far as was seen."""
        if sale is None or self.status is None or self.status.last_sale != sale.receipt_number:
            return SaleStanding.ON_DISK
        return self.status.last_sale_standing

    def clock(self, at_ms: int) -> str:
        """Return a time as the shop's clock shows it."""
        return times.clock(at_ms, self.zone)

    async def load(self) -> None:
        """Look at the shop and at how the till stands; a till that never met its hub has no shop yet."""
        try:
            self.shop = await self.till.run(Till.shop)
        except DomainError:
            self.shop = None
        self.has_goods = await self.till.run(finding.has_goods)
        await self.look()

    async def look(self) -> None:
        """Look at how the till stands."""
        self.status = await self.till.run(watching.status)
        self.approvals_waiting = await self.till.run(queueing.count_for_me)

    async def open_basket(self) -> BasketView:
        """Look at the basket on the counter and return it."""
        return await self.put(await self.till.run(selling.current))

    async def keep_priced(self) -> None:
        """Show the basket at the prices of now: an hour or midnight may strike while it waits."""
        has_moved = await self.till.run(pricedesk.has_moved)
        view = self.view
        if has_moved and view is not None and view.basket.lines and not view.basket.tenders:
            await self.open_basket()

    async def put(self, view: BasketView) -> BasketView:
        """Show a basket from now on, with its customer's card."""
        self.view = view
        wanted = view.customer.customer_id if view.customer else ""
        known = self.card.customer.customer_id if self.card else ""
        if wanted != known:
            await self.look_at_card(wanted)
        return view

    async def look_at_card(self, customer_id: str) -> None:
        """Fetch the card of a customer again; an empty id is nobody."""
        self.card = None
        if customer_id:
            try:
                self.card = await self.till.run(recognising.card, customer_id)
            except CustomerRefused:
                return

    def try_now(self) -> None:
        """Ask for a try to reach the hub and the printer; nothing waits for it."""
        self.till.syncing.try_now()
        self.till.printing.nudge()
