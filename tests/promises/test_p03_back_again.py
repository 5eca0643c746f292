"""P3: an absence is taken back by whoever is back early or stays, in the console's window."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.staff_page import StaffDialog
from protocol import envelope
from tests.console.beside_relay import console_and_relay
from tests.relay.peopled import away, peopled


def test_p03_what_has_begun_ends_now_and_what_was_planned_is_struck(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with console_and_relay(tmp_path, qtbot, qapp, peopled) as (desk, relay):
        desk.until(lambda: desk.console._online)
        petr: Any = relay.play(relay.relay.console("petr"))
        planned = datetime.now(UTC) + timedelta(hours=12)
        relay.play(away(petr, "olga"))
        relay.play(away(petr, "petr", begin=planned))
        desk.window.bar.staff.emit()
        dialog = desk.dialog(StaffDialog)
        desk.until(lambda: dialog._away.rowCount() == 2)
        assert dialog._away.model().index(0, 0).data() == "Olga Malá"
        assert not dialog._back.isEnabled()
        dialog._away.selectRow(0)
        dialog._back.click()
        desk.until(lambda: dialog._away.rowCount() == 1)
        dialog._away.selectRow(0)
        dialog._back.click()
        desk.until(lambda: dialog._away.rowCount() == 0)
        book = relay.play(relay.relay.relay._store.book())
        now = datetime.now(UTC)
        assert book.duty.absent(now + timedelta(seconds=1)) == book.duty.absent(planned) == frozenset()
        first, second = book.duty.absences.values()
        assert first.begin < first.end <= now  # it was so until now, and the history says so
        assert second.begin == second.end
        again: Any = relay.play(petr.ask(envelope.EndAbsence, first.absence))
        assert again.sentence == "This absence is over already, or was taken back."
        dialog.close()
