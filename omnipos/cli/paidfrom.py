"""What the doctor says of the card terminal and of the QR acquirer: set or not, reached, answering."""

from collections.abc import Iterator
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
    yield _terminal(settings.terminal)
    yield _acquirer(settings.acquirer)


def _terminal(setting: str) -> Look:
    check = later("card")
    if not setting:
        return Look(check, True, _("no card terminal is set; what the slip shows is typed"))
    from terminals.tcp import TcpTerminal

    try:
        answer = TcpTerminal(setting, answer_s=PATIENCE_S).status(NO_PAYMENT)
    except DomainError as refusal:
        return Look(check, False, str(refusal), _("Correct terminal in omnipos.toml."))
    do = _("Look at the terminal's power and cable, and at terminal in omnipos.toml. Slips can be typed.")
    return _judged(check, setting, answer, do)


def _acquirer(setting: str) -> Look:
    check = later("qr")
    if not setting:
        return Look(check, True, _("no acquirer is set; the shop's own QR code is shown where there is one"))
    from terminals.acquirer import TcpAcquirer

    try:
        answer = TcpAcquirer(setting, answer_s=PATIENCE_S).status(NO_PAYMENT)
    except DomainError as refusal:
        return Look(check, False, str(refusal), _("Correct acquirer in omnipos.toml."))
    do = _("Look at its program, and at acquirer in omnipos.toml. The shop's own QR code works meanwhile.")
    return _judged(check, setting, answer, do)


def _judged(check: str, setting: str, answer: PaymentAnswer, do: str) -> Look:
    if answer.said is Said.NEVER_HEARD:
        return Look(check, True, _("{address} answers").format(address=setting))
    if answer.said in (Said.UNREACHED, Said.UNANSWERED):
        return Look(check, False, f"{setting}: {answer.reason}", do)
    odd = _("{address} says “{said}” of a payment that there never was.")
    return Look(check, False, odd.format(address=setting, said=answer.said.value), do)
