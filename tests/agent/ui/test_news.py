from datetime import timedelta

from agent.ui.news import news
from protocol.desk import events
from protocol.desk.events import Actor, Event
from protocol.envelope import HistoryLine
from tests.agent.asked import JANA, NOW


def line(minutes: int, event: Event, actor: Actor = Actor.STAFF) -> HistoryLine:
    name = {Actor.STAFF: JANA.name, Actor.REQUESTER: "Eva", Actor.DESK: ""}[actor]
    return HistoryLine(minutes, NOW + timedelta(minutes=minutes), actor, name, event)


def test_the_newest_word_of_the_help_desks_is_news_and_the_users_own_is_not() -> None:
    history = [
        line(1, events.MessageAdded("Old")),
        line(3, events.QuestionAsked("a" * 32, "Which\nprinter?")),
        line(4, events.Started()),
        line(5, events.MessageAdded("The blue one"), Actor.REQUESTER),
    ]
    assert news(history, NOW + timedelta(minutes=2)) == "Jana Nováková asked: Which printer?"
    assert news(history, NOW + timedelta(minutes=3)) == ""
