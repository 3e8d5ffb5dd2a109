"""A staff badge on paper: the code to be scanned, and whose it is; to be cut out and kept safe."""

from omnipos.domain.paper import BadgePaper
from omnipos.locale import _
from printing.document import Align, Cut, Document, Feed, Qr, Text
from printing.heading import letterhead


def staff_badge(paper: BadgePaper) -> Document:
    """Return the badge: a QR code, for as Code 128 it is wider than the paper; no letter of it is printed."""
    elements = (
        *letterhead(paper.shop),
        Feed(),
        Text(_("STAFF"), Align.CENTER, bold=True),
        Text(paper.name, Align.CENTER, bold=True, wide=2, tall=2),
        Feed(),
        Qr(paper.code),
        Feed(),
        Text(
            _("Keep it as secret as a PIN. If it is lost, have a new one made: this one ends."), Align.CENTER
        ),
        Cut(),
    )
    return Document("staff-badge", elements)
