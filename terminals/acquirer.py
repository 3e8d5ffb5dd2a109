"""An acquirer's QR payments over TCP: one JSON object a line, each question on a connection of its own.

A code is made for the id that the till gave the payment: asked for again, the same code comes back.
"""

import contextlib
import socket
import threading
import time

import msgspec

from omnipos.domain.emvqr import read_payload
from omnipos.domain.errors import EntryRefused, QrRefused
from omnipos.domain.payment import PaymentAnswer, QrCode, Said
from omnipos.domain.tender import QrSlip
from omnipos.locale import _
from terminals.wire import Question, address_in, encode, read_line

REACH_S = 3.0
ANSWER_S = 10.0


class QrReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an acquirer says of one payment; the sum is there so that a mix-up is noticed."""

    said: Said
    payment_id: str = ""
    amount_minor: int = 0
    content: str = ""
    """The code to be drawn, to the character."""
    lasts_ms: int = 0
    """How long the code can be paid from now; whose clock is right does not matter so."""
    reference: str = ""
    acquirer: str = ""
    refund_of: str = ""
    reason: str = ""


_decoder = msgspec.json.Decoder(QrReply)


def parse_acquirer(setting: str) -> tuple[str, int]:
    """Return host and port of a setting `tcp://HOST:PORT`; raise EntryRefused."""
    found = address_in(setting)
    if found is None:
        raise EntryRefused(
            _("The acquirer's setting is tcp://HOST:PORT, such as tcp://127.0.0.1:9300, or empty.")
        )
    return found


class TcpAcquirer:
    """An acquirer at an address; it is a `QrPay`."""

    def __init__(self, setting: str, *, answer_s: float = ANSWER_S) -> None:
        """Talk to the acquirer of a setting; nothing is sent yet."""
        self._address = parse_acquirer(setting)
        self._answer_s = answer_s
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()

    def create(self, payment_id: str, amount_minor: int, currency: str) -> QrCode:
        """Ask for a code; one that asks for another sum, or that cannot be read, is not given out."""
        asked = Question(do="create", payment_id=payment_id, amount_minor=amount_minor, currency=currency)
        reply = self._ask(asked)
        if reply.said is not Said.PENDING:
            return QrCode(said=reply.said, reason=reply.reason)
        wrong = _what_is_wrong(reply, amount_minor, currency)
        if wrong:
            return QrCode(said=Said.UNANSWERED, reason=wrong)
        return QrCode(
            said=Said.PENDING,
            content=reply.content,
            reference=reply.reference,
            expires_at_ms=time.time_ns() // 1_000_000 + reply.lasts_ms,
        )

    def status(self, payment_id: str) -> PaymentAnswer:
        """Ask what became of a payment."""
        return _answer(self._ask(Question(do="status", payment_id=payment_id)))

    def cancel(self, payment_id: str) -> PaymentAnswer:
        """Ask for a code to be ended."""
        return _answer(self._ask(Question(do="cancel", payment_id=payment_id)))

    def refund(self, payment_id: str, amount_minor: int, currency: str, refund_of: str) -> PaymentAnswer:
        """Ask for money to go back."""
        asked = Question(
            do="refund",
            payment_id=payment_id,
            amount_minor=amount_minor,
            currency=currency,
            refund_of=refund_of,
        )
        return _answer(self._ask(asked))

    def hang_up(self) -> None:
        """Break every connection off, so that nobody waits any longer."""
        with self._lock:
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def _ask(self, question: Question) -> QrReply:
        try:
            line = socket.create_connection(self._address, timeout=REACH_S)
        except OSError:
            return QrReply(said=Said.UNREACHED, reason=_("The acquirer cannot be reached."))
        with line:
            with self._lock:
                self._lines.add(line)
            try:
                line.settimeout(self._answer_s)
                line.sendall(encode(question))
                reply = _decoder.decode(read_line(line))
            except (OSError, msgspec.DecodeError):
                return QrReply(
                    said=Said.UNANSWERED, reason=_("The line to the acquirer broke before it answered.")
                )
            finally:
                with self._lock:
                    self._lines.discard(line)
        return _about(question, reply)


def _about(question: Question, reply: QrReply) -> QrReply:
    """Return a reply that is about what was asked for; any other says nothing of it."""
    is_other_sum = bool(question.amount_minor) and reply.amount_minor != question.amount_minor
    proves = reply.said is not Said.APPROVED or reply.reference.strip()
    if reply.payment_id != question.payment_id or not proves:
        return _nothing()
    return _nothing() if is_other_sum and reply.said in (Said.APPROVED, Said.PENDING) else reply


def _nothing() -> QrReply:
    return QrReply(said=Said.UNANSWERED, reason=_("The acquirer answered something else. Look at its app."))


def _what_is_wrong(reply: QrReply, amount_minor: int, currency: str) -> str:
    """Return why a code is not to be shown; a code that no standard knows is the acquirer's business."""
    if not reply.content or not reply.content.isprintable():
        return _("The acquirer made no code.")
    if not reply.content.startswith("0002"):
        return ""
    try:
        code = read_payload(reply.content)
    except QrRefused as refusal:
        return str(refusal)
    if (code.amount_minor, code.currency) != (amount_minor, currency) or code.text != reply.content:
        return _("The acquirer's code asks for another sum. It is not shown.")
    return ""


def _answer(reply: QrReply) -> PaymentAnswer:
    """Return a reply as the till takes it."""
    slip = None
    if reply.said is Said.APPROVED:
        slip = QrSlip(reference=reply.reference, acquirer=reply.acquirer, verified=True)
    return PaymentAnswer(said=reply.said, qr=slip, reason=reply.reason)
