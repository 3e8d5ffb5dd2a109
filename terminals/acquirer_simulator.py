"""An acquirer that is none: a process of its own whose codes are paid, expire, hang or are lost as told.

It remembers every payment by its id in a file, one JSON line a change, so that what it says later is true.
It is for trying things out and for tests; its codes are of nobody, and no money moves.
"""

import os
import socketserver
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import cast

import msgspec

from omnipos.domain.emvqr import Field, written
from omnipos.domain.money import currency
from omnipos.domain.payment import Said
from omnipos.locale import _
from terminals.acquirer import QrReply
from terminals.wire import HOST, Question, decode_question, encode, read_line

ENDED = (Said.APPROVED, Said.DECLINED, Said.CANCELLED)
ACQUIRER = "SIMULATOR"
_NUMBERS = {"IDR": "360", "MYR": "458", "USD": "840", "GBP": "826", "EUR": "978", "JPY": "392", "KWD": "414",
            "SGD": "702"}  # fmt: skip


class Conduct(StrEnum):
    """What becomes of the codes."""

    WAIT = "wait"
    """A code waits to be paid by `pay`, and expires in its time."""
    PAY = "pay"
    """It is paid when it is asked for the second time."""
    EXPIRE = "expire"
    """It has expired as soon as it is made."""
    PAY_LATE = "pay-late"
    """It has expired, is said to be cancelled, and is paid all the same."""
    HANG = "hang"
    """No question is answered."""
    LOSE_ANSWER = "lose-answer"
    """The code is made, and the line breaks before the till hears of it."""
    DIE = "die"
    """The code is made, and the acquirer goes out before the till hears of it."""


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One payment as the simulator remembers it."""

    reply: QrReply
    expires_at_ms: int = 0
    asked: int = 0
    """How often its status was asked for."""


class Ledger:
    """Every payment by its id, on disk before anybody is answered."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier simulator remembered."""
        self._path = path
        self.lock = threading.RLock()
        self.payments: dict[str, Kept] = {}
        for line in path.read_bytes().splitlines() if path.exists() else ():
            kept = msgspec.json.decode(line, type=Kept)
            self.payments[kept.reply.payment_id] = kept

    def keep(self, kept: Kept) -> Kept:
        """Write a payment as it is from now on."""
        with open(self._path, "ab") as file:
            file.write(encode(kept))
            file.flush()
            os.fsync(file.fileno())
        self.payments[kept.reply.payment_id] = kept
        return kept

    def end(self, payment_id: str, said: Said, reason: str = "") -> Kept:
        """End a payment, also one that was never heard of; an end stays what it is."""
        known = self.payments.get(payment_id) or Kept(reply=QrReply(said=Said.PENDING, payment_id=payment_id))
        if known.reply.said in ENDED:
            return known
        number = sum(one.reply.said is Said.APPROVED for one in self.payments.values()) + 1
        reference = f"QR{number:08d}" if said is Said.APPROVED else ""
        reply = msgspec.structs.replace(
            known.reply, said=said, reason=reason, reference=reference, acquirer=ACQUIRER
        )
        return self.keep(msgspec.structs.replace(known, reply=reply))

    def refund(self, question: Question) -> Kept:
        """Give back what was paid here, no more than that and each id once."""
        known = self.payments.get(question.payment_id)
        if known is not None:
            return known
        refunds = (one.reply for one in self.payments.values() if one.reply.refund_of == question.refund_of)
        given = sum(one.amount_minor for one in refunds if one.said is Said.APPROVED)
        paid = self.payments.get(question.refund_of)
        left = paid.reply.amount_minor - given if paid and paid.reply.said is Said.APPROVED else 0
        asked = Kept(
            reply=QrReply(
                said=Said.PENDING,
                payment_id=question.payment_id,
                amount_minor=question.amount_minor,
                refund_of=question.refund_of,
            )
        )
        self.payments[question.payment_id] = asked
        if 0 < question.amount_minor <= left:
            return self.end(question.payment_id, Said.APPROVED)
        return self.end(question.payment_id, Said.DECLINED, _("So much was not paid here."))


