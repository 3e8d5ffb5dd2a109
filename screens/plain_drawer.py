"""The drawer in the plain counter: float, cash in and out, no sale, X, the count and the Z."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from omnipos.domain.drawer import MOVE_WORDS, CashMove, parse_pieces
from omnipos.domain.errors import EntryRefused
from omnipos.domain.foreign_count import ForeignCounted, foreign_money
from omnipos.domain.money import format_amount, format_money, is_currency, parse_money
from omnipos.domain.shift import ForeignCount, ShiftReport, obstacle_words
from omnipos.domain.shift_words import float_words
from omnipos.locale import _, ngettext
from omnipos.services import kicking, shifting
from omnipos.services.approving import Word
from omnipos.services.shifting import Closing, ShiftBlocked
from screens.plain_talk import Answer, Talk


def drawer(talk: Talk, rest: str) -> Answer:
    """`drawer` says how the shift stands, as far as who asks may know."""
    now = talk.till.call(shifting.state)
    said = [_("Shift {shift}, float {amount}.").format(shift=now.shift, amount=_money(talk, now.float_minor))]
    if now.report is not None:
        amount = _money(talk, now.report.drawer.expected_minor)
        said.append(_("In the drawer should be {amount}.").format(amount=amount))
        said += _foreign_words(now.report)
    said += map(obstacle_words, now.obstacles)
    return Answer(say=" ".join(said), more={"drawer": msgspec.to_builtins(now)})


def count_float(talk: Talk, rest: str) -> Answer:
    """`float 2*100000 10*5000` counts the float into the drawer."""
    pieces = parse_pieces(_counted(rest), _code(talk))

    def keep(word: Word) -> Answer:
        now = talk.till.call(shifting.open_with_float, pieces, word)
        return Answer(say=float_words(now.float_minor, now.float_short_minor, _code(talk)))

    return talk.allowing(keep)


def _counted(rest: str) -> list[str]:
    if not rest:
        raise EntryRefused(_("Type what was counted by denomination: float 2*100000 10*5000."))
    return rest.split()


def move(what: CashMove) -> Callable[[Talk, str], Answer]:
    """Return the command that moves cash: `pay-out 20000 ice`."""
    return partial(_move, what)


def _move(what: CashMove, talk: Talk, rest: str) -> Answer:
    typed, _space, reason = rest.partition(" ")
    if not typed:
        raise EntryRefused(_("Type the sum and the reason: pay-out 20000 ice."))
    amount_minor = parse_money(typed, _code(talk))

    def do(word: Word) -> Answer:
        slip = talk.till.call(shifting.move_cash, what, amount_minor, reason, word)
        said = _("{move}: {amount}. The slip is being printed.")
        return Answer(
            say=said.format(move=_(MOVE_WORDS[what]), amount=_money(talk, amount_minor)),
            more={"cash_moved": {"move": slip.move, "amount_minor": amount_minor, "reason": slip.reason}},
        )

    return talk.allowing(do)


def no_sale(talk: Talk, rest: str) -> Answer:
    """`no-sale REASON` opens the drawer without a sale."""

    def do(word: Word) -> Answer:
        talk.till.call(kicking.no_sale, rest, word)
        return Answer(say=_("The drawer opens."))

    return talk.allowing(do)


def say_x(talk: Talk, rest: str) -> Answer:
    """`x` says what the shift comes to so far, `x print` prints it."""
    if rest and rest.casefold() != "print":
        raise EntryRefused(_("Type x, or x print."))

    def tell(word: Word) -> Answer:
        report = talk.till.call(shifting.print_x if rest else shifting.x_now, word)
        return Answer(say=_report_words(talk, report), more={"report": msgspec.to_builtins(report)})

    return talk.allowing(tell)


def say_report(talk: Talk) -> Answer:
    """`report` says what was sold in the open shift, for who may know it."""
    return talk.allowing(partial(_say_sales, talk))


def _say_sales(talk: Talk, word: Word) -> Answer:
    report = talk.till.call(shifting.sales_so_far, word)
    sums = report.takings
    said = ngettext(
        "{count} sale, total {total}, tax {tax}, cash in the drawer from sales {cash}.",
        "{count} sales, total {total}, tax {tax}, cash in the drawer from sales {cash}.",
        sums.sales,
    ).format(
        count=sums.sales,
        total=format_money(sums.total_minor, report.currency),
        tax=format_money(sums.tax_minor, report.currency),
        cash=format_money(report.cash_in_drawer_minor, report.currency),
    )
    if sums.saved_minor:
        said += " " + _("Customers saved {amount}.").format(
            amount=format_money(sums.saved_minor, report.currency)
        )
    return Answer(say=said, more={"report": msgspec.to_builtins(report)})


def close(talk: Talk, rest: str) -> Answer:
    """`close 3*100000 12*500 [left 200000] [REASON]` counts the drawer and closes the shift.

    Foreign cash stands behind its currency: `close 3*100 USD 2*10 1*5 left 0 [REASON]`.
    Over what is in the way the reason says why; behind a semicolon why it is over or short besides.
    """
    if not rest.split():
        raise EntryRefused(_("Type what was counted by denomination: close 3*100000 12*500."))
    closing = _closing(rest.split(), _code(talk))
    try:
        return talk.allowing(partial(_close, talk, closing))
    except ShiftBlocked as blocked:
        why, _sign, why_off = closing.reason.partition(";")
        forced = msgspec.structs.replace(closing, force=True, force_reason=why, reason=why_off)
        act = partial(talk.allowing, partial(_close, talk, forced))
        talk.ask(str(blocked), [(_("close it all the same"), act)])


def _closing(words: Sequence[str], own: str) -> Closing:
    """Read what was counted of each currency, what of it stays, and the reason that is said besides."""
    counts: list[ForeignCounted] = []
    reasons: list[str] = []
    for code, part in _by_currency(words, own).items():
        behind = [word for word in part if "*" not in word]
        left_minor = None
        if len(behind) > 1 and behind[0].casefold() == "left":
            left_minor, behind = parse_money(behind[1], code), behind[2:]
        pieces = parse_pieces((word for word in part if "*" in word), code)
        counts.append(ForeignCounted(currency=code, counted=pieces, left_minor=left_minor))
        reasons += behind
    return Closing(
        counted=counts[0].counted,
        left_minor=counts[0].left_minor,
        reason=" ".join(reasons),
        foreign=tuple(counts[1:]),
    )


def _by_currency(words: Sequence[str], own: str) -> dict[str, list[str]]:
    """Return what stands behind each currency; without one it is of the shop's own, which comes first."""
    parts: dict[str, list[str]] = {own: []}
    code = own
    for word, behind in zip(words, (*words[1:], ""), strict=True):
        if is_currency(word.upper()) and ("*" in behind or behind == "0"):
            code = word.upper()
            parts.setdefault(code, [])
        elif word != "0" or code == own or parts[code]:
            parts[code].append(word)
    return parts


