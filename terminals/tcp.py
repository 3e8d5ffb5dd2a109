"""A card terminal reached over TCP: each question on a connection of its own, and never an exception."""

import contextlib
import socket
import threading

import msgspec

from omnipos.domain.errors import EntryRefused, TenderRefused
from omnipos.domain.payment import PaymentAnswer, Said
from omnipos.domain.tender import check_slip
from omnipos.locale import _
from terminals.wire import Question, Reply, address_in, answer_of, decode_reply, encode, read_line

REACH_S = 3.0
CUSTOMER_S = 180.0
"""How long a customer may take to find, insert and confirm the card."""
ANSWER_S = 10.0


def parse_address(setting: str) -> tuple[str, int]:
    """Return host and port of a setting `tcp://HOST:PORT`; raise EntryRefused."""
    found = address_in(setting)
    if found is None:
        raise EntryRefused(
            _("The card terminal's setting is tcp://HOST:PORT, such as tcp://127.0.0.1:9200, or empty.")
        )
    return found


class TcpTerminal:
    """A terminal at an address; it is a `PaymentTerminal`."""

    def __init__(self, setting: str, *, customer_s: float = CUSTOMER_S, answer_s: float = ANSWER_S) -> None:
        """Talk to the terminal of a setting; nothing is sent yet."""
        self._address = parse_address(setting)
        self._customer_s, self._answer_s = customer_s, answer_s
        self._lines: set[socket.socket] = set()
        self._lock = threading.Lock()

    def charge(self, payment_id: str, amount_minor: int, currency: str) -> PaymentAnswer:
        """Ask for a payment and wait for its end."""
        asked = Question(do="charge", payment_id=payment_id, amount_minor=amount_minor, currency=currency)
        return self._ask(asked, self._customer_s)

    def refund(self, payment_id: str, amount_minor: int, currency: str, refund_of: str) -> PaymentAnswer:
        """Ask for money to go back and wait for its end."""
        asked = Question(
            do="refund",
            payment_id=payment_id,
            amount_minor=amount_minor,
            currency=currency,
            refund_of=refund_of,
        )
        return self._ask(asked, self._customer_s)

    def status(self, payment_id: str) -> PaymentAnswer:
        """Ask what became of a payment."""
        return self._ask(Question(do="status", payment_id=payment_id), self._answer_s)

    def cancel(self, payment_id: str) -> PaymentAnswer:
        """Ask for a payment to be stopped."""
        return self._ask(Question(do="cancel", payment_id=payment_id), self._answer_s)

    def hang_up(self) -> None:
        """Break every connection off, so that nobody waits any longer."""
        with self._lock:
            for line in self._lines:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

    def _ask(self, question: Question, patience_s: float) -> PaymentAnswer:
        try:
            line = socket.create_connection(self._address, timeout=REACH_S)
        except OSError:
            return PaymentAnswer(said=Said.UNREACHED, reason=_("The card terminal does not answer."))
        with line:
            with self._lock:
                self._lines.add(line)
            try:
                line.settimeout(patience_s)
                line.sendall(encode(question))
                return _checked(question, decode_reply(read_line(line)))
            except (OSError, msgspec.DecodeError):
                return PaymentAnswer(
                    said=Said.UNANSWERED, reason=_("The line to the card terminal broke before it answered.")
                )
            finally:
                with self._lock:
                    self._lines.discard(line)


def _checked(question: Question, reply: Reply) -> PaymentAnswer:
    """Return an answer that is about what was asked for; any other says nothing of it."""
    is_other = reply.payment_id != question.payment_id
    is_other_sum = bool(question.amount_minor) and reply.amount_minor != question.amount_minor
    answer = answer_of(reply)
    if reply.said is Said.APPROVED and not is_other and not is_other_sum:
        try:
            check_slip(answer.card)
        except TenderRefused:
            is_other = True
    if is_other or (is_other_sum and reply.said is Said.APPROVED):
        return PaymentAnswer(
            said=Said.UNANSWERED, reason=_("The card terminal answered something else. Look at its display.")
        )
    return answer
