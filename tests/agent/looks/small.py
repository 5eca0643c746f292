"""What opens beside the window: an article, the menu of the tray."""

from PySide6.QtWidgets import QMenu, QWidget

from agent.ui.suggestions import ArticleWindow
from agent.ui.tray import Tray
from protocol.desk import events
from tests.agent.looks.windows import small as dressed

_KEPT: list[Tray] = []


def article() -> QWidget:
    """What helped others."""
    dressed()
    shown = ArticleWindow()
    body = "1. Open the lid.\n2. Clean the drum."
    shown.show_article(events.Article("d" * 32, "d" * 32, "en", "Stripes on paper", body))
    return shown


def tray_menu() -> QMenu:
    """What a click on the sign opens."""
    dressed()
    tray = Tray(available=False)
    _KEPT.append(tray)  # the menu goes with it
    tray.show_sharing(sharing=True)
    return tray.menu
