"""Who allows goods to come back: asked once for each sale, and kept with its lines."""

from collections.abc import Sequence

import msgspec

from omnipos.domain.basket import Basket
from omnipos.domain.errors import WordNeeded
from omnipos.domain.returned import ReturnOf
from omnipos.domain.staff import Approval, Right
from omnipos.locale import _
from omnipos.services import approving
from omnipos.services.approving import Allowed, Word
from omnipos.services.till import Till


def allow_lines(
    till: Till, found: tuple[str, str], before: Basket, after: Basket, asked: tuple[str, str, Word]
) -> Basket:
    """Return a basket with the lines that have come to it since `before`, and who allowed them to come back.

    `found` is the id and number of their sale; what was allowed for it in this basket stays allowed. Asked
    are why it takes another word, nothing for an ordinary return, the reason, and the word itself.
    Raises WordNeeded.
    """
    sale_id, number = found
    why, reason, word = asked
    known = _allowed_before(before, sale_id)
    rights = (*(() if known else (Right.RETURN,)), *((Right.RETURN_FREELY,) if why else ()))
    what = _("Return of {number}").format(number=number) if number else _("Return without a receipt")
    if known or till.someone().may(Right.RETURN):
        what = ""
    given = _asked(till, rights, what, why, (reason, word))
    allowed = known or given.by_another(Right.RETURN)
    approval = given.approval(Right.RETURN_FREELY) if why else None
    marked = _marked(after, before.next_line_id, allowed=allowed, approval=approval)
    return _brought(marked, before.next_line_id, given.staff.staff_id)


def allow_money(till: Till, basket: Basket, why: str, word: Word) -> tuple[Basket, Allowed]:
    """Return a basket whose money may go back, and who allows that; `why` is said of free cash.

    Who may not take goods back is asked for lines that another brought, and for a deposit. Raises WordNeeded.
    """
    back = [line.returned for line in basket.lines if line.returned is not None]
    is_allowed = bool(back) and all(one.allowed for one in back)
    rights = (*(() if is_allowed else (Right.RETURN,)), *((Right.REFUND_CASH,) if why else ()))
    what = "" if is_allowed or till.someone().may(Right.RETURN) else _("Giving money back")
    given = _asked(till, rights, what, why, (why, word), of=basket.basket_id)
    if not back:
        approving.hold(till, given, Right.RETURN, basket.basket_id)
    return _marked(basket, 0, allowed=given.by_another(Right.RETURN)), given


def _marked(basket: Basket, first_line_id: int, **words: Approval | None) -> Basket:
    """Return a basket whose lines that come back, from one on, name who allowed it."""
    named = {name: word for name, word in words.items() if word is not None}
    lines = tuple(
        msgspec.structs.replace(line, returned=_named(line.returned, named))
        if line.returned is not None and line.line_id >= first_line_id
        else line
        for line in basket.lines
    )
    return msgspec.structs.replace(basket, lines=lines) if named else basket


def _brought(basket: Basket, first_line_id: int, staff_id: str) -> Basket:
    """Return a basket whose lines that come back, from one on, say who took them back.

    They stand behind them, whoever finishes the basket.
    """
    lines = tuple(
        msgspec.structs.replace(line, returned=msgspec.structs.replace(line.returned, brought_by=staff_id))
        if line.returned is not None and line.line_id >= first_line_id
        else line
        for line in basket.lines
    )
    return msgspec.structs.replace(basket, lines=lines)


def _named(back: ReturnOf, words: dict[str, Approval]) -> ReturnOf:
    return msgspec.structs.replace(back, **{n: one for n, one in words.items() if getattr(back, n) is None})


def _allowed_before(basket: Basket, sale_id: str) -> Approval | None:
    found = (line.returned for line in basket.lines if line.returned is not None)
    return next((one.allowed for one in found if sale_id and one.sale_id == sale_id and one.allowed), None)


def _asked(
    till: Till, rights: Sequence[Right], what: str, why: str, asked: tuple[str, Word], of: str = ""
) -> Allowed:
    reason, word = asked
    try:
        return approving.allowed(till, rights, what, word, reason=reason, of=of)
    except WordNeeded as needed:
        raise WordNeeded(f"{why} {needed}".strip(), needed.right, needed.reason) from None
