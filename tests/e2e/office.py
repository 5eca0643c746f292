"""What the demo shows of the desk itself: the month's report, and the page of somebody without an agent."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from relay.admin.folder import RelayFolder
from relay.reports import document, monthly, source
from relay.store import EventStore
from relay.web.links import Links
from tests.e2e import past
from tests.stage.world import World

PHONE, SCREEN = (390, 1400), (1000, 1500)
"""Width and height of the pages' pictures, in CSS pixels."""


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def write_report(world: World, folder: Path) -> Path:
    """Last month's report of a customer by the admin's command, as PDF and CSV, and its first page as PNG."""
    month = (datetime.now(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    pdf = folder / f"report-{past.CUSTOMER}-{month}.pdf"
    for path in (pdf, pdf.with_suffix(".csv")):
        world.admin("report", past.CUSTOMER, month, "--output", str(path))
    database = world.home / "relay" / "athand.db"
    made = source.read(database, past.CUSTOMER, monthly.month(month), datetime.now(UTC))
    pdf.with_suffix(".png").write_bytes(document.preview(made, "en")[0])
    return pdf


def photograph_pages(world: World, folder: Path, page: str) -> list[Path]:
    """The page of a request that is open, or was last, as its requester gets it by mail: phone and screen."""
    number = asyncio.run(_newest(world.home / "relay" / "athand.db"))
    address = Links.of(RelayFolder(world.home / "relay").web_key_file).address(page, number, datetime.now(UTC))
    pictures = []
    for name, size in (("phone", PHONE), ("screen", SCREEN)):
        pictures.append(folder / f"page-{name}.png")
        window = f"--window-size={size[0]},{size[1]}"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", window]
        world.office.run("chromium", *flags, f"--screenshot={pictures[-1]}", address, timeout_s=60)
    return pictures


async def _newest(database: Path) -> int:
    store = await EventStore.open(database)
    try:
        found = await store.rows(
            "SELECT number FROM tickets WHERE channel IN ('mail', 'web') ORDER BY number DESC LIMIT 1"
        )
        return int(found[0][0])
    finally:
        await store.close()
