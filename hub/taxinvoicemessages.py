"""What the owner gets of sales whose buyers asked for a tax invoice."""

import msgspec

from omnipos.domain.sale import Sale
from omnipos.domain.shop import Shop


class TaxInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """One sale with its buyer. It is no tax invoice: that is made and validated elsewhere."""

    sale: Sale
    shop: Shop | None
    buyer_kind: str
    """`npwp`, `nik`, `tin` or `vat`."""
    buyer_tax_number: str
    buyer_name: str
    buyer_address: str
    buyer_email: str


class TaxInvoices(msgspec.Struct, frozen=True, kw_only=True):
    """A page of them; `next` is how many to skip for the page behind it, 0 at the end."""

    invoices: tuple[TaxInvoice, ...]
    next: int
