"""Finding a customer by phone, last four digits or name, while it is typed."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work

from omnipos.domain.customer import Customer
from omnipos.domain.phone import display, looks_like_phone
from omnipos.locale import _, later
from omnipos.services import recognising, selling
from screens.commands import BACK, Command
from screens.desk import Desk
from screens.lists import WIDTH, ListScreen
from screens.widgets.cells import Row, between, drawn
from screens.widgets.entry import Entry

SHOWN = 8


class CustomersScreen(ListScreen):
    """Puts a customer beside the basket, or leads to adding one."""

    COMMANDS_HERE: ClassVar[Sequence[Command]] = (
        Command("enter", later("Take"), "take", later("Put this customer beside the basket")),
        Command("f5", later("New"), "new", later("Add a customer")),
        Command("f6", later("Card"), "card", later("Show the card of the customer beside the basket")),
        Command("f8", later("Nobody"), "nobody", later("Take the customer away from the basket")),
        BACK,
    )

    def __init__(self, desk: Desk) -> None:
        """Begin with nothing typed."""
        hint = _("phone, its last four digits, or part of the name")
        entry = Entry(hint, label=_("Find"), longest=60)
        super().__init__(desk, _("Customer"), entry=entry)
        self._find = entry
        self._found: Sequence[Customer] = ()
        self._found_for = ""

    def rows(self) -> Sequence[Row]:
        """Return who was found, with phone and tier."""
        return [self._row(one) for one in self._found]

    def _row(self, one: Customer) -> Row:
        name = drawn(one.name) + (f" · {drawn(one.tier)}" if one.tier else "")
        return ((between(f" {name}", f"{display(one.phone)} ", WIDTH - 1), "plain"),)

    def show(self) -> None:
        """Paint who was found, or what to do when nobody is."""
        text = self._find.text.strip()
        empty = (
            _("Nobody is called or reached like this. F5 adds a customer.") if text else _("Type to find.")
        )
        self.lines.show(self.rows(), empty=empty)
        super().show()

    def edited(self) -> None:
        """Look again at each key; only the latest answer is shown."""
        self._look_while_typing(self._find.text)

    @work(group="find", exclusive=True)
    async def _look_while_typing(self, text: str) -> None:
        await self._look(text)

    async def _look(self, text: str) -> None:
        found = await self.desk.till.run(recognising.find, text, SHOWN) if text.strip() else []
        if text == self._find.text:
            self._found, self._found_for = found, text
            self.lines.chosen = 0
            self.show()

    async def do_take(self) -> None:
        """Put the chosen customer beside the basket."""
        if self._found_for != self._find.text:
            await self._look(self._find.text)
        if self._found:
            await self._put_beside(self._found[max(self.lines.chosen, 0)].customer_id)
        elif self._find.text.strip():
            await self.do_new()

    async def do_nobody(self) -> None:
        """Take the customer away."""
        await self._put_beside("")

    async def _put_beside(self, customer_id: str) -> None:
        await self.desk.put(await self.desk.till.run(selling.attach_customer, customer_id))
        await self.till_app.back(self)

    async def do_new(self) -> None:
        """Add a customer with what was typed."""
        from screens.customer_add import AddCustomerScreen

        text = self._find.text.strip()
        phone = text if looks_like_phone(text) else ""
        await self.till_app.back(self)
        await self.till_app.go(AddCustomerScreen(self.desk, phone=phone, name="" if phone else text))

    async def do_card(self) -> None:
        """Show the whole card."""
        from screens.customer import CustomerScreen

        if self.desk.card is None:
            self.say(_("No customer is beside the basket yet."), "warn")
        else:
            await self.go(CustomerScreen(self.desk))
