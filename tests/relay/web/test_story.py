import string
import typing
from datetime import UTC, datetime, timedelta

import pytest

from protocol.desk import events, telling
from protocol.desk.events import Actor, EndReason, Entry
from relay.web import story
from relay.words import words
from tests.protocol.desk import stories

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
TELLER = story.Teller(words("en"), lambda at: f"{at:%H:%M}", lambda cents, currency: f"{cents} {currency}", "The desk")


def test_no_kind_of_event_is_told_in_words_that_say_nothing() -> None:
    source = (story.__file__ or "").removesuffix("c")
    with open(source, encoding="utf-8") as file:  # noqa: PTH123 - a test's look at the source
        written = file.read()
    missing = [
        kind.__name__
        for kind in typing.get_args(events.TicketEvent)
        if kind not in telling.AMONG_STAFF and f"events.{kind.__name__}" not in written
    ]
    assert missing == []


@pytest.mark.parametrize(("actor", "event"), stories._happenings, ids=lambda what: type(what).__name__)
def test_each_event_is_a_sentence_without_a_gap(actor: Actor, event: events.TicketEvent) -> None:
    told = story.lines([(7, Entry(1, NOW, actor, "jana", "Jana", event))], TELLER)
    if telling.told_to_requester(event) is None:
        assert told == []
        return
    (line,) = told
    assert line.what != "noted something"
    assert not [name for _, name, _, _ in string.Formatter().parse(line.what) if name is not None]
    assert line.who == ("The desk" if actor is Actor.DESK else "Jana")


def test_why_a_colleague_declined_and_why_links_were_taken_back_stays_among_staff() -> None:
    staff = events.Staff("petr", "Petr", "Engineer", "1")
    card = events.HandedOver(staff, "secret", "secret", "secret", reason="secret")
    secret: tuple[events.TicketEvent, ...] = (
        events.OfferDeclined(staff, "secret"),
        events.LinksRevoked("secret"),
        card,
    )
    history = [(number, Entry(1, NOW, Actor.STAFF, "jana", "Jana", event)) for number, event in enumerate(secret)]
    assert "secret" not in repr(story.lines(history, TELLER))
    assert "secret" not in repr(story.short(history, words("en")))


def test_a_session_of_under_a_minute_lasted_less_than_a_minute_wherever_it_is_told() -> None:
    session = "a" * 32
    over = events.SessionEnded(session, EndReason.TECHNICIAN_LEFT, 50)
    jana = events.Staff("jana", "Jana", "Engineer", "1")
    worked = events.TimeLogged(session, jana, NOW, NOW + timedelta(seconds=50), 50, events.WorkKind.REMOTE)
    happened: tuple[events.TicketEvent, ...] = (over, over, worked)
    history = [(number, Entry(1, NOW, Actor.DESK, "", "", event)) for number, event in enumerate(happened)]
    assert all("less than a minute" in line.what for line in story.lines(history, TELLER))
    assert story.short(history, words("en"))[0].text == "Sessions: 2. Together on the screen: less than a minute."


def test_a_session_that_the_user_did_not_agree_to_is_none_of_those_that_are_counted() -> None:
    refused = events.SessionEnded("a" * 32, EndReason.REFUSED, 0.0)
    unanswered = events.SessionEnded("b" * 32, EndReason.NO_ANSWER, 0.0)
    history = [(number, Entry(1, NOW, Actor.DESK, "", "", event)) for number, event in enumerate((refused, unanswered))]
    assert story.short(history, words("en")) == []


@pytest.mark.parametrize("reason", [EndReason.REFUSED, EndReason.NO_ANSWER])
def test_a_session_that_the_user_did_not_agree_to_is_told_without_a_duration(reason: EndReason) -> None:
    over = events.SessionEnded("a" * 32, reason, 0.0)
    (line,) = story.lines([(1, Entry(1, NOW, Actor.DESK, "", "", over))], TELLER)
    assert line.what == "noted that the screen was not shown"
