"""Two marks a sale bears: on this till's disk, and at the hub."""

from omnipos.locale import _
from omnipos.services.watching import SaleStanding
from screens.widgets.cells import Row


def sale_marks(standing: SaleStanding) -> Row:
    """Return the marks of a sale; all are on disk, or they would be no sales."""
    disk = ("✓ " + _("on disk") + "  ", "good")
    match standing:
        case SaleStanding.ON_DISK:
            return (disk, ("○ " + _("at hub"), "dim"))
        case SaleStanding.AT_HUB:
            return (disk, ("✓ " + _("at hub"), "good"))
        case SaleStanding.SET_ASIDE:
            return (disk, ("▲ " + _("set aside"), "bad"))
