"""Approvals in the plain counter: asked for in the store, answered, and the journal of those given."""

from functools import partial

import msgspec

from omnipos.domain.approval import ApprovalState
from omnipos.domain.errors import BasketRefused, EntryRefused, WordNeeded
from omnipos.domain.money import format_money
from omnipos.domain.rightwords import right_words
from omnipos.domain.staff import Right
from omnipos.locale import _, ngettext
from omnipos.services import approving, badging, queueing
from omnipos.services.approving import Word
from omnipos.services.queueing import ApprovalShown
from screens.plain_talk import Answer, Talk
from screens.plain_words import time_words

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.5


def ask_manager(talk: Talk, _rest: str) -> Answer:
    """`ask-manager` sends what the line before was refused for to the managers' queue, and waits for it."""
    act, needed = talk.refused_before, talk.needed
    if act is None or needed is None:
        raise BasketRefused(_("Nothing waits for a manager's word. Type first what is to be allowed."))
    talk.refused = act
    right = needed.right or Right.OVERRIDE
    approval_id = talk.till.call(queueing.ask, right, needed.reason)
    waited = 0.0
    while waited < PATIENCE_S:
        ticket: Word | None = talk.till.call(queueing.heard, approval_id)
        if ticket is not None:
            talk.refused = None
            try:
                return act(ticket)
            finally:
                # Where the action was refused after all, the word is kept for no other.
                talk.till.call(approving.forget, ticket)
        talk.pause(LOOK_EVERY_S)
        waited += LOOK_EVERY_S
    talk.till.call(queueing.withdraw, approval_id)
    raise WordNeeded(_("No manager answered in time. Nothing was changed; ask again."), right, needed.reason)


def list_approvals(talk: Talk, _rest: str) -> Answer:
    """`approvals` lists what waits for a manager, then who allowed what, when and for whom."""
    return talk.allowing(partial(_say_approvals, talk))


def _say_approvals(talk: Talk, word: Word) -> Answer:
    waiting = talk.till.call(queueing.waiting)
    said = [
        ngettext("{count} approval waits.", "{count} approvals wait.", len(waiting)).format(
            count=len(waiting)
        )
    ]
    said += [f"{number}: {_asked_words(one, _currency(talk))}" for number, one in enumerate(waiting, start=1)]
    if waiting:
        said.append(_("Type grant or refuse and the number."))
    past = talk.till.call(queueing.past, word)
    said += [_past_words(talk, one) for one in past]
    more: dict[str, object] = {
        "waiting": [_shape(one) for one in waiting],
        "approvals": [_shape(one) for one in past],
    }
    return Answer(say=" ".join(said), more=more)


def grant(talk: Talk, rest: str) -> Answer:
    """`grant N` allows once what a till of the store asks for, by its number in the list."""
    return _answer(talk, rest, granted=True)


def refuse(talk: Talk, rest: str) -> Answer:
    """`refuse N` refuses it."""
    return _answer(talk, rest, granted=False)


def list_staff(talk: Talk, _rest: str) -> Answer:
    """`staff` says who works here, for who may see it."""
    return talk.allowing(partial(_say_staff, talk))


def _say_staff(talk: Talk, word: Word) -> Answer:
    people = talk.till.call(badging.people, word)
    said = [_("{count} people work here.").format(count=len(people))]
    said += [f"{one.name}, {one.role_name or one.role}." for one in people]
    shown = [{"name": one.name, "role": one.role, "has_badge": bool(one.badge_id)} for one in people]
    return Answer(say=" ".join(said), more={"staff": shown})


def _answer(talk: Talk, rest: str, *, granted: bool) -> Answer:
    waiting = talk.till.call(queueing.waiting)
    if not (rest.isascii() and rest.isdigit() and 1 <= int(rest) <= len(waiting)):
        raise EntryRefused(_("Type grant or refuse and a number of the list; approvals lists them."))
    approval_id = waiting[int(rest) - 1].case.approval_id
    text = _("Allowed once. Till {number} does it now.") if granted else _("Refused. Till {number} is told.")

    def do(word: Word) -> Answer:
        one = talk.till.call(queueing.answer, approval_id, granted=granted, word=word)
        return Answer(say=text.format(number=one.case.till_number))

    return talk.allowing(do)


def _currency(talk: Talk) -> str:
    return talk.till.call(lambda till: till.shop()).currency


def _asked_words(one: ApprovalShown, currency: str) -> str:
    return _("Till {number}, {name}: {right}. {reason}. Total {total}.").format(
        number=one.case.till_number,
        name=one.asked_by,
        right=right_words(one.case.right),
        reason=one.case.reason.rstrip("."),
        total=format_money(one.case.total_minor, currency),
    )


def _past_words(talk: Talk, one: ApprovalShown) -> str:
    case = one.case
    text = (
        _("{time}, till {number}: {name} refused {asker} {right}: {reason}.")
        if case.state is ApprovalState.REFUSED
        else _("{time}, till {number}: {name} allowed {asker} {right}: {reason}.")
    )
    shop = talk.till.call(lambda till: till.shop())
    return text.format(
        time=time_words(case.at_ms, shop, talk.till.clock.now_ms()),
        number=case.till_number,
        name=one.answered_by,
        asker=one.asked_by,
        right=right_words(case.right),
        reason=case.reason.rstrip("."),
    )


def _shape(one: ApprovalShown) -> dict[str, object]:
    names: dict[str, object] = {"asked_by_name": one.asked_by, "answered_by_name": one.answered_by}
    return msgspec.to_builtins(one.case) | names  # type: ignore[no-any-return]
