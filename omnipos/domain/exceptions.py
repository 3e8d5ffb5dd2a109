"""Exceptions: what a person must settle; how each kind is said, whether the data is safe, the answers."""

from typing import NamedTuple

import msgspec

from omnipos.locale import later

LONGEST_NOTE = 200


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to an exception. The owner answers at the hub, with no staff id and till number 0."""

    answer: str
    note: str
    staff_id: str
    till_number: int
    at_ms: int


class ExceptionCase(msgspec.Struct, frozen=True, kw_only=True, tag="exception"):
    """Something that a person must settle, as the hub files it.

    `number` counts all cases of the hub; 0 is a case that only this till has. `event_id` is what it
    is about. The first of `answers` settled it; those that came later are kept behind it.
    """

    number: int
    store_id: str
    device_id: str
    kind: str
    detail: str
    at_ms: int
    till_number: int = 0
    event_id: str = ""
    order_id: str = ""
    order_number: str = ""
    receipt_number: str = ""
    answers: tuple[Settlement, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nobody has answered it yet."""
        return not self.answers


class Answer(NamedTuple):
    """One way to settle an exception: its name in the journal, and how it is said."""

    code: str
    text: str


class Kind(NamedTuple):
    """One kind of exception. Without answers it goes by itself once its cause is gone."""

    sentence: str
    is_safe: bool
    answers: tuple[Answer, ...] = ()
    advice: str = ""


NOTHING_TO_DO = Answer("nothing_to_do", later("It was looked into; nothing needs to be done."))
REPORTED = Answer("reported", later("It is reported to the support."))
GOODS_BACK = Answer("goods_back", later("The goods are back in the store."))
CHARGED = Answer("charged", later("The customer paid for the goods."))
WRITTEN_OFF = Answer("written_off", later("The goods are lost and written off."))
ENTERED = Answer("entered", later("What it reports was entered by hand."))
COPY_STOPPED = Answer("copy_stopped", later("There was a copy of a till; only one still sells."))
PRINT_AGAIN = Answer("print_again", later("Print it now, marked COPY."))
TALKED_TO = Answer("talked_to", later("It was talked over with whoever did it."))
CAME_LATER = Answer("came_later", later("The sale of the card has come since."))
NOT_NEEDED = Answer("not_needed", later("The paper is not needed."))

_ASIDE = (ENTERED, REPORTED, NOTHING_TO_DO)
_JOURNAL = (COPY_STOPPED, REPORTED, NOTHING_TO_DO)
_BACKUP = (
    Answer("expected", later("The backup was put back on purpose.")),
    Answer("unexpected", later("Nobody did that; it is being looked into.")),
)
_PUT_BACK = (
    Answer("receipts_compared", later("The last paper receipts were compared; all sales are there.")),
    ENTERED,
    REPORTED,
)
_CARD = (
    Answer("corrected", later("The customer was asked and the card corrected.")),
    Answer("stands", later("The card is right as it stands.")),
)
_HANDED = (
    Answer("right_customer", later("The right customer has the goods.")),
    Answer("wrong_person", later("Somebody else has the goods.")),
)
_RIGHTS = (
    Answer("allowed_after", later("A manager agrees to it afterwards.")),
    TALKED_TO,
    REPORTED,
)
_COUPON = (
    Answer("let_stand", later("The customer keeps the discount.")),
    TALKED_TO,
    NOTHING_TO_DO,
)
_BALANCE = (
    Answer("paid_later", later("The customer paid what was missing.")),
    Answer("borne", later("The shop bears what was missing.")),
    TALKED_TO,
    NOTHING_TO_DO,
)
_PAID_TWICE = (
    Answer("paid_later", later("The customer paid what was missing.")),
    Answer("voided", later("Only one of them was a sale.")),
    COPY_STOPPED,
    REPORTED,
)
_RETURNS = (
    Answer("money_back", later("The customer gave the money back.")),
    WRITTEN_OFF,
    TALKED_TO,
    NOTHING_TO_DO,
)
_GOODS = (GOODS_BACK, CHARGED, WRITTEN_OFF)

