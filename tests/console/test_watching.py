"""Machines and calls, through the real windows and a relay that answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from console import language
from console.ui import theme
from console.ui.machines_page import MachinesDialog
from protocol import envelope
from tests.console.made_up import FAULTS, fresh
from tests.console.net.stand import enrolled
from tests.console.relay import WITNESS, FakeRelay
from tests.console.test_app import Desk
from tests.parties import Parties


class WatchedDesk(Desk):
    """The same, with a relay that knows machines and calls."""

    def _answer(self, message: envelope.FromConsole) -> envelope.ToClient | None:
        match message:
            case envelope.ListFaults():
                return msgspec.structs.replace(FAULTS, ref=message.ref)
            case envelope.OpenProblem() | envelope.AcknowledgePage():
                return envelope.Ticket(message.ref, fresh(31, "It burns", "Eva"), (), (), WITNESS)
        return super()._answer(message)


@pytest.fixture(scope="module")
def parties() -> Parties:
    return Parties(now=datetime.now(UTC))


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication, parties: Parties, tmp_path: Path) -> Iterator[WatchedDesk]:
    language.choose("en")
    theme.apply(qapp)
    enrolled(parties, tmp_path)
    with FakeRelay(parties) as relay:
        desk = WatchedDesk(qtbot, relay, tmp_path)
        yield desk
        desk.console.leave_now()
        for window in QApplication.topLevelWidgets():
            window.close()


def test_p01_who_is_called_sees_it_above_everything_and_acknowledges_by_keyboard(desk: WatchedDesk) -> None:
    bar = desk.window.page
    desk.relay.push(envelope.TicketChanged(msgspec.structs.replace(fresh(31, "It burns", "Eva"), called="petr")))
    desk.relay.push(envelope.TicketChanged(msgspec.structs.replace(fresh(32, "It floods", "Eva"), called="jana")))
    desk.until(bar.isVisible)
    assert bar.number == 32, "the colleague's call is the colleague's"
    QTest.keyClick(desk.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.until(lambda: desk.heard(envelope.AcknowledgePage))
    assert msgspec.structs.replace(desk.heard(envelope.AcknowledgePage)[-1], ref=1) == envelope.AcknowledgePage(1, 32)
    desk.relay.push(envelope.TicketChanged(fresh(32, "It floods", "Eva")))
    desk.until(lambda: not bar.isVisible())


def test_p36_equal_faults_are_one_row_from_which_the_search_for_their_cause_begins(desk: WatchedDesk) -> None:
    QTest.keyClick(desk.window, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    desk.until(lambda: desk.heard(envelope.ListFaults))
    dialog = desk.find(MachinesDialog)
    tables = {table.accessibleName(): table for table in dialog.findChildren(QTableWidget)}
    desk.until(lambda: tables["Again and again"].rowCount() == 2)
    assert tables["Faults now"].rowCount() == 2
    look = next(
        button for button in dialog.findChildren(QPushButton) if button.accessibleName() == "Look for the cause"
    )
    tables["Again and again"].selectRow(1)
    assert not look.isEnabled(), "twice is not again and again"
    tables["Again and again"].selectRow(0)
    look.click()
    desk.until(lambda: desk.heard(envelope.OpenProblem))
    asked = msgspec.structs.replace(desk.heard(envelope.OpenProblem)[-1], ref=1)
    assert asked == envelope.OpenProblem(1, "disk.used_percent /")
