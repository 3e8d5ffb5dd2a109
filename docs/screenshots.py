"""`make screenshots`: drives the real till of a fresh demo shop and exports what it shows, as SVG."""

import asyncio
import re
import tempfile
from pathlib import Path

from omnipos.cli.demo.shop import OpenDemo, open_demo
from omnipos.cli.opening import open_till
from screens.app import TillApp

SIZE = (96, 26)
FOLDER = Path(__file__).parent / "screenshots"
SCANNER_PAUSE_S = 0.1


async def drive(app: TillApp, demo: OpenDemo) -> None:
    """Sell to a known customer as a cashier would, and keep a picture of each step."""
    cashier = next(one for one in demo.shop.staff if one.role == "cashier")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press(*cashier.name[:3].lower(), "enter", *cashier.pin, "enter")
        await pilot.pause(0.5)
        for code in (*demo.shop.barcodes[:6], demo.shop.barcodes[2], demo.shop.barcodes[0]):
            await pilot.press(*code, "enter")
            await pilot.pause(SCANNER_PAUSE_S)
        await pilot.press("f2")
        await pilot.press(*"0812-3456-7890")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(1.2)
        keep(app, "sell")
        await pilot.press("f12")
        await pilot.pause(0.2)
        keep(app, "pay")
        await pilot.press("f8")
        await pilot.pause(0.5)
        keep(app, "change")
        await pilot.press("escape", "f3")
        await pilot.pause(0.5)
        keep(app, "orders")
        await pilot.press("enter")
        await pilot.pause(0.5)
        keep(app, "order")


def keep(app: TillApp, name: str) -> None:
    """Export what is on the screen now."""
    drawn = app.export_screenshot(title="OmniPOS")
    # The fonts that the exporter names lie on another host; any fixed-width font at hand will do.
    drawn = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    (FOLDER / f"{name}.svg").write_text(drawn, encoding="utf-8")


def main() -> None:
    """Open a demo shop that is thrown away, and take the pictures."""
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_demo(Path(folder) / "demo", "ID", "en") as demo,
        open_till(demo.folder) as (till, settings),
    ):
        asyncio.run(drive(TillApp(till, settings), demo))


if __name__ == "__main__":
    main()
