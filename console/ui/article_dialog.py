"""What helped with a ticket, made into an article for the next one who has it (promise 7). Main thread."""

import secrets
from collections.abc import Sequence

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QWidget

from console.language import _, chosen, known
from console.ui import words
from console.ui.dialogs import TextField
from console.ui.request_dialog import RequestDialog
from protocol import envelope, limits
from protocol.desk.events import Article
from protocol.envelope import TicketView

_TITLE_CHARS = 200
_OWN_NAMES = {"en": "English"}
"""Qt takes each of these for one country's."""


class ArticleDialog(RequestDialog):
    """Filled in from the ticket: once it is solved, Enter publishes."""

    def __init__(self, ticket: TicketView, parent: QWidget | None = None, articles: Sequence[Article] = ()) -> None:
        """`articles` fit the ticket; what is written may be one of these in another language."""
        title = _("Article from ticket {number}").format(number=ticket.number)
        lead = _("Whoever has the same trouble is shown it while writing. Leave out names and passwords.")
        super().__init__(title, lead, _("Publish"), parent)
        self._ticket = ticket
        self._key = secrets.token_hex(16)  # sent again after a cut it is published once
        self._title = QLineEdit(words.first_line(ticket.problem)[:_TITLE_CHARS], self)
        self._title.setMaxLength(_TITLE_CHARS)
        self._title.setAccessibleName(_("Title"))
        self._title.setToolTip(_("By its words the article is found"))
        self._problem = TextField(_("Problem"), lines=5, parent=self)
        self._problem.setToolTip(_("How the trouble shows"))
        self._problem.setPlainText(_rest(ticket.problem))
        self._solution = TextField(_("Solution"), lines=5, parent=self)
        self._solution.setToolTip(_("What helped"))
        self._solution.setPlainText(ticket.solution)
        self._for_users = QCheckBox(_("&Users may read it, too"), self)
        self._for_users.setAccessibleName(_("Users may read it, too"))
        self._for_users.setToolTip(_("Otherwise only colleagues are shown it"))
        self._for_users.setChecked(True)
        self._language = QComboBox(self)
        for code in known():
            self._language.addItem(_OWN_NAMES.get(code) or QLocale(code).nativeLanguageName(), code)
        self._language.setCurrentIndex(self._language.findData(chosen()[:2]))
        self._language.setAccessibleName(_("Language"))
        self._language.setToolTip(_("What it is written in; of several languages each reader is shown his"))
        self._of = QComboBox(self)
        self._of.addItem(_("no other article"), "")
        for article in articles:
            self._of.addItem(f"{words.one_line(article.title)[:60]} ({article.language})", article.topic)
        self._of.setAccessibleName(_("The same as"))
        self._of.setToolTip(_("The article that says the same in another language"))
        self.form.addRow(_("&Title"), self._title)
        self.form.addRow(_("&Problem"), self._problem)
        self.form.addRow(_("&Solution"), self._solution)
        self.form.addRow(_("&Language"), self._language)
        self.form.addRow(_("The same &as"), self._of)
        self.form.setRowVisible(self._of, bool(articles))
        self.form.addRow("", self._for_users)
        (self._title if ticket.solution else self._solution).setFocus()

    def what_is_missing(self) -> str:
        """See `RequestDialog`."""
        if not self._title.text().strip():
            return _("Please give it a title.")
        if not self._problem.text:
            return _("Please write what the problem is that it solves.")
        return "" if self._solution.text else _("Please say what helped.")

    def message(self, ref: int) -> envelope.PublishArticle:
        """The request."""
        body = "\n\n".join(part for part in (self._problem.text, self._solution.text) if part)
        article = Article(
            self._key,
            str(self._of.currentData()) or self._key,
            str(self._language.currentData()),
            self._title.text().strip(),
            body[: 8 * limits.NOTE_CHARS],
            for_users=self._for_users.isChecked(),
            tickets=(self._ticket.number,),
        )
        return envelope.PublishArticle(ref, article)


def _rest(problem: str) -> str:
    """What a problem says besides its first line, which is the title; all of it, if that is one line."""
    return "\n".join(problem.strip().splitlines()[1:]).strip() or problem.strip()
