import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from console.ui import theme
from console.ui.dialogs import NoteDialog


@pytest.mark.parametrize("sentence", ["Nothing was sent.", "There is no connection to the server. " * 4])
def test_a_dialog_grows_with_what_it_has_to_say_so_that_nothing_in_it_is_squeezed(qtbot: QtBot, sentence: str) -> None:
    dialog = NoteDialog(1, "The line to the server was cut.")
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.fail(sentence)
    (field,) = dialog.findChildren(QPlainTextEdit)
    (save,) = (button for button in dialog.findChildren(QPushButton) if button.text() == "Save note")

    def apart() -> int:
        return save.mapTo(dialog, QPoint()).y() - field.mapTo(dialog, QPoint(0, field.height())).y()

    qtbot.waitUntil(lambda: apart() >= 2 * theme.GRID)
