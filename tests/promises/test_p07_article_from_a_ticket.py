"""P7: what helped is an article in two clicks, and whoever opens the next ticket like it is shown it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from console import language
from console.app import Console
from console.ui import theme
from console.ui.article_dialog import ArticleDialog
from protocol import envelope
from tests.agent.desk import RelayThread
from tests.console.net.stand import enrolled
from tests.relay.rig import House


def test_p07_one_is_published_with_two_clicks_and_suggested_on_the_next_ticket_like_it(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    language.choose("en")
    theme.apply(qapp)
    house = House(tmp_path / "relay")
    with RelayThread(house) as relay:
        eva, jana = relay.play(relay.relay.agent()), relay.play(relay.relay.console())
        first = relay.play(eva.asks_for_help("The plotter draws stripes\nSince this morning.")).ticket.number
        relay.play(jana.takes(first))
        relay.play(jana.ask(envelope.ResolveTicket, first, "Clean the drum of the plotter."))
        second = relay.play(eva.asks_for_help("Our plotter has stripes again")).ticket.number
        relay.play(jana.leave())
        enrolled(house.ours, tmp_path / "state")
        console = Console(tmp_path / "state", relay=f"ws://127.0.0.1:{relay.relay.port}")
        window = console.window
        qtbot.addWidget(window)
        console.start(None)

        def until(true: object) -> None:
            qtbot.waitUntil(true, timeout=10_000)  # type: ignore[arg-type]

        try:
            until(lambda: window.model.rowCount() == 2)
            window.queue.select(first)
            until(lambda: window.ticket.timeline.model().rowCount() > 1)
            menu = window.ticket.findChild(QMenu)
            assert menu is not None
            make = next(action for action in menu.actions() if action.text().startswith("Make an article"))
            make.trigger()  # the first click
            dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, ArticleDialog) and w.isVisible()]
            QTest.keyClick(dialogs[0].focusWidget(), Qt.Key.Key_Return)  # the second
            until(lambda: "An article was made of it" in _history(window))
            window.queue.select(second)
            until(window.ticket.articles.isVisible)
            insert = window.ticket.articles.findChildren(QPushButton)[0]
            assert insert.accessibleName() == "Insert “The plotter draws stripes”"
            QTest.mouseClick(insert, Qt.MouseButton.LeftButton)
            assert window.ticket.composer.field.text == "Since this morning.\n\nClean the drum of the plotter."
            assert not window.ticket.composer.internal.isChecked()
        finally:
            console.leave_now()


def _history(window: object) -> str:
    model = window.ticket.timeline.model()  # type: ignore[attr-defined]
    return "\n".join(model.data(model.index(row), Qt.ItemDataRole.DisplayRole) for row in range(model.rowCount()))
