"""P7: an article that there is in the reader's language comes in it, whichever language its words were found in."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.article_dialog import ArticleDialog
from console.ui.deeds import Deed
from protocol import envelope
from tests.agent.desk import desk_and_relay
from tests.console.beside_relay import console_and_relay
from tests.relay.desk.test_suggesting import article
from tests.relay.peopled import peopled

ENGLISH = article("Stripes on paper", "Clean the drum.")


def test_p07_a_technician_writes_an_article_down_in_another_language(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with console_and_relay(tmp_path, qtbot, qapp, peopled) as (desk, relay):
        eva: Any = relay.play(relay.relay.agent())
        petr: Any = relay.play(relay.relay.console("petr"))
        relay.play(petr.ask(envelope.PublishArticle, ENGLISH))
        number = relay.play(eva.asks_for_help("Streifen auf dem Papier\nstripes, paper")).ticket.number
        relay.play(petr.takes(number))
        relay.play(petr.ask(envelope.ResolveTicket, number, "Trommel reinigen."))
        desk.open(number)
        desk.until(desk.window.ticket.articles.isVisible)
        desk.window.ticket.deeds.wanted.emit(Deed.ARTICLE)
        dialog = desk.dialog(ArticleDialog)
        dialog._language.setCurrentIndex(dialog._language.findData("de"))
        dialog._of.setCurrentIndex(dialog._of.findText("Stripes on paper (en)"))
        dialog._go.click()
        desk.until(lambda: "An article was made of it" in desk.history())
        for words, language, title in (
            ("paper stripes", "en", "Stripes on paper"),
            ("paper stripes", "de", "Streifen auf dem Papier"),
            ("Streifen Papier", "en", "Stripes on paper"),
        ):
            (found,) = relay.play(eva.ask(envelope.SuggestArticles, words, language)).articles
            assert (found.title, found.topic) == (title, ENGLISH.topic)


def test_p07_and_a_user_is_shown_it_in_the_language_of_his_window(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        jana: Any = relay.play(relay.relay.console("jana"))
        german = article("Streifen auf dem Papier", "Trommel reinigen.", topic=ENGLISH.topic, language="de")
        secret = article("Streifen auf Papier: wen wir anrufen", language="de", for_users=False)
        for one in (ENGLISH, german, secret):
            relay.play(jana.ask(envelope.PublishArticle, one))
        page = desk.window.ask
        desk.window.show_ask()
        page.problem.setPlainText("Streifen auf meinem Papier")
        desk.until(lambda: [title.text() for title in page.suggestions.titles] == ["Stripes on paper"])
