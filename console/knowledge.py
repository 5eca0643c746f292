"""Joins articles to the relay: made of a ticket, suggested on the next one like it (promise 7). Main thread."""

from PySide6.QtCore import QObject

from console.language import chosen
from console.requests import Answer, Ask
from console.ui.article_dialog import ArticleDialog
from console.ui.deeds import Deed
from console.ui.main_window import MainWindow
from protocol import envelope, limits


class KnowledgeDesk(QObject):
    """Asks once for each ticket that is opened what may help with it."""

    def __init__(self, ask: Ask, window: MainWindow) -> None:
        super().__init__(window)
        self._ask, self._window = ask, window
        self._asked: tuple[int, str] | None = None
        window.ticket.shown.connect(self._suggest)
        window.ticket.deeds.wanted.connect(self._do)

    def _suggest(self, number: int) -> None:
        view = self._window.ticket.view
        if view is None or self._asked == (number, view.problem):
            return
        asked = self._asked = number, view.problem

        def came(answer: Answer) -> None:
            if isinstance(answer, envelope.Suggestions) and self._asked == asked:
                self._window.ticket.articles.show_articles(answer.articles)

        def failed(_sentence: str) -> None:
            self._asked = None  # nobody has to know: it is asked again with the ticket

        text = view.problem[: limits.PROBLEM_CHARS]
        self._ask(lambda ref: envelope.SuggestArticles(ref, text, chosen()[:2]), came, failed, reads=True)

    def _do(self, deed: Deed) -> None:
        view = self._window.ticket.view
        if view is None or deed is not Deed.ARTICLE:
            return
        dialog = ArticleDialog(view, self._window, self._window.ticket.articles.articles)

        def done(_answer: Answer) -> None:
            dialog.succeed()
            self._asked = None
            self._suggest(self._window.ticket.number)

        dialog.submitted.connect(lambda: self._ask(dialog.message, done, dialog.fail, what=dialog.windowTitle()))
        dialog.open()
