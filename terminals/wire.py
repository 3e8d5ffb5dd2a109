"""What till and card terminal say to each other: one JSON object a line, over a TCP connection.

A question is answered by one line on its own connection. A `charge` or `refund` is answered when it ended;
until then a `status` or `cancel` on another connection is answered at once.
"""

import re
import socket

import msgspec

from omnipos.domain.payment import PaymentAnswer, Said
from omnipos.domain.tender import CardSlip

LONGEST_LINE = 4096
HOST = "127.0.0.1"


def address_in(setting: str) -> tuple[str, int] | None:
    """Return host and port of a setting `tcp://HOST:PORT`; None for any other text."""
    found = re.fullmatch(r"tcp://([^/:\s]+):(\d{1,5})", setting)
    if found is None or not 0 < int(found[2]) < 65_536:
        return None
    return found[1], int(found[2])


class Question(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is asked of a terminal: `charge`, `refund`, `status` or `cancel` of one payment."""

    do: str
    payment_id: str = ""
    amount_minor: int = 0
    currency: str = ""
    refund_of: str = ""
    behave: str = ""
    """For a simulator: how it is to behave from now on."""


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a terminal says of one payment; the sum is there so that a mix-up is noticed."""

    said: Said
    payment_id: str = ""
    amount_minor: int = 0
    approval_code: str = ""
    acquirer: str = ""
    scheme: str = ""
    trace_number: str = ""
    last_four: str = ""
    refund_of: str = ""
    reason: str = ""


_question_decoder = msgspec.json.Decoder(Question)
_reply_decoder = msgspec.json.Decoder(Reply)


def encode(message: msgspec.Struct) -> bytes:
    """Return a message as one line."""
    return msgspec.json.encode(message) + b"\n"


def decode_question(line: bytes) -> Question:
    """Return the question in a line; raise msgspec.DecodeError for anything else."""
    return _question_decoder.decode(line)


def decode_reply(line: bytes) -> Reply:
    """Return the reply in a line; raise msgspec.DecodeError for anything else."""
    return _reply_decoder.decode(line)


def read_line(line: socket.socket) -> bytes:
    """Return one line without its end; empty when the other side is gone or says too much."""
    read = b""
    while not read.endswith(b"\n"):
        more = line.recv(LONGEST_LINE)
        read += more
        if not more or len(read) > LONGEST_LINE:
            return b""
    return read[:-1]


def answer_of(reply: Reply) -> PaymentAnswer:
    """Return a reply as the till takes it."""
    slip = None
    if reply.said is Said.APPROVED:
        slip = CardSlip(
            approval_code=reply.approval_code,
            acquirer=reply.acquirer,
            scheme=reply.scheme,
            trace_number=reply.trace_number,
            last_four=reply.last_four,
        )
    return PaymentAnswer(said=reply.said, card=slip, reason=reply.reason)
