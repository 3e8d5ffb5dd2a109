"""A payment made on the card terminal: what its slip shows, never a card number."""

from collections.abc import Awaitable, Callable

from omnipos.domain.money import format_amount, parse_money
from omnipos.domain.tender import CardSlip
from omnipos.locale import _
from screens.desk import Desk
from screens.forms import Form
from screens.widgets.entry import Entry


class CardScreen(Form):
    """Asks for the slip's fields; what was typed stays when it is refused."""

    def __init__(
        self,
        desk: Desk,
        amount_minor: int | None,
        tender: Callable[[int, CardSlip], Awaitable[None]],
    ) -> None:
        """Ask for a payment of all that is due, or of the sum typed before."""
        self._tender = tender
        due_minor = desk.view.due.due_minor if desk.view else 0
        self._amount = Entry(label=_("Amount       "), longest=20)
        self._amount.suggest(
            format_amount(due_minor if amount_minor is None else amount_minor, desk.currency)
        )
        self._approval = Entry(_("needed"), label=_("Approval code"), longest=24)
        self._acquirer = Entry(_("the bank on the slip"), label=_("Acquirer     "), longest=24)
        self._scheme = Entry(_("Visa, GPN, QRIS …"), label=_("Scheme       "), longest=24)
        self._trace = Entry(label=_("Trace no.    "), longest=24)
        self._last_four = Entry(_("never the whole number"), label=_("Last four    "), longest=4)
        fields = (
            self._amount,
            self._approval,
            self._acquirer,
            self._scheme,
            self._trace,
            self._last_four,
        )
        super().__init__(desk, fields, _("Card payment"), _("Only after the terminal has approved it."))
        self.choose(1)

    async def send(self) -> None:
        """Take the payment."""
        slip = CardSlip(
            approval_code=self._approval.text.strip(),
            acquirer=self._acquirer.text.strip(),
            scheme=self._scheme.text.strip(),
            trace_number=self._trace.text.strip(),
            last_four=self._last_four.text.strip(),
        )
        await self._tender(parse_money(self._amount.text, self.desk.currency), slip)
        await self.close()
