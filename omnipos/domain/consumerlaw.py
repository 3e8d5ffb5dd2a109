"""What a shop's own settings may not do to its customers: refuse all returns, or say that it does."""

import re

import msgspec

from omnipos.domain.cardnumber import free_text
from omnipos.domain.errors import EntryRefused
from omnipos.domain.names import fold
from omnipos.domain.shop import ReturnRules
from omnipos.locale import _

VOID_IN = frozenset({"ID"})
"""Where the law makes a no-returns clause void and forbids it (Indonesia: UU 8/1999 art. 18)."""
MOST_DAYS = 3650
MOST_REASONS = 9
_BACK = r"(?:return|exchang|refund|(?:di)?(?:tukar|kembali|retur|pulang|refund)|ganti)"
_NO_RETURNS = (
    re.compile(rf"\b(?:tidak|tak|tdk|dilarang|tiada)\b(?:\s+\w+){{0,3}}?\s+{_BACK}"),
    re.compile(rf"\b(?:no|not|non|never|cannot|without)\b[\s-]+(?:\w+\s+){{0,3}}?{_BACK}"),
    re.compile(r"\ball\s+sales\s+(?:are\s+)?final\b|\bpembelian\s+(?:bersifat\s+)?final\b"),
)


def refuses_returns(text: str) -> bool:
    """Tell whether a text says that goods do not come back."""
    plain = " ".join(re.sub(r"[^\w\s-]", " ", fold(text)).split())
    return any(one.search(plain) for one in _NO_RETURNS)


def check_footer(text: str, country: str) -> str:
    """Return a receipt's footer; raise EntryRefused for one that the law of the country forbids."""
    if country in VOID_IN and refuses_returns(text):
        raise EntryRefused(
            _(
                "A receipt may not say that goods are not taken back: such a clause is void"
                " (UU 8/1999 art. 18). Say instead within how many days they come back."
            )
        )
    return text


def check_return_rules(rules: ReturnRules) -> ReturnRules:
    """Return how a shop takes goods back; raise EntryRefused for numbers or reasons that make no sense."""
    if not (0 <= rules.window_days <= MOST_DAYS and 0 <= rules.lowest_days <= MOST_DAYS):
        raise EntryRefused(_("Days for returns go from 0 to {most}.").format(most=MOST_DAYS))
    reasons = tuple(free_text(one, 60) for one in rules.reasons)
    if len(reasons) > MOST_REASONS or not all(reasons):
        raise EntryRefused(_("Send up to {most} reasons for returns, none empty.").format(most=MOST_REASONS))
    return msgspec.structs.replace(rules, reasons=reasons)
