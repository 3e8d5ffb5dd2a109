"""Exempting a sale from tax: on a manager's word, with the reason and the certificate that was shown."""

from msgspec.structs import replace

from omnipos.domain.basket import Exemption, assert_open_to_change
from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import BasketRefused, EntryRefused
from omnipos.domain.staff import Right
from omnipos.locale import _
from omnipos.services.approving import LONGEST_REASON, Word, word_for
from omnipos.services.selling import BasketView, open_basket, save, view_of
from omnipos.services.till import Till

LONGEST_CERTIFICATE = 60
NOBODY = Word()


def exempt(till: Till, reason: str, certificate: str = "", word: Word = NOBODY) -> BasketView:
    """Take the tax off the sale; what its prices hold is saved, what is added falls away.

    Raises BasketRefused, EntryRefused without a reason, or WordNeeded when a manager must allow it.
    """
    till.signed_in(Right.SELL)
    check_possible(till)
    reason = free_text(reason, LONGEST_REASON)
    if not reason:
        raise EntryRefused(_("Type the reason. It is kept with what is done."))
    shown = free_text(certificate, LONGEST_CERTIFICATE)
    approval = word_for(till, Right.OVERRIDE, reason, word)
    before = open_basket(till)
    after = replace(before, exemption=Exemption(reason=reason, certificate=shown, approval=approval))
    view = view_of(till, after)
    save(till, before, after)
    return view


def charge(till: Till) -> BasketView:
    """Charge the tax again; nobody need allow it. Raises BasketRefused."""
    till.signed_in(Right.SELL)
    before = open_basket(till)
    assert_open_to_change(before)
    if before.exemption is None:
        raise BasketRefused(_("This sale carries its tax already."))
    after = replace(before, exemption=None)
    view = view_of(till, after)
    save(till, before, after)
    return view


def check_possible(till: Till) -> None:
    """Raise BasketRefused when the tax of what is on the counter cannot be taken off."""
    basket = open_basket(till)
    assert_open_to_change(basket)
    if not till.shop().tax_registered:
        raise BasketRefused(_("This shop charges no tax."))
    if not basket.lines:
        raise BasketRefused(_("The basket is empty. Scan something first."))
    if basket.order is not None:
        raise BasketRefused(_("The tax of an online order was settled when it was placed."))
