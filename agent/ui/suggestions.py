"""What may help right away, while the user writes (P7): titles to choose from, and one article in its own window."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from agent.ui import plain, theme
from agent.ui.parts import Button, Card, Text, empty, row
from agent.ui.theme import GRID
from agent.words import _
from protocol.desk.events import Article

MOST = 3
"""More would be a list to work through."""
_TITLE_CHARS = 70
_WORDS = 64
_SHORT = 3


def looked_up(text: str) -> str:
    """What of a text goes to the help desk to be looked up: whole words of letters alone, nothing with digits or signs.

    What may be a password, a number or an address stays here until the user presses Send.
    """
    words = [word.strip(".,;:!?()\"'") for word in text.split()]
    return " ".join([word for word in words if word.isalpha() and len(word) >= _SHORT][:_WORDS])


class Suggestions(Card):
    """Signals: `chosen(Article)`. Hidden while there is nothing."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("soft", spacing=GRID // 2)
        self.titles: list[Button] = []
        self.hide()

    def show_articles(self, articles: Sequence[Article]) -> None:
        """The likeliest first."""
        empty(self.rows)
        self.titles = []
        if articles:
            self.rows.addWidget(Text(_("This may help right away:"), size="strong"))
        for article in articles[:MOST]:
            title = Button(plain.one_line(article.title, _TITLE_CHARS), _("Shows what helped others"), kind="link")
            title.clicked.connect(lambda _checked=False, article=article: self.chosen.emit(article))
            self.titles.append(title)
            self.rows.addWidget(title, 0, Qt.AlignmentFlag.AlignLeft)
        self.setVisible(bool(articles))


class ArticleWindow(QWidget):
    """One article."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowIcon(theme.program_icon())
        self.title = Text(size="title")
        self.body = Text()
        self.body.setAlignment(Qt.AlignmentFlag.AlignTop)
        inside = QWidget()
        inside.setObjectName("scrolled")
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(0, 0, GRID, 0)
        inner.addWidget(self.body)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        close = Button(_("Close"), _("Closes this window"))
        close.clicked.connect(self.hide)
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.hide)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.title)
        layout.addWidget(scroll, 1)
        layout.addWidget(Text(_("If that does not help, send your request all the same."), tone="muted"))
        layout.addLayout(row(1, close))
        self.resize(80 * GRID, 64 * GRID)

    def show_article(self, article: Article) -> None:
        """Brings it up."""
        self.setWindowTitle(plain.one_line(article.title))
        self.title.setText(plain.one_line(article.title, 200))
        self.body.setText(plain.clean(article.body, 32_000))
        self.showNormal()
        self.raise_()
        self.activateWindow()
