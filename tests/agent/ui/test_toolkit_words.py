from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from agent.ui import toolkit_words


@pytest.fixture
def _english_again(qapp: QApplication) -> Iterator[None]:
    yield
    toolkit_words.speak(qapp, "en")


@pytest.mark.usefixtures("_english_again")
def test_the_menu_of_a_text_field_speaks_the_users_language(qapp: QApplication, qtbot: QtBot) -> None:
    toolkit_words.speak(qapp, "de")
    field = QPlainTextEdit("Der Drucker streikt")
    qtbot.addWidget(field)
    menu = field.createStandardContextMenu()
    assert "&Kopieren\tStrg+C" in [action.text() for action in menu.actions()]
    menu.close()
