"""Bugs to plant where money moves: payments by terminal, gift cards and store credit."""

from typing import Any

import msgspec

from omnipos.domain.payment import PaymentAnswer, Said
from tests.sim.bugs import bug, needs


@bug
@needs(money=0.6)
def an_approval_without_its_basket_is_forgotten() -> dict[str, Any]:
    from omnipos.services import paying
    from omnipos.services.paying import Heard

    def heard(till: Any, payment_id: str, answer: PaymentAnswer) -> Heard:
        payment = paying.one(till, payment_id)
        if (
            answer.said is Said.APPROVED
            and paying.baskets.basket_by_id(till.store.books, payment.basket_id) is None
        ):
            return paying.ended_unpaid(till, payment, paying.PaymentOutcome.CANCELLED, "")
        return original(till, payment_id, answer)

    original = paying.heard
    return {"omnipos.services.paying.heard": heard}


@bug
@needs(money=0.6)
def an_unanswered_payment_counts_as_declined() -> dict[str, Any]:
    from omnipos.services import paying

    def heard(till: Any, payment_id: str, answer: PaymentAnswer) -> Any:
        if answer.said is Said.UNANSWERED:
            answer = msgspec.structs.replace(answer, said=Said.DECLINED)
        elif paying.one(till, payment_id).state is paying.PaymentState.DECLINED:
            return paying.Heard(payment=paying.one(till, payment_id))
        return original(till, payment_id, answer)

    original = paying.heard
    return {"omnipos.services.paying.heard": heard}


@bug
@needs(money=0.6)
def nobody_hears_of_an_overspent_balance() -> dict[str, Any]:
    return {"hub.accounts._look_over": lambda *_args: None}


@bug
@needs(money=0.6)
def a_balance_moves_by_the_last_sale_only() -> dict[str, Any]:
    from hub import accounts

    def post(unit: Any, postings: Any) -> int:
        return original(unit, postings[-1:])

    original = accounts.post
    return {"hub.accounts.post": post}


@bug
@needs(money=0.6)
def a_tills_own_spending_is_subtracted_for_ever() -> dict[str, Any]:
    from omnipos.store import accounts

    def standing_of(db: Any, kind: Any, account_id: str, currency: str) -> Any:
        standing = original(db, kind, account_id, currency)
        query = "SELECT coalesce(sum(amount_minor), 0) FROM account_move WHERE kind = ? AND account_id = ?"
        (moved,) = db.execute(query, (kind.value, account_id)).fetchone()
        return msgspec.structs.replace(standing, unsent_minor=moved)

    original = accounts.standing_of
    return {"omnipos.store.accounts.standing_of": standing_of}


@bug
@needs(money=0.8)
def nobody_hears_of_goods_that_came_back_twice() -> dict[str, Any]:
    return {"hub.returns._check": lambda *_args: None}


@bug
@needs(money=0.8)
def late_sales_count_into_the_open_shift() -> dict[str, Any]:
    from omnipos.store import shifts

    def open_shift(db: Any) -> Any:
        now = original(db)
        return msgspec.structs.replace(now, shift="1") if now.shift else now

    original = shifts.open_shift
    return {"omnipos.store.shifts.open_shift": open_shift}