SET_ASIDE, PRINT_FAILED, CLOCK_WRONG = "set_aside", "print_failed", "clock_wrong"
LOCAL_KINDS = (SET_ASIDE, PRINT_FAILED, CLOCK_WRONG)
"""What a till finds by itself; the hub files all other kinds."""

KINDS = {
    "order_unknown": Kind(
        later("A till worked on an online order that this store does not have."),
        True,
        (NOTHING_TO_DO, REPORTED),
    ),
    "order_step": Kind(
        later("An online order was picked or readied after it was finished."),
        True,
        (GOODS_BACK, NOTHING_TO_DO),
    ),
    "second_hand_over": Kind(later("One online order was handed over twice."), False, _GOODS),
    "hand_over_of_closed": Kind(
        later("An online order was handed over after it was cancelled. No money goes back by itself."),
        False,
        _GOODS,
    ),
    "hand_over_without_right": Kind(
        later("An online order was handed over by a till that did not hold it."),
        True,
        _HANDED,
    ),
    "hand_over_overridden": Kind(
        later("A manager let a till hand an online order over that it did not hold."),
        True,
        _HANDED,
    ),
    "override_without_role": Kind(
        later("An online order was handed over on the word of somebody who is no manager."), False, _RIGHTS
    ),
    "lease_taken_without_role": Kind(
        later("Somebody who is no manager took an online order over from another till."), True, _RIGHTS
    ),
    "sums_disagree": Kind(
        later("The sums of a receipt do not agree."),
        False,
        (Answer("compared", later("The drawer was counted and is right.")), REPORTED),
    ),
    "shift_differs": Kind(
        later("A Z report says other sums than the hub has of its shift. Both are kept."),
        False,
        (Answer("compared", later("The drawer was counted and is right.")), COPY_STOPPED, REPORTED),
    ),
    "shift_too_large": Kind(
        later("A Z report has sums that no shop handles. They are left out; the rest of it is kept."),
        False,
        (Answer("compared", later("The drawer was counted and is right.")), ENTERED, REPORTED),
    ),
    "shift_closed_twice": Kind(
        later("One shift was closed twice. Both Z reports are kept."), True, (COPY_STOPPED, REPORTED)
    ),
    "receipt_twice": Kind(
        later("One receipt number stands on two sales. Both are kept."), True, (COPY_STOPPED, REPORTED)
    ),
    "payment_twice": Kind(
        later("One payment by card or QR code stands in two sales. Both are kept."), False, _PAID_TWICE
    ),
    "coupon_overused": Kind(
        later("A coupon was used more often than it may be. The sales are kept."), True, _COUPON
    ),
    "coupon_unknown": Kind(
        later("A sale has a coupon that the hub does not have, or no more. The sale is kept."), True, _COUPON
    ),
    "gift_card_overspent": Kind(
        later("More was taken of a gift card than was on it. The sale is kept."), True, _BALANCE
    ),
    "gift_card_unknown": Kind(
        later("A sale was paid with a gift card that the hub does not have. The sale is kept."),
        True,
        (CAME_LATER, *_BALANCE),
    ),
    "deposit_overspent": Kind(
        later("More of a deposit was used than was paid on its quote. The sale is kept."), True, _BALANCE
    ),
    "store_credit_overspent": Kind(
        later("More store credit was used than the customer had. The sale is kept."), True, _BALANCE
    ),
    "account_over_limit": Kind(
        later("A customer bought on account beyond the limit. The sale is kept."), True, _BALANCE
    ),
    "balance_blocked": Kind(
        later("A balance was used that the owner had blocked. The sale is kept."), True, _BALANCE
    ),
    "return_over_sold": Kind(
        later("More of some goods came back than was sold with their receipt. Both returns are kept."),
        False,
        _RETURNS,
    ),
    "refund_over_paid": Kind(
        later("More money went back for a receipt than was paid with it."), False, _RETURNS
    ),
    "return_unknown": Kind(
        later("Goods came back with a receipt that the hub does not have."), True, _RETURNS
    ),
    "return_without_word": Kind(
        later("Goods came back without a receipt, and nobody who may allowed it."), False, _RETURNS
    ),
    "hub_restored": Kind(
        later("The hub is back from a backup. The tills send again what it lost."),
        True,
        _BACKUP,
    ),
    "till_restored": Kind(
        later("A till was put back from a backup. It goes on with new receipt numbers."), False, _PUT_BACK
    ),
    "till_parted": Kind(
        later("A till's folder was put back to an older copy. The sales of both are kept."), False, _PUT_BACK
    ),
    "till_copied": Kind(
        later("A till's folder was copied to another computer. That one is a till of its own now."),
        True,
        (COPY_STOPPED, Answer("second_till", later("Both sell on, as two tills."))),
    ),
    "customer_known": Kind(
        later("A new customer has the id of another. The other card is left as it was."),
        True,
        (Answer("added_again", later("The customer was added again.")), NOTHING_TO_DO),
    ),
    "customer_unknown": Kind(
        later("A till corrected a customer's card that the hub does not have."),
        True,
        (ENTERED, NOTHING_TO_DO),
    ),
    "customer_clash": Kind(
        later("A customer's phone or e-mail was changed in two places. The card keeps both."), True, _CARD
    ),
    "customer_phone_taken": Kind(
        later("A customer was given a phone number that another card has. It was kept aside."), True, _CARD
    ),
    "by_somebody_without_the_right": Kind(
        later("Somebody worked at a till who may not. What was done is counted; a person looks at it."),
        False,
        _RIGHTS,
    ),
    "count_in_doubt": Kind(
        later("Goods moved at another till just when they were counted."),
        True,
        (Answer("counted_again", later("The product was counted again.")), NOTHING_TO_DO),
    ),
    "unreadable_event": Kind(
        later("An entry of a till cannot be read. It is kept whole, but not counted."), True, _ASIDE
    ),
    "unknown_fact": Kind(
        later("The hub does not know an entry of a till yet. It is kept whole, but not counted."),
        True,
        _ASIDE,
    ),
    "event_failed": Kind(
        later("The hub could not work an entry of a till in. It is kept whole, but not counted."),
        True,
        _ASIDE,
    ),
    "not_allowed": Kind(
        later("An entry came from somebody who may not write it. It is kept, but not counted."), True, _ASIDE
    ),
    "revoked_till": Kind(
        later("A till without rights sent its last entries. They are kept, but not counted."), True, _ASIDE
    ),
    "same_key_other_bytes": Kind(
        later("Two entries stand at one place of a till's journal. Both are kept."), True, _JOURNAL
    ),
    "hash_broken": Kind(
        later("An entry of a till's journal was changed after it was written."), False, _JOURNAL
    ),
    "answer_without_case": Kind(
        later("Somebody settled an exception that this hub does not have."), True, (NOTHING_TO_DO, REPORTED)
    ),
    "money_without_right": Kind(
        later("Money was moved, given back or allowed by somebody who may not. It is counted."),
        False,
        _RIGHTS,
    ),
    "approved_without_role": Kind(later("Somebody allowed what they may not allow."), False, _RIGHTS),
    "settled_without_role": Kind(
        later("Somebody who is no manager settled an exception. It is still open."), True, _RIGHTS
    ),
    SET_ASIDE: Kind(
        later("The hub set an entry of this till aside. It is kept here and there, but not counted."),
        True,
        advice=later("It can be answered here once the hub's own entry has come."),
    ),
    PRINT_FAILED: Kind(later("A paper could not be printed."), True, (PRINT_AGAIN, NOT_NEEDED)),
    CLOCK_WRONG: Kind(
        later("The clocks of this till and of the hub differ."),
        True,
        advice=later("Put the wrong clock right. This goes away by itself."),
    ),
}
"""Every kind there is; a test finds the ones that the hub files and compares."""

UNKNOWN = Kind(
    later("The hub found something that this till's program does not know yet."),
    True,
    (NOTHING_TO_DO, REPORTED),
)
"""What is said of a kind that a newer hub files."""

SAFE = later("The data is safe: nothing is lost.")
UNSAFE = later("Please check: a sale, goods or money may be missing.")


def kind_of(name: str) -> Kind:
    """Return how a kind is said and settled, also for one that is not known here."""
    return KINDS.get(name, UNKNOWN)


def answer_text(kind: str, code: str) -> str:
    """Return how an answer is said; one that is not known here by its name."""
    return next((one.text for one in kind_of(kind).answers if one.code == code), code)
