"""The plain counter: the till as a line-by-line conversation for screen readers, slow lines and scripts."""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from io import TextIOWrapper, UnsupportedOperation
from typing import TextIO, assert_never

import msgspec

from omnipos.config import Settings
from omnipos.domain.badge import is_badge
from omnipos.domain.cardnumber import without_card_numbers
from omnipos.domain.drawer import CashMove
from omnipos.domain.errors import DomainError, SignInRefused, WordNeeded
from omnipos.domain.names import clean_text
from omnipos.domain.sale import Sale
from omnipos.domain.staff import Right, Staff
from omnipos.locale import _
from omnipos.ports import LinkState
from omnipos.services import following, selling, signing_in
from omnipos.services.finding import (
    CouponOffer,
    CustomerOffer,
    GiftCardOffer,
    ItemOffer,
    OrderOffer,
    QuoteOffer,
    SaleOffer,
)
from omnipos.services.till import Till
from omnipos.services.watching import TillStatus, status
from screens import (
    plain_approvals,
    plain_asking,
    plain_balances,
    plain_buyer,
    plain_counting,
    plain_coupons,
    plain_discounts,
    plain_drawer,
    plain_exceptions,
    plain_following,
    plain_help,
    plain_leases,
    plain_notes,
    plain_orders,
    plain_payments,
    plain_people,
    plain_quotes,
    plain_receipts,
    plain_returns,
    plain_selling,
    plain_taxes,
    plain_training,
)
from screens.payment_words import outcome_words
from screens.plain_json import Shape, basket_shape, sale_shape
from screens.plain_talk import Answer, Talk
from screens.plain_words import basket_words, status_words

LOG = logging.getLogger(__name__)

SYNC_PATIENCE_S = 5.0
AWAY_PATIENCE_S = 2.0
LOOK_EVERY_S = 0.05
LONGEST_LINE = 1000
LONGEST_ANSWER = 1_000_000

Command = Callable[[Talk, str], Answer]

COMMANDS: dict[str, Command] = {
    "answer": plain_asking.answer,
    "qty": plain_selling.change_quantity,
    "void": plain_selling.void,
    "discount": plain_discounts.discount,
    "price": plain_discounts.price,
    "price-check": plain_discounts.say_price,
    "allow": plain_discounts.allow,
    "grant": plain_approvals.grant,
    "take-basket": plain_following.take_basket,
    "refuse": plain_approvals.refuse,
    "pay": plain_selling.pay,
    "payment": plain_payments.payment,
    "park": plain_selling.park,
    "recall": plain_selling.recall,
    "reprint": plain_selling.reprint,
    "return": plain_returns.find,
    "return-line": plain_returns.bring,
    "return-goods": plain_returns.bring_without_receipt,
    "refund": plain_returns.refund,
    "customer": plain_people.customer,
    "coupon": plain_coupons.coupon,
    "gift": plain_balances.gift,
    "pay-off": plain_balances.pay_off,
    "order": plain_orders.open_order,
    "pick": plain_orders.pick,
    "ready": plain_orders.make_ready,
    "hand-over": plain_orders.hand_over,
    "count": plain_counting.count,
    "ask": plain_leases.ask,
    "give-back": plain_leases.give_back,
    "take-over": plain_leases.take_over,
    "override": plain_leases.override,
    "exception": plain_exceptions.say_exception,
    "settle": plain_exceptions.settle,
    "receipt": plain_selling.say_receipt,
    "no-tax": plain_taxes.no_tax,
    "buyer": plain_buyer.buyer,
    "e-receipt": plain_receipts.e_receipt,
    "float": plain_drawer.count_float,
    "pay-in": plain_drawer.move(CashMove.PAID_IN),
    "pay-out": plain_drawer.move(CashMove.PAID_OUT),
    "drop": plain_drawer.move(CashMove.SAFE_DROP),
    "no-sale": plain_drawer.no_sale,
    "x": plain_drawer.say_x,
    "close": plain_drawer.close,
    "count-cash": plain_drawer.close,
    "z": plain_drawer.say_z,
    "gift-receipt": plain_selling.gift_receipt,
    "training": plain_training.training,
    "quote": plain_quotes.keep,
    "quote-recall": plain_quotes.recall,
    "quote-print": plain_quotes.print_again,
    "quote-cancel": plain_quotes.cancel,
    "deposit": plain_quotes.deposit,
    "note": plain_notes.receipt_note,
    "line-note": plain_notes.line_note,
}
ALONE: dict[str, Command] = {
    "drawer": plain_drawer.drawer,
    "basket": plain_selling.say_basket,
    "quote-list": plain_quotes.list_quotes,
    "parked": plain_selling.list_parked,
    "payments": plain_payments.list_payments,
    "orders": plain_orders.list_orders,
    "exceptions": plain_exceptions.list_exceptions,
    "approvals": plain_approvals.list_approvals,
    "baskets": plain_following.list_baskets,
    "ask-manager": plain_approvals.ask_manager,
    "staff": plain_approvals.list_staff,
}
"""Commands that take nothing behind them: `park`, but a product called `Basket small` is a product."""