def _close(talk: Talk, closing: Closing, word: Word) -> Answer:
    report = talk.till.call(shifting.close, closing, word)
    return Answer(say=_report_words(talk, report), more={"report": msgspec.to_builtins(report)})


def say_z(talk: Talk, rest: str) -> Answer:
    """`z` lists the closed shifts, `z 17` prints one again, marked COPY."""
    if rest:
        if not (rest.isascii() and rest.isdigit() and len(rest) < 10):
            raise EntryRefused(_("Type z for the closed shifts, or z 17 to print one again."))
        return talk.allowing(partial(_print_again, talk, int(rest)))
    return talk.allowing(partial(_list_closed, talk))


def _print_again(talk: Talk, count: int, word: Word) -> Answer:
    report = talk.till.call(shifting.reprint_z, count, word)
    said = _("{number} is printed again, marked COPY.").format(number=report.number)
    return Answer(say=said, more={"report": msgspec.to_builtins(report)})


def _list_closed(talk: Talk, word: Word) -> Answer:
    found = talk.till.call(shifting.latest, 20, word)
    said = " ".join(_report_words(talk, one) for one in found) or _("No shift was closed yet.")
    return Answer(say=said, more={"shifts": [msgspec.to_builtins(one) for one in found]})


def _report_words(talk: Talk, report: ShiftReport) -> str:
    said = _("{sales} sales, total {total}, in the drawer should be {expected}.").format(
        sales=report.takings.sales,
        total=_money(talk, report.takings.total_minor),
        expected=_money(talk, report.drawer.expected_minor),
    )
    if not report.number:
        return " ".join((said, *_foreign_words(report)))
    counted = _("Counted {counted}, difference {difference}.").format(
        counted=_money(talk, report.counted_minor), difference=_money(talk, report.difference_minor)
    )
    return " ".join((f"{report.number}: {said} {counted}", *map(_count_words, report.foreign_counted or ())))


def _foreign_words(report: ShiftReport) -> list[str]:
    """Say what should be in the drawer of other currencies, where there is any."""
    there = ", ".join(foreign_money(one.expected_minor, one.currency) for one in report.drawer.foreign)
    return [_("Foreign cash: {amounts}.").format(amounts=there)] if there else []


def _count_words(count: ForeignCount) -> str:
    return _("{currency}: should be {expected}, counted {counted}, difference {difference}.").format(
        currency=count.currency,
        expected=format_amount(count.expected_minor, count.currency),
        counted=format_amount(count.counted_minor, count.currency),
        difference=format_amount(count.difference_minor, count.currency),
    )


def _code(talk: Talk) -> str:
    return talk.till.call(lambda till: till.shop()).currency


def _money(talk: Talk, minor: int) -> str:
    return format_money(minor, _code(talk))
