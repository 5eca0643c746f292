"""What helped once and may help with the ticket that is open (promise 7). Main thread; shows plain text."""

import html

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from console.language import _
from console.ui import shortcuts, theme, words
from protocol.desk.events import Article

_TIP_CHARS = 600


class KnownArticles(QWidget):
    """The articles the relay suggests, the likeliest first; nothing is shown when none fits.

    Signals:
        inserted: (text, internal) to be put into the message; `internal`: it is for colleagues only.
    """

    inserted = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Known articles"))
        self._shown: tuple[Article, ...] = ()
        heading = QLabel(_("Known articles"), self)
        heading.setProperty("section", True)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(theme.GRID // 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID // 2)
        column.addWidget(heading)
        column.addLayout(self._rows)
        self.hide()

    @property
    def articles(self) -> tuple[Article, ...]:
        """Those that are shown."""
        return self._shown

    def clear(self) -> None:
        """Nothing is known."""
        self.show_articles(())

    def show_articles(self, articles: tuple[Article, ...]) -> None:
        """Shows these; the same again moves nothing."""
        if articles == self._shown:
            return
        self._shown = articles
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for article in articles:
            self._rows.addWidget(self._row(article))
        self.setVisible(bool(articles))

    def want_insert(self) -> None:
        """As if the first one's button had been pressed; nothing if there is none."""
        if self._shown:
            self._insert(self._shown[0])

    def _row(self, article: Article) -> QWidget:
        row = QWidget(self)
        said = words.one_line(article.title)
        if not article.for_users:
            said = f"{said} · {_('internal')}"
        title = QLabel(said, row)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        title.setSizePolicy(policy)
        title.setAccessibleName(said)
        title.setAccessibleDescription(article.body)
        title.setToolTip(_plain(article.body))
        insert = QPushButton(theme.icon("arrow-turn-down"), _("Insert"), row)
        insert.setAccessibleName(_("Insert “{title}”").format(title=said))
        first = bool(self._shown) and article == self._shown[0]
        keys = f" ({words.keys(shortcuts.INSERT)})" if first else ""
        insert.setToolTip(_("Puts it into the message, to be read and sent") + keys)
        insert.clicked.connect(lambda _checked=False: self._insert(article))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.GRID)
        line.addWidget(title, 1)
        line.addWidget(insert, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _insert(self, article: Article) -> None:
        self.inserted.emit(article.body, not article.for_users)


def _plain(text: str) -> str:
    """A tooltip guesses at rich text; an escaped one in a frame is always what was written."""
    cut = text if len(text) <= _TIP_CHARS else text[:_TIP_CHARS] + " …"
    return f"<p style='white-space: pre-wrap'>{html.escape(cut)}</p>"
