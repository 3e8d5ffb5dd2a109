"""Goods that come back and drawers that are counted in a simulated shop, by tills that know little."""

from typing import TYPE_CHECKING

from omnipos.domain.drawer import CashMove, Pieces, denominations
from omnipos.domain.returning import Found
from omnipos.services import returning, selling, shifting
from omnipos.services.returning import Back
from omnipos.services.shifting import Closing
from sync.errors import SyncError
from tests.sim.managing import manager_at
from tests.sim.tender import promise
from tests.sim.tills import TillMachine

if TYPE_CHECKING:
    from tests.sim.world import World


def give_back(world: "World", till: TillMachine) -> None:
    """Take goods of any receipt back, whichever till sold them; the hub answers or not."""
    sold = [one for one in world.ledger.promised.values() if one.total_minor > 0]
    if not sold or till.till.call(selling.current).basket.lines:
        return
    sale = world.money.choice(sold[-4:])  # who comes back was here lately
    asked = _ask_hub(till, sale.receipt_number) if world.money.random() < 0.7 else None
    # A receipt number may stand on two sales, after a disk was put back.
    found = till.till.call(returning.find, asked, sale.receipt_number)[0]
    lines = [(one.line_no, one.left_milli) for one in found.lines if one.left_milli > 0]
    if not lines:
        world.say(till.name, f"nothing is left of {sale.receipt_number}")
        return
    line_no, left_milli = world.money.choice(lines)
    quantity = left_milli if left_milli < 2000 or world.money.random() < 0.5 else 1000
    with manager_at(till):
        back = Back(line_no=line_no, quantity_milli=quantity, damaged=world.money.random() < 0.3)
        till.till.call(returning.bring, found, [back], "1")
        world.say(till.name, f"takes {quantity} of {sale.receipt_number} back")
        pay_out(world, till)


def pay_out(world: "World", till: TillMachine) -> None:
    """Give the money of a refund back, by whichever ways there are."""
    while till.till.call(selling.current).due.due_minor < 0:
        ways = till.till.call(returning.ways_back)
        paid = till.till.call(returning.give_back, world.money.choice(ways))
        world.say(till.name, f"gives {paid.view.basket.tenders[-1].amount_minor} back")
        promise(world, till, paid)
        if paid.sale is not None:
            return


def _ask_hub(till: TillMachine, number: str) -> tuple[Found, ...] | None:
    if till.asking:
        return None  # one question at a time; whoever asks another meanwhile goes on without the hub
    till.asking = True
    try:
        return till.questions.returnable(number, "").sales
    except SyncError:
        return None
    finally:
        till.asking = False


def move_cash(world: "World", till: TillMachine) -> None:
    """Put cash in or take it out."""
    move = world.money.choice(tuple(CashMove))
    with manager_at(till):
        till.till.call(shifting.move_cash, move, world.money.randint(1, 40) * 1000, "for the day")
    world.say(till.name, f"cash {move.value}")


def cash_up(world: "World", till: TillMachine) -> None:
    """Count the drawer and close the shift, over whatever stands in the way."""
    with manager_at(till):
        state = till.till.call(shifting.state)
        expected = state.report.drawer.expected_minor if state.report else 0
        count = max(expected + world.money.choice((0, 0, 0, 100, -100)), 0)
        closing = Closing(
            counted=_pieces(count), reason="miscounted", force=True, force_reason="closing time"
        )
        report = till.till.call(shifting.close, closing)
    world.say(till.name, f"Z {report.number} {report.takings.sales} sales {report.takings.total_minor}")


def _pieces(amount_minor: int) -> tuple[Pieces, ...]:
    found = []
    for worth_minor in denominations("IDR"):
        count, amount_minor = divmod(amount_minor, worth_minor)
        if count:
            found.append(Pieces(worth_minor=worth_minor, count=count))
    return tuple(found)


DEEDS = ((give_back, 8), (move_cash, 1), (cash_up, 2))
