"""Adding a customer at the till: name, phone, and each consent asked by itself."""

from omnipos.domain.customer import PURPOSE_WORDS, CustomerDraft, Purpose
from omnipos.locale import _
from omnipos.services import recognising, selling
from screens.desk import Desk
from screens.forms import Form, Tick
from screens.widgets.entry import Entry


class AddCustomerScreen(Form):
    """Asks for a new customer; the card then stands beside the basket."""

    def __init__(self, desk: Desk, *, phone: str = "", name: str = "") -> None:
        """Begin with what was typed in the search."""
        self._who = Entry(label=_("Name "), longest=80)
        self._who.put(name)
        self._phone = Entry(label=_("Phone"), longest=24)
        self._phone.put(phone)
        agrees = _("The customer agrees: {purpose}")
        self._ticks = {one: Tick(agrees.format(purpose=_(words))) for one, words in PURPOSE_WORDS.items()}
        intro = _("Ask aloud for each consent; the space bar ticks it. Without the first no card is kept.")
        super().__init__(desk, (self._who, self._phone, *self._ticks.values()), _("New customer"), intro)
        if name and not phone:
            self.choose(1)

    async def send(self) -> None:
        """Add the customer and put the card beside the basket."""
        agreed: tuple[Purpose, ...] = tuple(one for one, tick in self._ticks.items() if tick.is_on)
        draft = CustomerDraft(name=self._who.text, phone=self._phone.text, agreed=agreed)
        till = self.desk.till
        customer = await till.run(recognising.add, draft)
        await self.desk.put(await till.run(selling.attach_customer, customer.customer_id))
        await self.close()
