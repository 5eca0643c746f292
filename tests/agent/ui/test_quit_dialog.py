import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from agent.ui.quit_dialog import Open, QuitDialog


@pytest.mark.parametrize(
    ("open_now", "said"),
    [
        (Open(looking="Jana"), "Jana can then no longer see your screen."),
        (Open(asking="Jana"), "The question of Jana then counts as answered with no."),
        (Open(requests=True), "Your request stays open; help goes on when you start athand again."),
        (Open(requests=True, unsent=True), "What is not sent yet is kept, and goes out when you start athand again."),
    ],
)
def test_it_says_what_quitting_means(open_now: Open, said: str, qtbot: QtBot) -> None:
    dialog = QuitDialog(open_now)
    qtbot.addWidget(dialog)
    assert said in [label.text() for label in dialog.findChildren(QLabel)]


def test_every_way_but_one_leads_back(qtbot: QtBot) -> None:
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        dialog = QuitDialog(Open(requests=True))
        qtbot.addWidget(dialog)
        with qtbot.assertNotEmitted(dialog.confirmed):
            dialog.open()
            QTest.keyClick(dialog, key)
        assert not dialog.isVisible()
    dialog = QuitDialog(Open(requests=True))
    qtbot.addWidget(dialog)
    dialog.open()
    with qtbot.waitSignal(dialog.confirmed):
        QTest.mouseClick(dialog.quit, Qt.MouseButton.LeftButton)


def test_with_nothing_open_there_is_nothing_to_ask() -> None:
    assert not Open()
