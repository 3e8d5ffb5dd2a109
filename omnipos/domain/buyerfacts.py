"""What the journal keeps of people around a sale; who they are stands in personal records beside it."""

from enum import StrEnum

import msgspec


class SendBy(StrEnum):
    """How an e-receipt goes to its customer."""

    EMAIL = "email"
    PHONE = "phone"


class ReceiptSendAsked(msgspec.Struct, frozen=True, kw_only=True, tag="receipt_send_asked"):
    """A customer wants their receipt sent; where to stands in the personal record named here."""

    message_id: str
    sale_id: str
    receipt_number: str
    send_by: SendBy
    personal_id: str
    customer_id: str = ""


class BuyerGiven(msgspec.Struct, frozen=True, kw_only=True, tag="buyer_given"):
    """The buyer of a sale wants a tax invoice; the tax data stand in the personal record named here."""

    sale_id: str
    receipt_number: str
    personal_id: str
    customer_id: str = ""
