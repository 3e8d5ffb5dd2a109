"""Correcting a customer's card: name, phone, e-mail, and whether offers may be sent."""

from omnipos.domain.customer import PURPOSE_WORDS, Customer, CustomerEdit, Purpose
from omnipos.domain.phone import display
from omnipos.locale import _
from omnipos.services import correcting
from screens.desk import Desk
from screens.forms import Form, Tick
from screens.widgets.entry import Entry


class EditCustomerScreen(Form):
    """Asks for what is to stand on the card; what is left as it is changes nothing."""

    def __init__(self, desk: Desk, customer: Customer) -> None:
        """Begin with what stands on the card."""
        self._customer = customer
        labels = _("Name"), _("Phone"), _("E-mail")
        width = max(len(one) for one in labels)
        name, phone, email = (one.ljust(width) for one in labels)
        self._who = Entry(label=name, longest=80)
        self._who.put(customer.name)
        self._phone = Entry(label=phone, longest=24)
        self._shown_phone = display(customer.phone) if customer.phone else ""
        self._phone.put(self._shown_phone)
        self._email = Entry(label=email, longest=254)
        self._email.put(customer.email)
        agrees = _("The customer agrees: {purpose}")
        self._offers = Tick(agrees.format(purpose=_(PURPOSE_WORDS[Purpose.MARKETING])))
        self._offers.is_on = any(one.given for one in customer.consents if one.purpose is Purpose.MARKETING)
        self._had_offers = self._offers.is_on
        super().__init__(desk, (self._who, self._phone, self._email, self._offers), _("Correct the card"))

    async def send(self) -> None:
        """Correct the card and show it as it is now."""
        phone, offers = self._phone.text.strip(), self._offers.is_on
        edit = CustomerEdit(
            name=self._who.text,
            phone=None if phone == self._shown_phone else phone,
            email=self._email.text,
            answers={} if offers is self._had_offers else {Purpose.MARKETING: offers},
        )
        customer_id = self._customer.customer_id
        await self.desk.till.run(correcting.correct, customer_id, edit)
        await self.desk.open_basket()
        await self.desk.look_at_card(customer_id)
        await self.close()
