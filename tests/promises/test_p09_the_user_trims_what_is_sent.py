"""P9: diagnostics go along with a ticket after the user has seen and trimmed them."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from agent import messages
from agent.diagnostics import LocalMachine, ScreenFacts, fields
from agent.net.clerk import Clerk
from agent.outbox import Request
from agent.place import Place
from agent.ui.ask_page import AskPage
from agent.ui.preview import Preview
from protocol import envelope, limits
from protocol.diagnostics import DiagnosticField
from tests.agent.net.test_clerk import laptop
from tests.relay.rig import House, scene

FIELDS = fields(LocalMachine(), ScreenFacts(((1920, 1080, 100),), "xcb", "en_GB"))
any_field = st.builds(
    DiagnosticField,
    key=st.from_regex(r"[a-z0-9_.]{1,60}", fullmatch=True),
    label=st.text(max_size=limits.NAME_CHARS),
    value=st.text(max_size=limits.DIAGNOSTIC_CHARS),
)


def previewed(page: AskPage) -> list[tuple[str, str]]:
    """What stands on the page, read off its labels: what is ticked, and the value beside it."""
    values = {label.buddy(): label.text() for label in page.preview.findChildren(QLabel) if label.buddy()}
    return [(tick.text().replace("&&", "&"), values[tick]) for tick, _field in page.preview._ticks if tick.isChecked()]


def sent_by(page: AskPage) -> Request:
    requests: list[Request] = []
    page.request_ready.connect(requests.append)
    page.problem.setPlainText("The printer is on fire")
    page.send.setEnabled(True)
    QTest.mouseClick(page.send, Qt.MouseButton.LeftButton)
    (request,) = requests
    return request


def test_p09_a_ticket_carries_system_memory_disk_network_and_recent_errors(qtbot: QtBot) -> None:
    page = AskPage("Eva", "laptop")
    qtbot.addWidget(page)
    page.show_fields(FIELDS)
    assert {field.key for field in sent_by(page).diagnostics} >= {"os", "memory", "disk", "network", "errors"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(collected=st.lists(any_field, max_size=limits.DIAGNOSTIC_FIELDS), data=st.data())
def test_p09_what_is_sent_is_to_the_byte_what_was_previewed_without_what_was_unticked(
    collected: list[DiagnosticField], data: st.DataObject, qtbot: QtBot
) -> None:
    page = AskPage("Eva", "laptop")
    qtbot.addWidget(page)
    page.show_fields(tuple(collected))
    unticked = data.draw(st.sets(st.sampled_from(range(len(collected))))) if collected else set()
    for at in unticked:
        page.preview._ticks[at][0].setChecked(False)
    seen = previewed(page)
    request = sent_by(page)
    assert list(request.diagnostics) == [field for at, field in enumerate(collected) if at not in unticked]
    assert seen == [(field.label, field.value) for field in request.diagnostics]
    on_the_wire = envelope.decode_from_agent(envelope.encode(request.as_sent(1)))
    assert isinstance(on_the_wire, envelope.OpenTicket)
    assert on_the_wire.diagnostics == request.diagnostics


def test_p09_untick_all_sends_none(qtbot: QtBot) -> None:
    page = AskPage("Eva", "laptop")
    qtbot.addWidget(page)
    page.show_fields(FIELDS)
    QTest.mouseClick(page.preview.none, Qt.MouseButton.LeftButton)
    assert sent_by(page).diagnostics == ()


def test_p09_what_was_not_shown_yet_is_not_sent(qtbot: QtBot) -> None:
    page = AskPage("Eva", "laptop")
    qtbot.addWidget(page)
    page.show_fields(None)
    assert sent_by(page).diagnostics == ()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


@scene
async def test_p09_the_ticket_at_the_desk_has_what_was_sent_and_nothing_else(house: House, tmp_path: Path) -> None:
    kept = tuple(field for field in FIELDS if field.key not in ("memory", "uptime"))
    async with house.relay() as relay:
        told: asyncio.Queue[messages.Happened] = asyncio.Queue()
        clerk = Clerk(
            Place(tmp_path / "agent"), laptop(house, relay.port), hot_key="ctrl+alt+End", tell=told.put_nowait
        )
        task = asyncio.create_task(clerk.run())
        request = Request("a" * 32, "Eva", "It smokes", 2, 10, kept, house.ours.now)
        clerk.wish(messages.SendRequest(request))
        while not isinstance(await told.get(), messages.RequestTaken):
            pass
        console = await relay.console()
        ticket = await console.ask(envelope.ReadTicket, 1)
        assert ticket.diagnostics == kept
        assert (ticket.ticket.problem, ticket.ticket.requester) == ("It smokes", "Eva")
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def test_p09_untick_all_is_in_sight_however_much_would_be_sent(qtbot: QtBot) -> None:
    preview = Preview()
    qtbot.addWidget(preview)
    preview.show_fields(tuple(DiagnosticField(f"fact{n}", f"Fact {n}", "a value") for n in range(30)))
    preview.resize(320, 320)
    preview.show()
    QApplication.processEvents()
    assert preview.none.visibleRegion().boundingRect() == preview.none.rect()
