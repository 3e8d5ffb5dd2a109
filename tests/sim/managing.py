"""What managers do at a simulated till: correct cards, count shelves, settle exceptions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from omnipos.domain.customer import CustomerEdit, Purpose
from omnipos.domain.staff import Role, Staff
from omnipos.services import correcting, finding, recognising, settling, stocktaking
from omnipos.services.finding import ItemOffer
from tests.sim.tills import TillMachine
from tests.sim.yard import GOODS

if TYPE_CHECKING:
    from tests.sim.world import World


@contextmanager
def manager_at(till: TillMachine) -> Iterator[None]:
    """Let the manager work at a till for a moment."""
    program = till.till
    cashier, program.staff = (
        program.staff,
        Staff(staff_id="s-budi", name="Budi", role=Role.MANAGER, pin_hash=""),
    )
    try:
        yield
    finally:
        program.staff = cashier


def correct_customer(world: "World", till: TillMachine) -> None:
    """Change a card that other tills change as well, now and then the same field."""
    found = till.till.call(recognising.find, world.chance.choice(("dewi", "sarah")))
    if not found:
        return
    number = world.chance.randrange(100)
    edit = world.chance.choice(
        (
            CustomerEdit(name=f"Dewi Sarah {number}"),
            CustomerEdit(email=f"d{number}@example.id"),
            CustomerEdit(phone=f"08139999{number:04d}"),
            CustomerEdit(answers={Purpose.MARKETING: number % 2 == 0}),
        )
    )
    one = world.chance.choice(found)
    till.till.call(correcting.correct, one.customer_id, edit)
    world.ledger.risks["phone corrected"] += edit.phone is not None
    world.say(till.name, f"corrects {one.customer_id[-6:]}")


def count_stock(world: "World", till: TillMachine) -> None:
    """Count something, or finish the count under way."""
    with manager_at(till):
        if world.chance.random() < 0.3:
            till.till.call(stocktaking.finish)
            world.say(till.name, "finishes a count")
            return
        found = till.till.call(finding.scanned, world.chance.choice(GOODS)[0])
        if isinstance(found, ItemOffer):
            counted = world.chance.randrange(80, 120) * 1000
            till.till.call(stocktaking.put, found.item.product.product_id, counted)
            world.say(till.name, f"counts {counted} of {found.item.product.sku}")


def settle_exception(world: "World", till: TillMachine) -> None:
    """Answer something that is open here; another till may answer it too."""
    with manager_at(till):
        cases = [one for one in till.till.call(settling.listed) if one.answers]
        if cases:
            case = world.chance.choice(cases)
            till.till.call(settling.settle, case.ref, world.chance.choice(case.answers).code)
            world.say(till.name, f"settles {case.ref}")
