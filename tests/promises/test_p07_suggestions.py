"""P7: knowledge is shared: an article that was published is suggested to the user who writes about the same."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from agent.ui.suggestions import looked_up
from protocol import envelope
from tests.agent.desk import desk_and_relay
from tests.relay.desk.test_suggesting import article


def test_p07_it_is_suggested_while_he_writes_and_read_without_a_request(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        jana = relay.play(relay.relay.console("jana"))
        made = article("Stripes on <b>paper</b>", "1. Open the lid.\n2. Clean the drum.")
        assert isinstance(relay.play(jana.ask(envelope.PublishArticle, made)), envelope.Done)
        page = desk.window.ask
        desk.window.show_ask()
        page.problem.setPlainText("There are stripes on my paper")
        desk.until(lambda: bool(page.suggestions.titles))
        assert page.suggestions.isVisible()
        page.suggestions.titles[0].click()
        desk.until(page.article.isVisible)
        read = [label.text() for label in page.article.findChildren(QLabel)]
        assert "Stripes on <b>paper</b>" in read
        assert "1. Open the lid.\n2. Clean the drum." in read
        page.article.hide()
        page.problem.setPlainText("My cat sings")
        desk.until(lambda: not page.suggestions.isVisible())
        assert relay.play(jana.ask(envelope.ListQueue)).tickets == ()


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("My password is hunter2!", "password"),
        ("Write to eva@example.org, or call +49 30 123", "Write call"),
        ("Der Bildschirm, der große, ist schwarz.", "Der Bildschirm der große ist schwarz"),
        ("12 34", ""),
    ],
)
def test_p07_only_plain_words_leave_before_send_is_pressed(typed: str, sent: str) -> None:
    assert looked_up(typed) == sent
