from datetime import UTC, datetime

from protocol import envelope, limits
from protocol.desk import chain, events
from protocol.desk.ticket import Ticket, fold
from protocol.diagnostics import DiagnosticField
from relay.desk import views

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LONG = "ü" * limits.PROBLEM_CHARS
FIELDS = tuple(
    DiagnosticField(f"key.{n}", "ü" * limits.NAME_CHARS, "ü" * limits.DIAGNOSTIC_CHARS)
    for n in range(limits.DIAGNOSTIC_FIELDS)
)


def entry(event: events.Event) -> events.Entry:
    return events.Entry(1, NOW, events.Actor.STAFF, "jana", "Jana", event)


OPENED = entry(events.Opened("a" * 32, "laptop", "Laptop", "Eva", LONG, 1, 10, FIELDS, NOW))


def ticket() -> Ticket:
    return fold([OPENED])


def test_a_history_too_long_for_a_message_keeps_its_beginning_and_its_end() -> None:
    history = [(1, OPENED)] + [(n, entry(events.MessageAdded(LONG))) for n in range(2, 300)]
    view = views.ticket_view(ticket(), requester="Eva", online=True)
    answer, left_out = views.whole(1, view, ticket(), history, chain.EMPTY, for_staff=True)
    numbers = [line.number for line in answer.history]
    assert left_out == len(history) - len(numbers)
    assert numbers == [1, *range(numbers[1], 300)]
    assert len(numbers) > 50
    assert len(envelope.encode(answer).encode()) <= limits.REPLY_BYTES


def test_a_list_too_long_for_a_message_shortens_texts_before_it_leaves_tickets_out() -> None:
    view = views.ticket_view(ticket(), requester="Eva", online=True)
    few, none = views.listed(1, [view] * 10)
    assert (few.tickets, none) == ((view,) * 10, 0)
    many, none = views.listed(1, [view] * 1000)
    assert (len(many.tickets), none) == (1000, 0)
    assert len(many.tickets[0].problem) == views.SHORT_CHARS
    too_many, left_out = views.listed(1, [view] * 5000)
    assert len(too_many.tickets) + left_out == 5000
    assert left_out > 0
    assert len(envelope.encode(too_many).encode()) <= limits.REPLY_BYTES


def test_a_short_history_is_shown_whole() -> None:
    history = [(1, OPENED), (2, entry(events.MessageAdded("a"))), (5, entry(events.MessageAdded("b", internal=True)))]
    view = views.ticket_view(ticket(), requester="Eva", online=False)
    for for_staff, numbers in ((True, [1, 2, 5]), (False, [1, 2])):
        answer, left_out = views.whole(1, view, ticket(), history, chain.EMPTY, for_staff=for_staff)
        assert ([line.number for line in answer.history], left_out) == (numbers, 0)
