"""What the events about holding, estimating, raising and coming back do to a ticket."""

import msgspec
import pytest
from hypothesis import given

from protocol.desk import events
from protocol.desk.events import Entry, HoldReason
from protocol.desk.states import StepRefused, TicketState
from protocol.desk.ticket import apply, fold
from tests.protocol.desk.hours import prague
from tests.protocol.desk.stories import DESK, FRIDAY, STAFF, USER, Told, entry, some_histories, story, taken

BEGUN = taken(FRIDAY + "09:00")
SOLVED: tuple[Told, ...] = (*BEGUN, (FRIDAY + "10:00", STAFF, events.Resolved("New cable")))
LATER = FRIDAY + "12:00"


def test_on_hold_has_a_reason_and_perhaps_a_day_and_both_go_with_it() -> None:
    hold = events.OnHold(HoldReason.VENDOR, prague("2026-11-25 12:00"), "They send a new one")
    held = story(FRIDAY + "09:00", *BEGUN, (LATER, STAFF, hold))
    assert (held.state, held.hold, held.hold_until) == (TicketState.ON_HOLD, HoldReason.VENDOR, hold.until)
    for event in (events.Resumed(), events.Started()):
        resumed = apply(held, entry(LATER, STAFF, event))
        assert (resumed.state, resumed.hold, resumed.hold_until) == (TicketState.IN_PROGRESS, None, None)


def test_a_reason_may_change_into_another() -> None:
    told = [(LATER, STAFF, events.OnHold(reason)) for reason in (HoldReason.VENDOR, HoldReason.USER)]
    assert story(FRIDAY + "09:00", *BEGUN, *told).hold is HoldReason.USER


def test_p25_nothing_is_put_on_hold_before_its_urgency_was_judged() -> None:
    with pytest.raises(StepRefused):
        story(FRIDAY + "09:00", (LATER, STAFF, events.OnHold(HoldReason.USER)))


def test_p15_the_estimate_stands_until_the_solution() -> None:
    estimated = story(FRIDAY + "09:00", *BEGUN, (LATER, STAFF, events.EstimateSet(prague("2026-11-25 12:00"), 90)))
    assert (estimated.done_by, estimated.work_min) == (prague("2026-11-25 12:00"), 90)
    solved = apply(estimated, entry(LATER, STAFF, events.Resolved("Done")))
    assert (solved.done_by, solved.work_min) == (None, None)


def test_a_priority_by_hand_bears_a_reason_and_ends_with_the_next_judgement() -> None:
    """Invariant 2."""
    by_hand = story(FRIDAY + "09:00", *BEGUN, (LATER, STAFF, events.PriorityOverridden(1, "The minister called")))
    assert by_hand.priority == 1
    assert apply(by_hand, entry(LATER, STAFF, events.Triaged(3, 3))).priority == 5
    encoded = events.encode(entry(LATER, STAFF, events.PriorityOverridden(1, "x")))
    with pytest.raises(events.EventError):
        events.decode(encoded.replace(b"\xa6reason\xa1x", b"\xa6reason\xa0"))


def test_p25_a_priority_by_hand_is_no_judgement() -> None:
    with pytest.raises(StepRefused, match="judged"):
        story(FRIDAY + "09:00", (LATER, STAFF, events.PriorityOverridden(1, "The minister called")))


def test_who_comes_back_to_a_closed_ticket_finds_it_at_work_and_its_solution_gone() -> None:
    ticket = story(FRIDAY + "09:00", *SOLVED, (LATER, USER, events.Accepted()), (LATER, USER, events.Reopened("Again")))
    assert (ticket.state, ticket.solution) == (TicketState.IN_PROGRESS, "")


def test_p18_dormant_is_not_closed_and_only_what_waits_for_its_requester_gets_so() -> None:
    asleep = story(FRIDAY + "09:00", *SOLVED, ("2026-11-30 09:00", DESK, events.WentDormant()))
    assert (asleep.dormant, asleep.state) == (True, TicketState.RESOLVED)
    for told in (BEGUN, (*BEGUN, (LATER, STAFF, events.OnHold(HoldReason.VENDOR)))):
        with pytest.raises(StepRefused, match="dormant"):
            story(FRIDAY + "09:00", *told, ("2026-11-30 09:00", DESK, events.WentDormant()))


@pytest.mark.parametrize(
    ("by", "event", "wakes"),
    [
        (USER, events.MessageAdded("It works, thanks"), True),
        (USER, events.Accepted(), True),
        (USER, events.NotSolved(), True),
        (USER, events.MessageAdded("Out of office", automatic=True), False),
        (DESK, events.MessageAdded("A last reminder", automatic=True), False),
        (STAFF, events.MessageAdded("Asleep?", internal=True), False),
    ],
)
def test_whatever_the_requester_says_wakes_it(by: events.Actor, event: events.Event, *, wakes: bool) -> None:
    asleep = story(FRIDAY + "09:00", *SOLVED, ("2026-11-30 09:00", DESK, events.WentDormant()))
    assert apply(asleep, entry("2026-12-01 09:00", by, event)).dormant != wakes


def test_work_taken_up_again_wakes_what_waited_for_an_answer() -> None:
    held: tuple[Told, ...] = (*BEGUN, (LATER, STAFF, events.OnHold(HoldReason.USER)))
    asleep = story(FRIDAY + "09:00", *held, ("2026-11-30 09:00", DESK, events.WentDormant()))
    for event in (events.Resumed(), events.Started(), events.OnHold(HoldReason.VENDOR)):
        assert not apply(asleep, entry("2026-12-01 09:00", STAFF, event)).dormant


def test_p19_only_staff_touch_a_ticket() -> None:
    ticket = story(FRIDAY + "09:00", *BEGUN, (FRIDAY + "10:00", USER, events.MessageAdded("And?")))
    assert ticket.touched_at == prague(FRIDAY + "09:00")
    assert ticket.changed_at == prague(FRIDAY + "10:00")


@given(some_histories())
def test_on_hold_has_a_reason_and_nothing_else_has(history: list[Entry]) -> None:
    for number in range(1, len(history) + 1):
        ticket = fold(history[:number])
        assert (ticket.state is TicketState.ON_HOLD) == (ticket.hold is not None)


@given(some_histories())
def test_every_event_is_read_back_as_it_was_written(history: list[Entry]) -> None:
    for one in history:
        kept = events.encode(one)
        assert events.decode(kept) == one
        assert events.encode(events.decode(kept)) == kept


def test_messages_from_before_channels_and_ids_still_read() -> None:
    """The bytes of a message as first released, every field written out."""
    first = {"type": "MessageAdded", "text": "Hello", "internal": False}
    read = msgspec.convert(first, events.MessageAdded)
    assert read == events.MessageAdded("Hello")
    assert (read.automatic, read.channel, read.message_id) == (False, events.Channel.DIRECT, "")
    written = msgspec.msgpack.encode(
        {"ticket": 1, "at": prague(LATER), "actor": "staff", "actor_id": "", "actor_name": "", "event": first}
    )
    assert events.decode(written).event == read
