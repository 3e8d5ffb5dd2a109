"""What the doctor says of the card terminal and of the QR acquirer: set or not, reached, answering."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from omnipos.config import Settings
from omnipos.domain.errors import DomainError
from omnipos.domain.payment import PaymentAnswer, Said
from omnipos.locale import _, later

NO_PAYMENT = "omnipos-doctor"
"""A payment that nobody ever asked for: whoever answers properly has never heard of it."""
PATIENCE_S = 5.0


class Look(NamedTuple):
    """What one look found, and what to do where it is not well."""

    check: str
    ok: bool
    say: str
    do: str = ""


def look_at_payments(settings: Settings) -> Iterator[Look]:
    """Ask the terminal and the acquirer of a till's settings about a payment that there never was."""
    yield _look(
        later("card"),
        settings.terminal,
        _ask_terminal,
        unset=_("no card terminal is set; what the slip shows is typed"),
        wrong=_("Correct terminal in omnipos.toml."),
        do=_("Look at the terminal's power and cable, and at terminal in omnipos.toml. Slips can be typed."),
    )
    yield _look(
        later("qr"),
        settings.acquirer,
        _ask_acquirer,
        unset=_("no acquirer is set; the shop's own QR code is shown where there is one"),
        wrong=_("Correct acquirer in omnipos.toml."),
        do=_("Look at its program, and at acquirer in omnipos.toml. The shop's own QR code works meanwhile."),
    )


def _ask_terminal(setting: str) -> PaymentAnswer:
    from terminals.tcp import TcpTerminal

    return TcpTerminal(setting, answer_s=PATIENCE_S).status(NO_PAYMENT)


def _ask_acquirer(setting: str) -> PaymentAnswer:
    from terminals.acquirer import TcpAcquirer

    return TcpAcquirer(setting, answer_s=PATIENCE_S).status(NO_PAYMENT)


def _look(
    check: str, setting: str, ask: Callable[[str], PaymentAnswer], *, unset: str, wrong: str, do: str
) -> Look:
    """Ask whoever a setting names; say what to do where it is wrong, or where nobody answers well."""
    if not setting:
        return Look(check, True, unset)
    try:
        answer = ask(setting)
    except DomainError as refusal:
        return Look(check, False, str(refusal), wrong)
    if answer.said is Said.NEVER_HEARD:
        return Look(check, True, _("{address} answers").format(address=setting))
    if answer.said in (Said.UNREACHED, Said.UNANSWERED):
        return Look(check, False, f"{setting}: {answer.reason}", do)
    odd = _("{address} says “{said}” of a payment that there never was.")
    return Look(check, False, odd.format(address=setting, said=answer.said.value), do)