class PlainCounter:
    """One conversation with a till; the same services and rules as the screens, and never a traceback."""

    def __init__(
        self,
        till: Till,
        settings: Settings,
        *,
        as_json: bool,
        out: TextIO,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Talk with a till; `pause` waits some seconds while `sync` watches the line."""
        self._till = till
        self._talk = Talk(till, settings, pause)
        self._as_json = as_json
        self._out = out
        self._pause = pause
        self._heard_ms = till.clock.monotonic_ms()
        self._locked = False
        self._sold: Sale | None = None
        """The sale that the till locked itself behind."""
        self._over = False

    @property
    def changes_training(self) -> bool:
        """Whether the conversation ended to begin training, or to end it."""
        return self._talk.changes_training

    def run(self, lines: Iterable[str]) -> int:
        """Answer line after line until `quit` or the end; return the exit status, 0."""
        for stream in (lines, self._out):
            # A serial link sends odd bytes and shows few letters; neither may end the conversation.
            if isinstance(stream, TextIOWrapper):
                with suppress(UnsupportedOperation):  # something was read from it before
                    stream.reconfigure(errors="replace")
        for line in lines:
            said = self.answer(line)
            if said is not None:
                self._out.write(f"{said}\n")
                self._out.flush()
            if self._over:
                break
        return 0

    def answer(self, line: str) -> str | None:
        """Return the answer to one line: a sentence, or with JSON one object; None for an empty line."""
        text = clean_text(line, LONGEST_LINE)
        if not text or text == "#" or text.startswith("# "):
            return self._written(Answer(say=_("Nothing was typed."))) if self._as_json else None
        try:
            found = self._understand(text)
        except WordNeeded as refusal:
            found = Answer(ok=False, say=str(refusal), more={"word_needed": True})
        except DomainError as refusal:
            found = Answer(ok=False, say=str(refusal))
        except Exception:
            LOG.exception("a line of the plain counter failed")
            found = Answer(
                ok=False,
                say=_("Something went wrong in the program. The basket and all sales are safe on disk."),
            )
        self._over = found.over
        return self._written(self._locked_behind(found))

    def _understand(self, text: str) -> Answer:
        self._lock_when_idle()
        chosen = self._talk.chosen(text)
        if is_badge(text):
            return self._take_badge(text)
        verb, _space, rest = text.partition(" ")
        verb, rest = verb.casefold(), rest.strip()
        free = self._free_command(verb, rest)
        if free:
            return free()
        if self._locked:
            raise SignInRefused(_("The till locked itself. The basket is kept. Type sign-in NAME PIN."))
        self._till.signed_in(Right.SELL)
        if chosen:
            return chosen()
        if verb in COMMANDS:
            return COMMANDS[verb](self._talk, rest)
        if verb in ALONE and not rest:
            return ALONE[verb](self._talk, rest)
        return self._enter(text)

    def _free_command(self, verb: str, rest: str) -> Callable[[], Answer] | None:
        """Return what may be asked without anybody signed in."""
        if verb == "sign-in":
            return lambda: self._sign_in(rest)
        if rest:
            return None
        alone: dict[str, Callable[[], Answer]] = {
            "sign-out": self._sign_out,
            "status": lambda: self._say_status(self._till.call(status)),
            "sync": self._sync,
            "report": partial(plain_drawer.say_report, self._talk),
            "help": plain_help.tell_all,
            "quit": _quit,
        }
        if self._sold is not None and not self._is_open():
            alone["reprint"] = partial(plain_selling.reprint_locked, self._talk, self._sold)
        return alone.get(verb)

    def _lock_when_idle(self) -> None:
        now_ms = self._till.clock.monotonic_ms()
        patience_ms = self._talk.idle_lock_s * 1000
        if patience_ms and self._till.staff and now_ms - self._heard_ms > patience_ms:
            signing_in.sign_out(self._till)
            self._locked = True
        self._heard_ms = now_ms

    def _locked_behind(self, found: Answer) -> Answer:
        """Lock behind a finished sale where the shop wants it; its receipt can still be printed again."""
        if found.sale is None or not self._till.call(Till.shop).staff.lock_after_sale:
            return found
        signing_in.sign_out(self._till)
        self._locked, self._sold = True, found.sale
        said = _("The till is locked. Type sign-in NAME PIN.")
        return msgspec.structs.replace(found, say=f"{found.say} {said}")

    def _enter(self, text: str) -> Answer:
        text, given = plain_asking.split_answers(text)
        found = plain_selling.understand(self._talk, text)
        match found:
            case ItemOffer():
                return plain_selling.ring(self._talk, found, text, given)
            case CustomerOffer(customer=customer):
                return plain_people.attach(self._talk, customer.customer_id)
            case OrderOffer(order=order):
                return plain_orders.say_order(self._talk, order)
            case SaleOffer(sale=sale):
                return plain_selling.receipt_answer(self._talk, sale)
            case CouponOffer(code=code):
                return plain_coupons.give(self._talk, code)
            case GiftCardOffer(code=code):
                return plain_balances.say_card(self._talk, code)
            case QuoteOffer(number=number):
                return plain_quotes.say_quote(self._talk, number)
            case unknown:
                raise AssertionError(f"{type(unknown).__name__} was refused before")

    def _is_open(self) -> bool:
        return self._till.staff is not None

    def _take_badge(self, code: str) -> Answer:
        """A badge signs in, or allows what the line before was refused for."""
        if self._is_open():
            return plain_discounts.allow(self._talk, code)
        person = self._till.call(signing_in.sign_in_by_badge, code)
        if not self._is_open():
            raise SignInRefused(
                _("In this shop a badge needs its PIN too: type sign-in {name} and the PIN.").format(
                    name=person.name
                )
            )
        return self._welcome(person)

    def _sign_in(self, rest: str) -> Answer:
        if is_badge(rest):
            return self._take_badge(rest)
        name, _space, pin = rest.rpartition(" ")
        if not name.strip():
            raise SignInRefused(_("Type sign-in, your name and your PIN: sign-in Sari 1234."))
        person = self._till.call(signing_in.person_named, name)
        return self._welcome(self._till.call(signing_in.sign_in, person.staff_id, pin))

    def _welcome(self, staff: Staff) -> Answer:
        self._till.call(following.arrive)
        view = self._till.call(selling.current)
        self._talk.unlocked = self._locked and not view.basket.is_empty
        self._locked = False
        said = _("{name} is signed in.").format(name=staff.name)
        return Answer(say=said if view.basket.is_empty else f"{said} {basket_words(view)}")

    def _sign_out(self) -> Answer:
        signing_in.sign_out(self._till)
        return Answer(say=_("Signed out. The basket is kept."))

    def _say_status(self, now: TillStatus) -> Answer:
        return Answer(say=status_words(now), more={"status": msgspec.to_builtins(now)})

    def _sync(self) -> Answer:
        """Try the hub now and watch the line for a short while; the wait never touches the books."""
        self._till.syncing.try_now()
        waited = 0.0
        while True:
            now = self._till.call(status)
            match now.link:
                case LinkState.ONLINE:
                    settled = not now.waiting or waited >= SYNC_PATIENCE_S
                case LinkState.AWAY | LinkState.ASKING:
                    settled = waited >= AWAY_PATIENCE_S
                case LinkState.ATTENTION:
                    settled = True
                case unknown:
                    assert_never(unknown)
            if settled:
                return self._say_status(now)
            self._pause(LOOK_EVERY_S)
            waited += LOOK_EVERY_S

    def _written(self, found: Answer) -> str:
        # A name from a shop is no command to the terminal that shows it.
        news = [outcome_words(heard) for heard in self._talk.news()]
        told = found.say if found.ok else without_card_numbers(found.say)
        said = clean_text(" ".join((*news, told)), LONGEST_ANSWER)
        if self._till.is_training:
            said = _("TRAINING:") + " " + said
        if not self._as_json:
            return said
        shape: Shape = {
            "ok": found.ok,
            "say": said,
            "error": None if found.ok else said,
            "basket": self._basket(),
            "question": plain_asking.question_shape(self._talk),
            "sale": sale_shape(found.sale) if found.sale else None,
        }
        if self._till.is_training:
            shape["training"] = True
        return msgspec.json.encode(shape | found.more).decode()

    def _basket(self) -> Shape | None:
        try:
            return basket_shape(self._till.call(selling.current))
        except DomainError:
            return None


def _quit() -> Answer:
    return Answer(say=_("Goodbye. The basket is kept."), over=True)
