"""Draws what is not a window: the web pages in a browser, the monthly report as its PDF has it."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from relay.reports import document
from tests.relay.reports.test_monthly import a_ticket, report

MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)
_PAGES = "kept_out or fit_a_phone"
"""The tests of the pages that look at every one of them; they save what they see."""


def draw_pages(folder: Path) -> list[Path]:
    """Light and dark, on a phone, on a wall.

    Raises:
        subprocess.CalledProcessError: the pages' own tests did not pass.
    """
    pages = folder / "pages"
    pages.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "tests/relay/web/test_browser.py", "-k", _PAGES]
    subprocess.run(command, check=True, env=os.environ | {"ATHAND_LOOKS": str(pages.absolute())}, stdout=sys.stderr)
    return sorted(pages.glob("*.png"))


def draw_report(folder: Path) -> list[Path]:
    """A month with work of all kinds, in both languages."""
    tickets = [
        a_ticket(number, MARCH.replace(day=number + 1), 5, [10, 25 * number], "Excel says that a file is locked")
        for number in range(1, 13)
    ]
    drawn = []
    for language in ("en", "de"):
        for at, page in enumerate(document.preview(report(*tickets), language), 1):
            drawn.append(folder / f"report-{language}-{at}.png")
            drawn[-1].write_bytes(page)
    return drawn
