from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from console.ui import shortcuts, toolkit_words, words


@pytest.fixture
def _english_again(qapp: QApplication) -> Iterator[None]:
    yield
    toolkit_words.speak(qapp, "en")


@pytest.mark.usefixtures("_english_again")
def test_keys_are_called_as_they_are_on_the_technicians_keyboard(qapp: QApplication) -> None:
    called = {}
    for language in ("en", "de", "en"):
        toolkit_words.speak(qapp, language)
        called[language] = words.keys(shortcuts.HOLD)
    assert called == {"en": "Ctrl+Shift+H", "de": "Strg+Umschalt+H"}


@pytest.mark.usefixtures("_english_again")
def test_the_menu_of_a_text_field_speaks_the_technicians_language(qapp: QApplication, qtbot: QtBot) -> None:
    toolkit_words.speak(qapp, "de")
    field = QLineEdit("Drucker")
    qtbot.addWidget(field)
    menu = field.createStandardContextMenu()
    assert "&Kopieren\tStrg+C" in [action.text() for action in menu.actions()]
    menu.close()
