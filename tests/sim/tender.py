"""Gift cards, store credit and payments by terminal in a simulated shop, the acquirer answering or not.

What people do here draws from a stream of chance of its own; a seed without such weather is as it was.
"""

from typing import TYPE_CHECKING

from omnipos.domain.errors import DomainError, WordNeeded
from omnipos.domain.payment import Payment, PaymentAnswer, PaymentState, Said
from omnipos.domain.tender import CardSlip, QrSlip, TenderKind
from omnipos.services import balances, paying, resolving, selling
from omnipos.services.tendering import Paid
from tests.sim.tills import TillMachine
from tests.sim.yard import GIFT_CARDS

if TYPE_CHECKING:
    from tests.sim.world import World

PROVIDER = "edc"


class Acquirer:
    """Who moves the money: it remembers each payment by its id, and charges none twice."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.answers: dict[str, PaymentAnswer] = {}
        self.charged: dict[str, int] = {}
        """What was taken, by payment id."""

    def charge(self, payment: Payment, *, approves: bool) -> None:
        """Take a payment or decline it; asked again it is as it was."""
        if payment.payment_id in self.answers:
            return
        said = Said.APPROVED if approves else Said.DECLINED
        card = qr = None
        if approves:
            self.charged[payment.payment_id] = payment.amount_minor
            code = f"{len(self.charged):06d}"
            if payment.kind is TenderKind.QR:
                qr = QrSlip(reference=code, acquirer="Contoh", verified=True)
            else:
                card = CardSlip(approval_code=code, last_four="4242")
        self.answers[payment.payment_id] = PaymentAnswer(said=said, card=card, qr=qr)

    def status(self, payment_id: str) -> PaymentAnswer:
        """Say what became of a payment."""
        return self.answers.get(payment_id, PaymentAnswer(said=Said.NEVER_HEARD))


def by_terminal(world: "World", till: TillMachine) -> None:
    """Ask a terminal or an acquirer for a payment; its answer comes, is lost, or comes late."""
    kind = world.money.choice((TenderKind.CARD, TenderKind.CARD, TenderKind.QR))
    due = till.till.call(selling.current).due.due_minor
    amount = due if world.money.random() < 0.7 else max(due // 2, 1)
    payment = till.till.call(paying.ask, kind, PROVIDER, amount)
    world.say(till.name, f"asks for {amount} by {kind.value}")
    reached, approves, answered = (world.money.random() < part for part in (0.9, 0.8, 0.6))
    if reached:
        world.acquirer.charge(payment, approves=approves)
    if reached and answered:
        _hear(world, till, payment.payment_id, world.acquirer.status(payment.payment_id))
    elif world.money.random() < 0.5:
        lost = PaymentAnswer(said=Said.UNANSWERED, reason="no answer")
        _hear(world, till, payment.payment_id, lost)


def ask_after(world: "World", till: TillMachine) -> None:
    """Ask what became of the payments that are open, as a till does at its start."""
    for payment in till.till.call(resolving.after_start):
        if payment.state is PaymentState.UNKNOWN:
            _hear(world, till, payment.payment_id, world.acquirer.status(payment.payment_id))


def _hear(world: "World", till: TillMachine, payment_id: str, answer: PaymentAnswer) -> None:
    heard = till.till.call(paying.heard, payment_id, answer)
    world.say(till.name, f"payment {payment_id[-6:]} {answer.said.value}: {heard.payment.state.value}")
    if heard.paid is not None:
        promise(world, till, heard.paid)


def promise(world: "World", till: TillMachine, paid: Paid) -> None:
    """Remember a sale that a cashier saw completed."""
    if paid.sale is not None:
        world.ledger.promised[paid.sale.sale_id] = paid.sale
        world.say(
            till.name, f"sold {paid.sale.receipt_number} {paid.sale.total_minor} with a tender asked for"
        )


def by_gift_card(world: "World", till: TillMachine) -> None:
    """Pay with one of the few gift cards, the same at every till."""
    paid = till.till.call(balances.pay_gift_card, world.money.choice(sorted(GIFT_CARDS)))
    world.say(till.name, f"gift card {paid.view.basket.tenders[-1].amount_minor}")
    promise(world, till, paid)


def by_credit(world: "World", till: TillMachine) -> None:
    """Pay with Sarah's store credit, or let her owe it."""
    till.till.call(selling.attach_customer, "c-sarah")
    try:
        lends = world.money.random() < 0.4
        paid = till.till.call(balances.pay_on_account if lends else balances.pay_store_credit)
    except WordNeeded:
        return
    world.say(till.name, f"Sarah's {paid.view.basket.tenders[-1].kind.value}")
    promise(world, till, paid)


def settle_all(world: "World") -> None:
    """Ask for every payment's end, once the acquirer can be reached again."""
    for till in world.tills:
        with world.at(till):
            try:
                ask_after(world, till)
            except DomainError as error:
                world.refused(till.name, "payments", error)


PAYS = (by_terminal, by_gift_card, by_credit)
"""What needs something in the basket."""
DEEDS = ((by_terminal, 4), (by_gift_card, 4), (by_credit, 3), (ask_after, 2))
