"""What keys do: one record gives a key, its palette entry and its place in the footer."""

from typing import NamedTuple

from omnipos.locale import _, later


class Command(NamedTuple):
    """One thing that can be done on a screen: the method `do_<action>` does it."""

    key: str
    label: str
    action: str
    tells: str = ""
    is_in_footer: bool = True


HELP = Command("f1", later("Help"), "help", later("Show all keys"))
BACK = Command("escape", later("Back"), "back", later("Go one step back; nothing is lost"))

KEY_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "delete": "Del",
    "insert": "Ins",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pagedown": "PgDn",
    "space": "Space",
    "digits": "0–9 ←→",
}

BUYER = Command("ctrl+d", later("Buyer"), "buyer", later("The buyer's tax data, for a tax invoice"), False)

SELL_KEYS = (
    HELP,
    Command("f2", later("Customer"), "customer", later("Find or add a customer by phone or name")),
    Command("f3", later("Orders"), "orders", later("Online orders to pick and hand over")),
    Command(
        "f4",
        later("Park"),
        "park",
        later("Put the basket aside with what is typed as its note; if empty, take one up"),
    ),
    Command("f5", later("Qty"), "quantity", later("Change the quantity of the chosen line")),
    Command("f8", later("Void"), "void", later("Take the chosen line out")),
    Command("f9", later("Return"), "return", later("Take goods back, with their receipt or without")),
    Command("f12", later("Pay"), "pay", later("Take the money")),
    Command("f7", later("Reprint"), "receipts", later("Show the last sales and print a receipt again")),
    Command("f6", later("Discount"), "discount", later("A discount or another price, with its reason")),
    Command("ctrl+r", later("Price"), "price", later("What something costs, and how many are here")),
    Command(
        "ctrl+s",
        later("Status"),
        "status",
        later("What is on disk, at the hub and on paper; sync now"),
        False,
    ),
    Command(
        "ctrl+x",
        later("Exceptions"),
        "exceptions",
        later("What a person must settle, and the answers"),
        False,
    ),
    Command("f10", later("Drawer"), "drawer", later("Float, cash in and out, X, count and close"), False),
    Command("ctrl+l", later("Void all"), "void_all", later("Give the whole basket up"), False),
    Command(
        "ctrl+t", later("No tax"), "exempt", later("Take the tax off the sale, or charge it again"), False
    ),
    Command("ctrl+g", later("Manager"), "manager", later("Approvals, staff, exceptions, stocktake"), False),
    Command("ctrl+k", later("Stocktake"), "stocktake", later("Count stock; for managers"), False),
    Command("ctrl+b", later("Cards"), "cards", later("Gift cards sold and looked at; debts paid off"), False),
    Command("ctrl+f", later("Quotes"), "quotes", later("Keep the basket as a quote; take one up"), False),
    BUYER,
    Command("ctrl+n", later("Notes"), "notes", later("Write on the chosen line or on the receipt"), False),
    Command(
        "ctrl+y", later("Training"), "training", later("Begin or end practising; nothing is sold"), False
    ),
    Command("ctrl+o", later("Payments"), "payments", later("Payments that nobody knows the end of"), False),
    Command("f11", later("Lock"), "lock", later("Leave the till to the next one; the basket stays"), False),
)


def key_name(key: str) -> str:
    """Return a key as it is written on the keyboard."""
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+').upper()}"
    return KEY_NAMES.get(key, key.upper())


def where_it_works(key: str, *, is_signed_in: bool = True) -> str:
    """Return where a key that does nothing here works; empty for a key that works nowhere."""
    for command in SELL_KEYS:
        if command.key == key:
            back = _("{key} ({label}) works on the sell screen. Esc goes back to it.")
            first = _("{key} ({label}) works on the sell screen. Sign in first.")
            said = back if is_signed_in else first
            return said.format(key=key_name(key), label=_(command.label))
    if key.startswith("f") and key[1:].isdigit():
        return _("{key} does nothing on this till. F1 shows all keys.").format(key=key_name(key))
    return ""
