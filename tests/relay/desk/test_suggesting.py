"""Which articles fit what somebody writes."""

import secrets
from pathlib import Path
from typing import Any

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Article
from relay.desk.suggesting import ArticleIndex
from tests.relay.rig import House, scene


def article(title: str, body: str = "Do this.", **facts: Any) -> Article:
    key = secrets.token_hex(16)
    return Article(**({"identifier": key, "topic": key, "language": "en", "title": title, "body": body} | facts))


PRINTER = article("The printer prints stripes", "Clean its drum.", tags=("printing",))
PRINTER_DE = article("Der Drucker druckt Streifen", topic=PRINTER.topic, language="de")
SCREEN = article("A screen stays black", "Look at its cable. Not to be mixed up with a printer.")
SECRET = article("The printer's service password", "hunter2", for_users=False)
GONE = article("The printer in the cellar", withdrawn=True)
INDEX = ArticleIndex({one.identifier: one for one in (PRINTER, PRINTER_DE, SCREEN, SECRET, GONE)})


def found(text: str, language: str = "en", *, for_users: bool = True) -> list[Article]:
    return INDEX.suggest(text, language, 5, for_users=for_users)


def test_words_of_the_title_count_most_and_what_is_withdrawn_or_for_staff_never_comes() -> None:
    assert found("My PRINTER makes stripes")[0] == PRINTER
    assert SECRET not in found("printer password")
    assert SECRET in found("printer password", for_users=False)
    assert GONE not in found("printer in the cellar", for_users=False)


def test_the_word_being_typed_counts_by_its_beginning_and_accents_do_not() -> None:
    assert found("it has strip")[0] == PRINTER
    assert found("it has strip there") == []
    assert found("scr\u00e9\u00e9n bl")[0] == SCREEN


def test_of_an_articles_translations_the_readers_comes_whichever_of_them_has_the_words() -> None:
    assert found("printer stripes", "de")[0] == PRINTER_DE
    assert PRINTER not in found("printer stripes", "de")
    assert found("Drucker Streifen", "en")[0] == PRINTER
    assert found("Drucker Streifen", "fr")[0] == PRINTER_DE, "there is none in French"
    hidden = article("Interne Notiz", topic=SCREEN.topic, language="de", for_users=False)
    index = ArticleIndex({one.identifier: one for one in (SCREEN, hidden)})
    assert index.suggest("black screen", "de", 5, for_users=True) == [SCREEN]
    assert index.suggest("black screen", "de", 5, for_users=False) == [hidden]


@pytest.mark.parametrize("text", ["", "   ", "the a to it", "zebra", "\0" * 100, "x" * 4000])
def test_what_says_nothing_finds_nothing(text: str) -> None:
    assert [one for one in found(text) if one not in (PRINTER, SCREEN)] == []


@scene
async def test_p07_what_a_technician_publishes_is_suggested_from_then_on_and_its_ticket_says_so(tmp_path: Path) -> None:
    async with House(tmp_path / "relay").relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help("The printer prints stripes")).ticket.number
        assert (await agent.ask(envelope.SuggestArticles, "stripes on paper")).articles == ()
        made = article("Stripes on paper", "1. Open it.\n2. Clean the drum.", tickets=(number,))
        for _ in range(2):  # sent again after a cut
            assert isinstance(await console.ask(envelope.PublishArticle, made), envelope.Done)
        assert (await agent.ask(envelope.SuggestArticles, "stripes on paper")).articles == (made,)
        assert (await console.ask(envelope.SuggestArticles, "stripes on paper")).articles == (made,)
        history = (await console.ask(envelope.ReadTicket, number)).history
        used = [line.event for line in history if isinstance(line.event, events.ArticleUsed)]
        assert used == [events.ArticleUsed(made.identifier, made=True)]
        astray = await console.ask(envelope.PublishArticle, article("No ticket", tickets=(999,)))
        assert isinstance(astray, envelope.RequestRefused)
