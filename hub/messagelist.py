"""What the owner gets of the messages to customers."""

from enum import StrEnum

import msgspec


class MessageState(StrEnum):
    """Where a message is. UNSURE may have left, so it is never sent again."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNSURE = "unsure"


class MessageShown(msgspec.Struct, frozen=True, kw_only=True):
    """One message; `address` is empty once its customer asked to be forgotten."""

    message_id: str
    store_id: str
    receipt_number: str
    send_by: str
    address: str
    state: MessageState
    error: str
    attempts: int
    asked_at_ms: int
    done_at_ms: int


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    """A page of them, the newest first; `next` is how many to skip for the page behind it, 0 at the end."""

    messages: tuple[MessageShown, ...]
    next: int
