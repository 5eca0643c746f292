import contextlib
import dataclasses
import itertools
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.desk import chain, events
from protocol.desk.states import OPEN_STATES, Step, StepRefused, TicketState, advance
from protocol.desk.ticket import FoldError, Ticket, apply, fold

AT = datetime(2026, 11, 1, 10, tzinfo=UTC)
JANA = events.Staff("t1", "Jana Nováková", "Support engineer", "+420 1")
SESSION = "a" * 32

opened = events.Opened(
    request="0" * 32,
    device="d1",
    device_label="Laptop",
    requester="Eva",
    problem="The printer prints nothing",
    urgency=2,
    minutes=15,
    diagnostics=(),
    asked_at=AT,
)
later_events = st.sampled_from(
    [
        events.Triaged(impact=1, urgency=3),
        events.Assigned(JANA),
        events.Started(),
        events.NextStepSet("I call you", AT),
        events.MessageAdded("Hello"),
        events.SessionRequested(SESSION, JANA),
        events.SessionEnded(SESSION, events.EndReason.USER_STOPPED, 60.0),
        events.Resolved("New cable"),
        events.Accepted(),
        events.NotSolved("Still nothing"),
        events.Cancelled(),
    ]
)


def entry(event: events.Event, at: datetime = AT, ticket: int = 1) -> events.Entry:
    return events.Entry(ticket, at, events.Actor.DESK, "", "", event)


def possible(many: list[events.Event]) -> list[events.Entry]:
    """Those of them that are possible one after the other, behind the opening."""
    ticket, kept = apply(None, entry(opened)), [entry(opened)]
    for number, event in enumerate(many, 1):
        next_entry = entry(event, AT + timedelta(minutes=number))
        try:
            ticket = apply(ticket, next_entry)
        except StepRefused:
            continue
        kept.append(next_entry)
    return kept


def test_every_state_and_step_is_handled_or_refused_with_a_sentence() -> None:
    for state, step in itertools.product(TicketState, Step):
        try:
            assert advance(state, step) in TicketState
        except StepRefused as refused:
            assert str(refused).endswith(".")


def test_only_the_requesters_word_leads_to_closed() -> None:
    ways = []
    for state, step in itertools.product(TicketState, Step):
        try:
            if advance(state, step) is TicketState.CLOSED:
                ways.append((state, step))
        except StepRefused:
            pass
    assert ways == [(TicketState.RESOLVED, Step.ACCEPT)]


@given(st.lists(later_events, max_size=20))
def test_the_state_of_a_ticket_is_the_fold_of_its_events_and_nothing_else(many: list[events.Event]) -> None:
    history = possible(many)
    ticket = fold(history)
    assert ticket == fold([events.decode(events.encode(e)) for e in history])
    assert ticket.revision == len(history)
    assert ticket.changed_at == history[-1].at
    assert ticket.is_open == (ticket.state in OPEN_STATES)


@given(st.lists(later_events, max_size=20))
def test_a_ticket_that_is_worked_on_has_a_priority(many: list[events.Event]) -> None:
    ticket = fold(possible(many))
    if ticket.state in (TicketState.IN_PROGRESS, TicketState.ON_HOLD, TicketState.RESOLVED):
        assert ticket.priority is not None


@pytest.mark.parametrize(("impact", "urgency"), list(itertools.product((1, 2, 3), (1, 2, 3))))
def test_priority_is_impact_plus_urgency_less_one(impact: int, urgency: int) -> None:
    ticket = fold([entry(opened), entry(events.Triaged(impact, urgency))])
    assert ticket.priority == impact + urgency - 1


def test_minutes_of_sessions_add_up() -> None:
    ended = events.SessionEnded(SESSION, events.EndReason.TIME_OVER, 720.0)
    assert fold([entry(opened), entry(ended), entry(ended)]).worked_s == 1440.0


@pytest.mark.parametrize(
    "history",
    [
        [],
        [entry(events.Started())],
        [entry(opened), entry(opened)],
        [entry(opened), entry(events.MessageAdded("x"), ticket=2)],
    ],
)
def test_what_is_no_history_of_one_ticket_is_refused(history: list[events.Entry]) -> None:
    with pytest.raises(FoldError):
        fold(history)


def test_events_of_today_read_the_same_for_ever() -> None:
    """The bytes of an event as first released: if this fails, old histories cannot be read any more."""
    kept = bytes.fromhex(
        "86a67469636b657401a26174d6ff6ae70da0a56163746f72a46465736ba86163746f725f6964a0aa6163746f725f6e616d65a0"
        "a56576656e7483a474797065a754726961676564a6696d7061637401a7757267656e637903"
    )
    read = events.decode(kept)
    assert read.event == events.Triaged(1, 3)
    assert events.encode(read) == kept


@given(st.binary(max_size=100))
def test_any_bytes_are_an_event_or_the_documented_error(data: bytes) -> None:
    with contextlib.suppress(events.EventError):
        events.decode(data)


def make_chain(count: int) -> list[chain.Row]:
    rows, head = [], chain.EMPTY
    for number in range(1, count + 1):
        salt, body = os.urandom(chain.SALT_BYTES), f"event {number}".encode()
        digest = chain.digest(salt, body)
        head = chain.extend(head, digest)
        rows.append(chain.Row(number, salt, body, digest, head.link))
    return rows


def test_an_untouched_chain_verifies_and_so_does_one_with_erased_bodies() -> None:
    rows = make_chain(20)
    head = chain.Head(20, rows[-1].link)
    assert chain.verify(rows) == head
    rows[3] = dataclasses.replace(rows[3], salt=None, body=None)
    assert chain.verify(rows, anchors=[head, chain.Head(3, rows[2].link)]) == head


@given(st.integers(1, 12), st.data())
def test_one_changed_missing_added_or_moved_row_is_found(count: int, data: st.DataObject) -> None:
    rows = make_chain(count)
    witnessed = chain.Head(count, rows[-1].link)
    at = data.draw(st.integers(0, count - 1))
    row = rows[at]
    damage = data.draw(st.sampled_from(["body", "salt", "digest", "link", "delete", "repeat", "swap", "cut", "half"]))
    match damage:
        case "body":
            rows[at] = dataclasses.replace(row, body=(row.body or b"") + b"!")
        case "salt":
            rows[at] = dataclasses.replace(row, salt=bytes(16))
        case "digest":
            rows[at] = dataclasses.replace(row, digest=bytes(32))
        case "link":
            rows[at] = dataclasses.replace(row, link=bytes(32))
        case "delete":
            del rows[at]
        case "repeat":
            rows.insert(at, row)
        case "swap" if count > 1:
            other = (at + 1) % count
            rows[at], rows[other] = rows[other], rows[at]
        case "cut":
            del rows[at:]
        case _:
            rows[at] = dataclasses.replace(row, salt=None)
    with pytest.raises(chain.ChainError):
        chain.verify(rows, anchors=[witnessed])


def test_a_history_rewritten_from_one_event_on_is_found_by_whoever_kept_a_witness() -> None:
    rows = make_chain(5)
    witnessed = chain.Head(5, rows[-1].link)
    forged = make_chain(5)
    assert chain.verify(forged).number == 5  # the control: in itself the forgery holds
    with pytest.raises(chain.ChainError, match="witnessed"):
        chain.verify(forged, anchors=[witnessed])


def test_a_ticket_cannot_be_changed_in_place() -> None:
    ticket: Ticket = fold([entry(opened)])
    with pytest.raises(AttributeError, match="immutable"):
        ticket.state = TicketState.CLOSED  # type: ignore[misc]
