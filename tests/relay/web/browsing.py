"""A desk on a loop of its own, and a headless Chromium beside it: one of each for all tests of a module."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from axe_core_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, sync_playwright

from protocol.desk import events
from tests.relay.web.desk import Desk, desk

CHROMIUM = "/usr/bin/chromium"
WAIT_S = 30
T = TypeVar("T")


class Away:
    """The desk, from a thread that has no loop."""

    def __init__(self, at: Desk, loop: asyncio.AbstractEventLoop) -> None:
        self.at, self._loop = at, loop

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.at.port}{path}"

    def staff_url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.at.staff_port}{path}"


@contextmanager
def desk_beside(path: Path, *book: events.BookEvent, **options: Any) -> Iterator[Away]:
    """A running one, in a thread."""
    ready: concurrent.futures.Future[Away] = concurrent.futures.Future()
    over = asyncio.Event()

    async def run() -> None:
        try:
            async with desk(path, *book, **options) as at:
                ready.set_result(Away(at, asyncio.get_running_loop()))
                await over.wait()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    away = ready.result(WAIT_S)
    try:
        yield away
    finally:
        away._loop.call_soon_threadsafe(over.set)
        thread.join(WAIT_S)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_in(browser: Browser, *, scripts: bool = False, **options: Any) -> Iterator[Page]:
    """A fresh browser profile; without JavaScript, as the pages are made for."""
    context = browser.new_context(java_script_enabled=scripts, **options)
    complaints: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        yield page
    finally:
        context.close()
    assert not [text for text in complaints if "Failed to load resource" not in text], complaints


def barriers(page: Page) -> Sequence[str]:
    """What axe finds that keeps somebody out (WCAG 2.1, A and AA); needs a page with scripts."""
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],"
        " rules: {'meta-refresh': {enabled: false}}})"
    )
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found["violations"]
    ]


def too_wide(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