def made_up_code(payment_id: str, amount_minor: int, code: str) -> str:
    """Return a code of nobody for a sum, as an acquirer of the currency's country lays it out."""
    decimals = currency(code).decimals
    whole, rest = divmod(amount_minor, 10**decimals)
    amount = f"{whole}.{rest:0{decimals}d}" if decimals else str(whole)
    malaysian = code == "MYR"
    account = (
        Field("26", "0014A000000615000101069999990211CONTOH00001")
        if malaysian
        else Field("51", "0014ID.CO.QRIS.WWW0215ID10200000000010303UMI")
    )
    reference = payment_id.replace("-", "")[-20:]
    fields = (
        *(Field("00", "02" if malaysian else "01"), Field("01", "12"), account, Field("52", "5411")),
        *(Field("53", _NUMBERS[code]), Field("54", amount), Field("58", "MY" if malaysian else "ID")),
        *(Field("59", "TOKO CONTOH"), Field("60", "KOTA CONTOH")),
        Field("62", f"05{len(reference):02d}{reference}"),
    )
    return written(fields)


class QrSimulator(socketserver.ThreadingTCPServer):
    """The acquirer on a loopback port."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, memory: Path, port: int, conduct: Conduct, lasts_s: int = 300) -> None:
        """Listen on a port, 0 for any that is free; codes can be paid for so many seconds."""
        self.ledger = Ledger(memory)
        self.conduct = conduct
        self._lasts_ms = lasts_s * 1000
        self._over = threading.Event()
        super().__init__((HOST, port), _Line)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def answer(self, question: Question) -> QrReply | None:
        """Return what is answered; None breaks the line off."""
        if self.conduct is Conduct.HANG and question.do not in ("pay", "behave"):
            self._over.wait()
            return None
        with self.ledger.lock:
            return self._answer(question)

    def _answer(self, question: Question) -> QrReply | None:
        payment_id = question.payment_id
        match question.do:
            case "create":
                return self._create(question)
            case "status":
                return self._status(payment_id)
            case "cancel":
                return self._cancel(payment_id)
            case "refund":
                return self.ledger.refund(question).reply
            case "pay":
                newest = next(reversed(self.ledger.payments), "")
                return self.ledger.end(payment_id or newest, Said.APPROVED).reply
            case "behave" if question.behave in set(Conduct):
                self.conduct = Conduct(question.behave)
                return QrReply(said=Said.PENDING)
            case _:
                return None

    def _create(self, question: Question) -> QrReply | None:
        if question.amount_minor <= 0 or question.currency not in _NUMBERS:
            return None
        known = self.ledger.payments.get(question.payment_id)
        if known is None:
            known = self.ledger.keep(self._made(question))
            if self.conduct is Conduct.DIE:
                os._exit(1)
            if self.conduct is Conduct.LOSE_ANSWER:
                return None
        lasts_ms = max(known.expires_at_ms - _now_ms(), 0)
        return msgspec.structs.replace(known.reply, lasts_ms=lasts_ms)

    def _made(self, question: Question) -> Kept:
        expired = self.conduct in (Conduct.EXPIRE, Conduct.PAY_LATE)
        return Kept(
            reply=QrReply(
                said=Said.PENDING,
                payment_id=question.payment_id,
                amount_minor=question.amount_minor,
                content=made_up_code(question.payment_id, question.amount_minor, question.currency),
            ),
            expires_at_ms=_now_ms() + (0 if expired else self._lasts_ms),
        )

    def _status(self, payment_id: str) -> QrReply:
        known = self.ledger.payments.get(payment_id)
        if known is None:
            return QrReply(said=Said.NEVER_HEARD, payment_id=payment_id)
        if known.reply.said in ENDED:
            return known.reply
        if self.conduct is Conduct.PAY and known.asked:
            return self.ledger.end(payment_id, Said.APPROVED).reply
        known = self.ledger.keep(msgspec.structs.replace(known, asked=known.asked + 1))
        if _now_ms() >= known.expires_at_ms and self.conduct is not Conduct.PAY_LATE:
            return self.ledger.end(payment_id, Said.CANCELLED, _("The code has expired.")).reply
        return known.reply

    def _cancel(self, payment_id: str) -> QrReply:
        if self.conduct is not Conduct.PAY_LATE or payment_id not in self.ledger.payments:
            return self.ledger.end(payment_id, Said.CANCELLED).reply
        self.ledger.end(payment_id, Said.APPROVED)
        return QrReply(said=Said.CANCELLED, payment_id=payment_id)

    def stop(self) -> None:
        """Listen no longer, and wait for nobody."""
        self._over.set()
        self.shutdown()
        self.server_close()


class _Line(socketserver.BaseRequestHandler):
    """One question and its answer."""

    def handle(self) -> None:
        """Answer, or break off."""
        try:
            question = decode_question(read_line(self.request))
        except (OSError, msgspec.DecodeError):
            return
        reply = cast(QrSimulator, self.server).answer(question)
        if reply is not None:
            self.request.sendall(encode(reply))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
