"""A card terminal that is none: a process of its own that approves, declines, hangs, loses answers or dies.

It remembers every payment by its id in a file, one JSON line a change, so that what it says later is true,
and it never charges one id twice. It is for trying things out and for tests; no money moves.
"""

import os
import socketserver
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import cast

import msgspec

from omnipos.domain.payment import Said
from omnipos.locale import _
from terminals.wire import HOST, Question, Reply, decode_question, encode, read_line

ENDED = (Said.APPROVED, Said.DECLINED, Said.CANCELLED)


class Behaviour(StrEnum):
    """What becomes of the next payment."""

    APPROVE = "approve"
    DECLINE = "decline"
    HANG = "hang"
    """The customer does nothing: it stays pending until it is cancelled, or told to go on."""
    LOSE_ANSWER = "lose-answer"
    """It is approved, and the line breaks before the till hears of it."""
    DIE = "die"
    """It is approved, and the terminal goes out before the till hears of it."""


class Memory:
    """Every payment by its id, on disk before anybody is answered."""

    def __init__(self, path: Path) -> None:
        """Read what an earlier simulator remembered."""
        self._path = path
        self._changed = threading.Condition()
        self.payments: dict[str, Reply] = {}
        for line in path.read_bytes().splitlines() if path.exists() else ():
            kept = msgspec.json.decode(line, type=Reply)
            self.payments[kept.payment_id] = kept

    def begin(self, question: Question) -> Reply:
        """Return what is known of a payment; a new one is pending from now on."""
        with self._changed:
            known = self.payments.get(question.payment_id)
            if known is None:
                refuses = question.do == "refund" and not self._may_refund(question)
                known = self._keep(
                    Reply(
                        said=Said.DECLINED if refuses else Said.PENDING,
                        payment_id=question.payment_id,
                        amount_minor=question.amount_minor,
                        refund_of=question.refund_of,
                        reason=_("So much was not paid here.") if refuses else "",
                    )
                )
            return known

    def _may_refund(self, question: Question) -> bool:
        """Tell whether so much of a payment is left to give back; without one anything may be."""
        paid = self.payments.get(question.refund_of)
        if not question.refund_of:
            return True
        refunds = (one for one in self.payments.values() if one.refund_of == question.refund_of)
        given = sum(one.amount_minor for one in refunds if one.said is Said.APPROVED)
        return (
            paid is not None
            and paid.said is Said.APPROVED
            and (given + question.amount_minor <= paid.amount_minor)
        )

    def end(self, payment_id: str, said: Said) -> Reply:
        """End a payment that is pending, or refuse one that was never heard of; an end stays what it is."""
        with self._changed:
            known = self.payments.get(payment_id, Reply(said=Said.PENDING, payment_id=payment_id))
            if known.said in ENDED:
                return known
            if said is Said.APPROVED:
                number = sum(one.said is Said.APPROVED for one in self.payments.values()) + 1
                known = msgspec.structs.replace(
                    known,
                    approval_code=f"A{number:05d}",
                    acquirer="SIMULATOR",
                    scheme="TEST",
                    trace_number=f"{number:06d}",
                    last_four="4242",
                )
            reason = _("Declined by the simulator.") if said is Said.DECLINED else ""
            ended = self._keep(msgspec.structs.replace(known, said=said, reason=reason))
            self._changed.notify_all()
            return ended

    def wait(self, payment_id: str, is_over: Callable[[], bool]) -> Reply:
        """Wait until a payment ended, or until the simulator is over."""
        with self._changed:
            self._changed.wait_for(lambda: is_over() or self.payments[payment_id].said in ENDED)
            return self.payments[payment_id]

    def wake(self) -> None:
        """Let all who wait look again."""
        with self._changed:
            self._changed.notify_all()

    def _keep(self, reply: Reply) -> Reply:
        with open(self._path, "ab") as file:
            file.write(encode(reply))
            file.flush()
            os.fsync(file.fileno())
        self.payments[reply.payment_id] = reply
        return reply


class Simulator(socketserver.ThreadingTCPServer):
    """The terminal on a loopback port."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, memory: Path, port: int, behaviour: Behaviour) -> None:
        """Listen on a port, 0 for any that is free."""
        self.memory = Memory(memory)
        self.behaviour = behaviour
        self.is_over = False
        super().__init__((HOST, port), _Line)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def answer(self, question: Question) -> Reply | None:
        """Return what is answered; None breaks the line off."""
        match question.do:
            case "charge" | "refund":
                return self._charge(question)
            case "status":
                never = Reply(said=Said.NEVER_HEARD, payment_id=question.payment_id)
                return self.memory.payments.get(question.payment_id, never)
            case "cancel":
                return self.memory.end(question.payment_id, Said.CANCELLED)
            case "approve":
                return self.memory.end(question.payment_id, Said.APPROVED)
            case "behave" if question.behave in set(Behaviour):
                self.behaviour = Behaviour(question.behave)
                return Reply(said=Said.PENDING)
            case _:
                return None

    def _charge(self, question: Question) -> Reply | None:
        known = self.memory.begin(question)
        if known.said in ENDED or question.amount_minor <= 0:
            return known
        match self.behaviour:
            case Behaviour.DECLINE:
                return self.memory.end(question.payment_id, Said.DECLINED)
            case Behaviour.HANG:
                ended = self.memory.wait(question.payment_id, lambda: self.is_over)
                return ended if ended.said in ENDED else None
            case Behaviour.LOSE_ANSWER:
                self.memory.end(question.payment_id, Said.APPROVED)
                return None
            case Behaviour.DIE:
                self.memory.end(question.payment_id, Said.APPROVED)
                os._exit(1)
            case Behaviour.APPROVE:
                return self.memory.end(question.payment_id, Said.APPROVED)

    def stop(self) -> None:
        """Listen no longer, and wait for nobody."""
        self.is_over = True
        self.memory.wake()
        self.shutdown()
        self.server_close()


class _Line(socketserver.BaseRequestHandler):
    """One question and its answer."""

    def handle(self) -> None:
        """Answer, or break off."""
        server = cast(Simulator, self.server)
        try:
            question = decode_question(read_line(self.request))
        except (OSError, msgspec.DecodeError):
            return
        reply = server.answer(question)
        if reply is not None:
            self.request.sendall(encode(reply))
