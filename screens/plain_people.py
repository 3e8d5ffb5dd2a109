"""Customers in the plain counter: found by phone or name, added with their consent read out, taken away."""

from functools import partial

import msgspec

from omnipos.domain.customer import Customer, CustomerDraft, CustomerEdit, Purpose
from omnipos.domain.errors import CustomerRefused
from omnipos.domain.phone import display
from omnipos.locale import _
from omnipos.services import correcting, recognising, selling
from screens.plain_talk import Answer, Talk
from screens.plain_words import card_words

MOST_CHOICES = 5


def customer(talk: Talk, rest: str) -> Answer:
    """`customer PHONE` or a name, `none`, `add NAME, PHONE`, `edit FIELD VALUE`, and alone for the card."""
    verb, _space, behind = rest.partition(" ")
    match verb.casefold():
        case "":
            return _say_card(talk)
        case "none":
            talk.till.call(selling.attach_customer, "")
            return Answer(say=_("No customer stands beside the basket now."))
        case "add":
            return _add(talk, behind)
        case "edit":
            return _edit(talk, behind)
        case _:
            return _find(talk, rest)


def attach(talk: Talk, customer_id: str) -> Answer:
    """Put a customer beside the basket and read the card out."""
    talk.till.call(selling.attach_customer, customer_id)
    return _say_card(talk)


def _say_card(talk: Talk) -> Answer:
    till = talk.till
    view = till.call(selling.current)
    if view.customer is None:
        raise CustomerRefused(_("No customer stands beside the basket. Type customer and a phone number."))
    card = till.call(recognising.card, view.customer.customer_id)
    shop = till.call(lambda own: own.shop())
    return Answer(
        say=card_words(card, shop, till.clock.now_ms()),
        more={
            "card": {
                "customer": msgspec.to_builtins(card.customer),
                "orders": [one.number for one in card.orders],
                "as_of_ms": card.as_of_ms,
            }
        },
    )


def _edit(talk: Talk, text: str) -> Answer:
    view = talk.till.call(selling.current)
    if view.customer is None:
        raise CustomerRefused(_("No customer stands beside the basket. Type customer and a phone number."))
    field, _space, value = text.partition(" ")
    edit = _edit_of(field.casefold(), value.strip())
    if edit is None:
        raise CustomerRefused(
            _("Type what to change: customer edit name Sarah, or phone, email, or offers yes or no.")
        )
    talk.till.call(correcting.correct, view.customer.customer_id, edit)
    return _say_card(talk)


def _edit_of(field: str, value: str) -> CustomerEdit | None:
    match field, value.casefold():
        case "name", _name:
            return CustomerEdit(name=value)
        case "phone", _phone:
            return CustomerEdit(phone=value)
        case "email", _email:
            return CustomerEdit(email=value)
        case "offers", "yes" | "no" as said:
            return CustomerEdit(answers={Purpose.MARKETING: said == "yes"})
        case _:
            return None


def _find(talk: Talk, text: str) -> Answer:
    found = talk.till.call(recognising.find, text, MOST_CHOICES)
    if not found:
        raise CustomerRefused(
            _("No customer answers to “{text}”. Type customer add NAME, PHONE to add one.").format(
                text=text[:40]
            )
        )
    if len(found) == 1:
        return attach(talk, found[0].customer_id)
    talk.ask(
        _("Several customers answer to “{text}”.").format(text=text[:40]),
        [(_named(one), partial(attach, talk, one.customer_id)) for one in found],
    )


def _named(found: Customer) -> str:
    return _("take {name}, {phone}").format(name=found.name, phone=display(found.phone))


def _add(talk: Talk, text: str) -> Answer:
    parts = [part.strip() for part in text.split(",")]
    agreed = tuple(Purpose(word) for word in parts[-1].split() if word in set(Purpose))
    if agreed and len(agreed) == len(parts[-1].split()):
        parts = parts[:-1]
    else:
        agreed = ()
    if len(parts) < 2 or not all(parts):
        raise CustomerRefused(_("Type the name, a comma and the phone: customer add Sarah, 0812 3456 7890."))
    name, phone = ", ".join(parts[:-1]), parts[-1]
    if agreed:
        return _added(talk, name, phone, agreed)
    shop = talk.till.call(lambda till: till.shop())
    talk.ask(
        _("Ask {name}: may {shop} keep your card and purchases, and may it send you offers?").format(
            name=name, shop=shop.name
        ),
        [
            (_("keep the card only"), partial(_added, talk, name, phone, (Purpose.SERVICE,))),
            (_("keep the card and send offers"), partial(_added, talk, name, phone, tuple(Purpose))),
            (_("go on without a card"), _without_card),
        ],
    )


def _added(talk: Talk, name: str, phone: str, agreed: tuple[Purpose, ...]) -> Answer:
    draft = CustomerDraft(name=name, phone=phone, agreed=agreed)
    return attach(talk, talk.till.call(recognising.add, draft).customer_id)


def _without_card() -> Answer:
    return Answer(say=_("No card is kept. The sale goes on without one."))
