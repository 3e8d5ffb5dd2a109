"""Asking: the questions that goods put before they are rung up, one by one, and what the answers do."""

import msgspec

from omnipos.domain import asking as rules
from omnipos.domain.asking import OldEnough, Question, Wanted, WhichSerial
from omnipos.domain.catalogue import Item
from omnipos.domain.staff import Right
from omnipos.events import AgeChecked
from omnipos.locale import _
from omnipos.services import selling
from omnipos.services.selling import BasketView
from omnipos.services.till import Till
from omnipos.store import baskets, catalogue, journal
from omnipos.store.connection import transaction


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Where one item is on its way into the basket: a question is open, or it is in, or it was refused."""

    wanted: Wanted
    question: Question | None = None
    view: BasketView | None = None
    refusal: str = ""
    """Why the customer does not get it; the journal keeps that they asked."""


def begin(till: Till, item: Item, quantity_milli: int) -> Step:
    """Ring an item up, or return what it asks first. Raises DomainError when it cannot be rung up at all."""
    return _go_on(till, Wanted(item, quantity_milli))


def answer(till: Till, step: Step, text: str) -> Step:
    """Answer the open question; the last answer rings the item up, together with the age check's record.

    Raises DomainError for what is no answer; the question stays open then.
    """
    till.signed_in(Right.SELL)
    question = step.question
    assert question is not None, "only an open question is answered"
    wanted = rules.answered(step.wanted, question, text, selling.open_basket(till))
    if isinstance(question, OldEnough) and not wanted.item.answers.is_old_enough:
        return Step(wanted=wanted, refusal=_refuse(till, wanted.item, question))
    return _go_on(till, wanted)


def open_question(till: Till, wanted: Wanted) -> Question | None:
    """Return what an item asks before it can be rung up; most goods ask nothing, and no basket is read."""
    if not rules.may_ask(wanted.item):
        return None
    return selling.open_question(till, selling.open_basket(till), *wanted)


def is_answered_by_scan(till: Till, step: Step, code: str) -> bool:
    """Tell whether a scan answers the open question: a number is asked for, and no product has that code."""
    if not isinstance(step.question, WhichSerial):
        return False
    return catalogue.item_by_code(till.store.books, code) is None


def _go_on(till: Till, wanted: Wanted) -> Step:
    question = open_question(till, wanted)
    if question is not None:
        return Step(wanted=wanted, question=question)
    return Step(wanted=wanted, view=selling.ring(till, [wanted]))


def _refuse(till: Till, item: Item, question: OldEnough) -> str:
    """Keep that somebody too young asked for goods; from now on they are asked again for less, too."""
    db = till.store.books
    before = selling.open_basket(till)
    fact = AgeChecked(
        basket_id=before.basket_id,
        product_id=item.product.product_id,
        name=item.product.name,
        min_age=question.min_age,
        sold=False,
    )
    known = min(before.age_checked, question.min_age - 1)
    after = msgspec.structs.replace(before, age_checked=known)
    with transaction(db):
        baskets.save_basket(db, before, after, till.clock.now_ms())
        journal.append(db, till.stamp(), fact)
    till.syncing.nudge()
    return _("{name} is not sold to anybody under {years}. It is not in the basket; put it aside.").format(
        name=item.product.name, years=question.min_age
    )
