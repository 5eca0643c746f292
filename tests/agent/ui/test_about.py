from pytestqt.qtbot import QtBot

from agent.ui.about import AboutWindow
from protocol.desk.events import Threshold


def test_all_that_the_program_says_of_itself_is_read_or_scrolled_to(qtbot: QtBot) -> None:
    shown = AboutWindow("Demo Help Desk", "Ctrl + Alt + End")
    qtbot.addWidget(shown)
    shown.show_watch([Threshold("disk.used_percent", 90, 85)])
    shown.come_up()
    qtbot.waitExposed(shown)
    said, seen = shown._scrolled.widget(), shown._scrolled.viewport()
    assert said is not None
    qtbot.waitUntil(lambda: said.height() == seen.height())  # nothing to scroll to
    shown.resize(shown.width(), 40 * 8)
    qtbot.waitUntil(lambda: shown._scrolled.verticalScrollBar().maximum() > 0)
    assert said.height() >= shown._said.totalHeightForWidth(said.width())
