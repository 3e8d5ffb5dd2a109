"""The first start: what the set-up asked becomes a till."""

import socket
from pathlib import Path
from typing import assert_never

from omnipos.cli.folders import default_folder
from omnipos.cli.joining import join
from omnipos.cli.owner import owner_line
from omnipos.cli.ownhub import keep_hub, key_file
from omnipos.cli.taxes import put_missing_taxes
from omnipos.domain.errors import StoreTrouble
from omnipos.domain.staff import Role
from omnipos.locale import _, speak

OWN_STORE = "S1"


def make_own_shop(folder: Path, name: str, country: str, language: str, owner: str, pin: str) -> None:
    """Make a shop alone: a hub in the till's folder, its one store, its owner, and this till."""
    from hub.messages import (
        EnrolCode,
        EnrolCodeWish,
        PutStores,
        Stores,
        StoreWish,
    )
    from hub.staffmessages import PutStaff, StaffList, StaffWish

    with keep_hub(folder) as child:
        if child is None:
            raise StoreTrouble(_("Another OmniPOS is setting up {folder}.").format(folder=folder))
        child.wait_ready()
        with owner_line(child.address, key_file(folder)) as line:
            store = StoreWish(code=OWN_STORE, name=name, country=country, language=language)
            line.put("/v1/stores", Stores, PutStores(stores=(store,)))
            put_missing_taxes(line, country)
            person = StaffWish(name=owner, role=Role.MANAGER, pin=pin)
            line.put("/v1/staff", StaffList, PutStaff(staff=(person,)))
            code = line.post("/v1/enrol-codes", EnrolCode, EnrolCodeWish(store_code=OWN_STORE)).code
        join(folder, child.address, code, socket.gethostname())
        fetch_first(folder)


def fetch_first(folder: Path) -> None:
    """Fetch the shop's data once, so that somebody can sign in."""
    from omnipos.cli.opening import open_to_sync

    with open_to_sync(folder) as engine:
        outcome = engine.once()
    if outcome.error:
        raise StoreTrouble(outcome.error)


def set_up(folder: Path) -> bool:
    """Ask what this till is to be and make it so; False when nothing was chosen.

    The demo shop has a folder of its own, which is run to its end from here.
    """
    from screens.setup import SetupApp, SetupKind

    answers = SetupApp(lambda address, code: join(folder, address, code, socket.gethostname())).run()
    if answers is None:
        return False
    speak(answers.language)
    match answers.kind:
        case SetupKind.ALONE:
            make_own_shop(
                folder,
                answers.shop_name,
                answers.country,
                answers.language,
                answers.staff_name,
                answers.pin,
            )
        case SetupKind.JOIN:
            fetch_first(folder)
        case SetupKind.DEMO:
            from omnipos.cli.demo.commands import run_demo
            from omnipos.cli.demo.goods import PREFIXES

            country = answers.country if answers.country in PREFIXES else "US"
            run_demo(default_folder("omnipos-demo"), country, answers.language)
            return False
        case unknown:
            assert_never(unknown)
    return True
