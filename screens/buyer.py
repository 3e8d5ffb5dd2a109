"""The buyer's tax data: asked for when a customer wants a tax invoice; saved empty it is taken off."""

from omnipos.domain import buyer as rules
from omnipos.domain.basket import Basket
from omnipos.locale import _
from omnipos.services import buying
from screens.desk import Desk
from screens.forms import Form
from screens.widgets.entry import Entry


class BuyerScreen(Form):
    """Asks for number, name, address and e-mail, what was given already standing in them."""

    def __init__(self, desk: Desk, basket: Basket) -> None:
        """Begin with what the basket has."""
        known = rules.kinds_of(desk.shop.country if desk.shop else "")
        self._kinds = [rules.KIND_WORDS[one] for one in known]
        words = (_("Kind"), _("Tax number"), _("Name"), _("Address"), _("E-mail"))
        width = max(map(len, words))
        labels = [word.ljust(width) for word in words]
        self._kind = Entry(" / ".join(self._kinds), label=labels[0], longest=6)
        self._number = Entry(label=labels[1], longest=rules.LONGEST_NUMBER)
        self._called = Entry(_("as on the tax invoice"), label=labels[2], longest=rules.LONGEST_NAME)
        self._address = Entry(label=labels[3], longest=rules.LONGEST_ADDRESS)
        self._email = Entry(label=labels[4], longest=rules.LONGEST_EMAIL)
        kind = (self._kind,) if len(known) > 1 else ()
        fields = (*kind, self._number, self._called, self._address, self._email)
        super().__init__(
            desk, fields, _("Buyer's tax data"), _("For the tax invoice; nothing typed takes it off.")
        )
        if given := basket.buyer:
            self._kind.put(rules.KIND_WORDS[given.kind])
            self._number.put(given.number)
            self._called.put(given.name)
            self._address.put(given.address)
            self._email.put(given.email)

    async def send(self) -> None:
        """Put the buyer on the basket, or take them off."""
        desk = self.desk
        typed = [one.text.strip() for one in (self._number, self._called, self._address, self._email)]
        if any(typed):
            view = await desk.till.run(buying.give, self._kind.text, *typed)
        else:
            view = await desk.till.run(buying.take_off)
        await desk.put(view)
        await self.close()
