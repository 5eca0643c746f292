import pytest

from protocol.desk import events
from protocol.desk.clocks import ClockState
from protocol.desk.contract import Metric
from protocol.desk.events import HoldReason
from tests.protocol.desk.hours import prague
from tests.protocol.desk.stories import (
    DESK,
    FRIDAY,
    JANA,
    STAFF,
    USER,
    Told,
    agreement,
    minutes,
    read,
    story,
    taken,
    terms,
)

FIRST, NEXT, UPDATE, SOLVED = Metric
HELLO = events.MessageAdded("Hello, I look at it at once")


# --- first response
def test_p24_a_ticket_made_on_friday_1655_is_to_be_answered_by_monday_0810() -> None:
    ticket = story(FRIDAY + "16:55")
    clock = read(ticket, FIRST, FRIDAY + "16:58")
    assert clock.target_at == prague("2026-11-23 08:10")
    assert (clock.state, minutes(clock.elapsed_s), minutes(clock.remaining_s)) == (ClockState.RUNNING, 3, 12)
    assert clock.ticking


@pytest.mark.parametrize(
    ("now", "state", "ticking"),
    [
        (FRIDAY + "16:55", ClockState.RUNNING, True),
        (FRIDAY + "20:00", ClockState.RUNNING, False),
        ("2026-11-22 12:00", ClockState.RUNNING, False),
        ("2026-11-23 08:06", ClockState.RUNNING, True),
        ("2026-11-23 08:07", ClockState.WARNING, True),
        ("2026-11-23 08:10", ClockState.WARNING, True),
        ("2026-11-23 08:11", ClockState.BREACHED, True),
        ("2027-11-23 08:11", ClockState.BREACHED, True),
    ],
)
def test_p24_the_clock_runs_in_the_hours_agreed_warns_and_is_breached(
    now: str, state: ClockState, *, ticking: bool
) -> None:
    clock = read(story(FRIDAY + "16:55"), FIRST, now)
    assert (clock.state, clock.ticking) == (state, ticking)
    assert clock.target_at == prague("2026-11-23 08:10")
    assert clock.warn_at == prague("2026-11-23 08:06:15")


@pytest.mark.parametrize(
    ("at", "state"), [("2026-11-23 08:10", ClockState.MET), ("2026-11-23 08:10:01", ClockState.BREACHED)]
)
def test_p24_an_answer_in_time_is_kept_for_good_and_a_late_one_is_late_for_good(at: str, state: ClockState) -> None:
    ticket = story(FRIDAY + "16:55", (at, STAFF, HELLO))
    clock = read(ticket, FIRST, "2027-01-01 00:00")
    assert clock.state is state
    assert clock.stopped_at == prague(at)
    assert not clock.ticking


@pytest.mark.parametrize(
    "told",
    [
        (DESK, events.MessageAdded("We have received your request", automatic=True)),
        (DESK, events.MessageAdded("We have received your request")),
        (STAFF, events.MessageAdded("I am on holiday until Monday", automatic=True)),
        (STAFF, events.MessageAdded("Whose is this?", internal=True)),
        (USER, events.MessageAdded("It is urgent!")),
        (STAFF, events.Assigned(JANA)),
        (STAFF, events.Triaged(1, 1)),
        (STAFF, events.NextStepSet("Somebody looks at it")),
    ],
)
def test_only_a_public_message_of_a_human_is_a_first_response(told: tuple[events.Actor, events.Event]) -> None:
    by, event = told
    clock = read(story(FRIDAY + "09:00", (FRIDAY + "09:05", by, event)), FIRST, FRIDAY + "09:10")
    assert clock.stopped_at is None
    assert minutes(clock.elapsed_s) == 10


def test_the_solution_itself_is_an_answer_too() -> None:
    ticket = story(FRIDAY + "09:00", *taken(FRIDAY + "09:05"), (FRIDAY + "09:10", STAFF, events.Resolved("New cable")))
    assert read(ticket, FIRST, FRIDAY + "12:00").state is ClockState.MET


def test_putting_it_on_hold_does_not_stop_the_wait_for_an_answer() -> None:
    hold = (FRIDAY + "09:06", STAFF, events.OnHold(HoldReason.VENDOR))
    assert read(story(FRIDAY + "09:00", *taken(FRIDAY + "09:05"), hold), FIRST, FRIDAY + "10:00").state is (
        ClockState.BREACHED
    )


# --- next response
def test_the_next_response_clock_runs_only_while_the_requester_waits() -> None:
    told: list[Told] = [(FRIDAY + "09:05", STAFF, HELLO)]
    assert read(story(FRIDAY + "09:00", *told), NEXT, FRIDAY + "12:00").state is ClockState.IDLE
    told += [(FRIDAY + "12:00", USER, events.MessageAdded("And?")), (FRIDAY + "12:30", USER, events.MessageAdded("??"))]
    asked = read(story(FRIDAY + "09:00", *told), NEXT, FRIDAY + "12:40")
    assert (asked.began_at, minutes(asked.elapsed_s)) == (prague(FRIDAY + "12:00"), 40)
    told += [(FRIDAY + "12:45", STAFF, events.MessageAdded("Soon"))]
    answered = read(story(FRIDAY + "09:00", *told), NEXT, FRIDAY + "16:00")
    assert (answered.state, minutes(answered.elapsed_s)) == (ClockState.MET, 45)


def test_before_the_first_answer_there_is_no_next_one() -> None:
    ticket = story(FRIDAY + "09:00", (FRIDAY + "09:05", USER, events.MessageAdded("Hurry!")))
    assert read(ticket, NEXT, FRIDAY + "12:00").state is ClockState.IDLE


@pytest.mark.parametrize(
    "told",
    [
        (USER, events.MessageAdded("I am out of office", automatic=True)),
        (STAFF, events.MessageAdded("Has she answered?", internal=True)),
        (DESK, events.MessageAdded("A reminder", automatic=True)),
    ],
)
def test_what_asks_for_nothing_starts_no_clock(told: tuple[events.Actor, events.Event]) -> None:
    ticket = story(FRIDAY + "09:00", (FRIDAY + "09:05", STAFF, HELLO), (FRIDAY + "10:00", *told))
    assert read(ticket, NEXT, FRIDAY + "12:00").state is ClockState.IDLE


def test_a_thank_you_below_a_solution_waits_for_nobody() -> None:
    """Invariant 4: it neither accepts nor rejects; the two buttons answer it."""
    ticket = story(
        FRIDAY + "09:00",
        *taken(FRIDAY + "09:05"),
        (FRIDAY + "09:10", STAFF, events.Resolved("New cable")),
        (FRIDAY + "09:20", USER, events.MessageAdded("Thanks!")),
    )
    assert read(ticket, NEXT, FRIDAY + "16:00").state is ClockState.IDLE


@pytest.mark.parametrize("verdict", [[events.NotSolved()], [events.Accepted(), events.Reopened()]])
def test_somebody_whose_problem_is_back_waits_for_an_answer(verdict: list[events.Event]) -> None:
    ticket = story(
        FRIDAY + "09:00",
        *taken(FRIDAY + "09:05"),
        (FRIDAY + "09:10", STAFF, events.Resolved("New cable")),
        *((FRIDAY + "10:00", USER, said) for said in verdict),
    )
    clock = read(ticket, NEXT, FRIDAY + "10:30")
    assert (clock.state, minutes(clock.elapsed_s)) == (ClockState.RUNNING, 30)


# --- updates
def test_p17_the_requester_hears_something_within_the_time_agreed_asked_or_not() -> None:
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "09:05", STAFF, HELLO)]
    assert read(story(FRIDAY + "09:00", *told), UPDATE, FRIDAY + "11:06").state is ClockState.BREACHED
    for event in (
        events.MessageAdded("Still waiting for the part"),
        events.NextStepSet("The part comes at noon"),
        events.EstimateSet(prague(FRIDAY + "15:00")),
    ):
        ticket = story(FRIDAY + "09:00", *told, (FRIDAY + "10:00", STAFF, event))
        clock = read(ticket, UPDATE, FRIDAY + "11:06")
        assert (clock.state, clock.target_at) == (ClockState.RUNNING, prague(FRIDAY + "12:00"))


def test_p17_while_the_move_is_the_requesters_no_news_is_owed() -> None:
    hold = (FRIDAY + "10:05", STAFF, events.OnHold(HoldReason.USER))
    ticket = story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"), (FRIDAY + "09:05", STAFF, HELLO), hold)
    clock = read(ticket, UPDATE, FRIDAY + "16:00")
    assert (clock.state, minutes(clock.elapsed_s), minutes(clock.remaining_s)) == (ClockState.PAUSED, 60, 60)


def test_p17_while_a_vendor_is_waited_for_news_is_owed() -> None:
    hold = (FRIDAY + "10:05", STAFF, events.OnHold(HoldReason.VENDOR))
    ticket = story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"), (FRIDAY + "09:05", STAFF, HELLO), hold)
    assert read(ticket, UPDATE, FRIDAY + "16:00").state is ClockState.BREACHED


def test_p17_after_a_solution_that_was_none_news_is_owed_again() -> None:
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "09:10", STAFF, events.Resolved("New cable"))]
    assert read(story(FRIDAY + "09:00", *told), UPDATE, FRIDAY + "16:00").state is ClockState.IDLE
    ticket = story(FRIDAY + "09:00", *told, (FRIDAY + "10:00", USER, events.NotSolved()))
    clock = read(ticket, UPDATE, FRIDAY + "11:00")
    assert (clock.state, clock.target_at) == (ClockState.RUNNING, prague(FRIDAY + "12:00"))


# --- resolution
@pytest.mark.parametrize("reason", list(HoldReason))
def test_the_resolution_clock_stands_while_on_hold_and_goes_on_after(reason: HoldReason) -> None:
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "10:00", STAFF, events.OnHold(reason))]
    held = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "15:00")
    assert (held.state, minutes(held.elapsed_s), minutes(held.remaining_s)) == (ClockState.PAUSED, 60, 180)
    assert held.target_at is None
    assert not held.ticking
    told += [(FRIDAY + "15:00", STAFF, events.Resumed())]
    resumed = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "16:00")
    assert (resumed.state, minutes(resumed.elapsed_s)) == (ClockState.RUNNING, 120)
    assert resumed.target_at == prague("2026-11-23 09:00")


def test_time_that_is_used_up_with_the_hold_was_over_then_and_not_when_work_goes_on() -> None:
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "13:00", STAFF, events.OnHold(HoldReason.USER))]
    held = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "15:00")
    assert (held.state, held.remaining_s) == (ClockState.PAUSED, 0)
    told += [
        (FRIDAY + "15:00", STAFF, events.Resumed()),
        (FRIDAY + "15:10", STAFF, events.Resolved("New cable")),
    ]
    late = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "16:00")
    assert (late.state, late.target_at) == (ClockState.BREACHED, prague(FRIDAY + "13:00"))


def test_read_by_a_clock_that_was_set_back_it_stands_where_the_history_ends() -> None:
    ticket = story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"), (FRIDAY + "11:00", STAFF, HELLO))
    clock = read(ticket, SOLVED, FRIDAY + "09:30")
    assert (clock.state, minutes(clock.elapsed_s)) == (ClockState.RUNNING, 120)


def test_without_a_target_what_has_passed_is_counted_in_the_hours_shown() -> None:
    clock = read(story(FRIDAY + "16:55"), SOLVED, "2026-11-23 08:10", terms(agreement(resolution=None)))
    assert (clock.state, clock.agreed_s, minutes(clock.elapsed_s)) == (ClockState.RUNNING, None, 15)


def test_a_breach_is_not_healed_by_putting_it_on_hold() -> None:
    ticket = story(
        FRIDAY + "09:00", *taken(FRIDAY + "09:00"), (FRIDAY + "14:00", STAFF, events.OnHold(HoldReason.USER))
    )
    clock = read(ticket, SOLVED, FRIDAY + "15:00")
    assert (clock.state, clock.target_at, minutes(clock.remaining_s)) == (
        ClockState.BREACHED,
        prague(FRIDAY + "13:00"),
        -60,
    )


def test_a_solution_that_was_none_lets_the_clock_go_on_from_where_it_stood() -> None:
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "10:00", STAFF, events.Resolved("New cable"))]
    assert read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "16:00").state is ClockState.MET
    told += [(FRIDAY + "14:00", USER, events.NotSolved("It is not the cable"))]
    again = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "15:00")
    assert (again.state, minutes(again.elapsed_s)) == (ClockState.RUNNING, 120)
    told += [(FRIDAY + "15:30", STAFF, events.Resolved("New printer"))]
    solved = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "16:00")
    assert (solved.state, minutes(solved.elapsed_s)) == (ClockState.MET, 150)


def test_a_ticket_that_was_closed_and_is_opened_again_was_not_solved_yet() -> None:
    told: list[Told] = [
        *taken(FRIDAY + "09:00"),
        (FRIDAY + "10:00", STAFF, events.Resolved("New cable")),
        (FRIDAY + "10:30", USER, events.Accepted()),
        (FRIDAY + "14:00", USER, events.Reopened("It is back")),
    ]
    clock = read(story(FRIDAY + "09:00", *told), SOLVED, FRIDAY + "15:00")
    assert (clock.state, minutes(clock.elapsed_s), clock.stopped_at) == (ClockState.RUNNING, 120, None)


def test_an_answer_that_was_not_needed_any_more_is_neither_kept_nor_broken() -> None:
    told: list[Told] = [(FRIDAY + "09:05", STAFF, HELLO), (FRIDAY + "09:30", USER, events.MessageAdded("And?"))]
    ticket = story(FRIDAY + "09:00", *told, (FRIDAY + "09:40", USER, events.Cancelled()))
    for metric in (NEXT, UPDATE):
        clock = read(ticket, metric, FRIDAY + "16:00")
        assert (clock.state, clock.stopped_at) == (ClockState.STOPPED, prague(FRIDAY + "09:40"))


def test_what_the_requester_takes_back_keeps_and_breaks_no_promise() -> None:
    ticket = story(FRIDAY + "09:00", (FRIDAY + "09:05", USER, events.Cancelled()))
    states = [clock.state for clock in terms().clocks(ticket.track, prague("2026-12-01 12:00"))]
    assert states == [ClockState.STOPPED, ClockState.IDLE, ClockState.IDLE, ClockState.STOPPED]


def test_what_was_late_when_taken_back_was_late() -> None:
    ticket = story(FRIDAY + "09:00", (FRIDAY + "09:30", USER, events.Cancelled()))
    assert read(ticket, FIRST, FRIDAY + "12:00").state is ClockState.BREACHED


def test_p18_a_dormant_ticket_has_no_running_clock_and_is_not_closed() -> None:
    told: list[Told] = [
        *taken(FRIDAY + "09:00"),
        (FRIDAY + "09:05", STAFF, events.MessageAdded("Which printer?")),
        (FRIDAY + "09:05", STAFF, events.OnHold(HoldReason.USER)),
        (FRIDAY + "12:00", DESK, events.WentDormant()),
    ]
    ticket = story(FRIDAY + "09:00", *told)
    assert ticket.dormant
    assert ticket.is_open
    assert not any(clock.ticking for clock in terms().clocks(ticket.track, prague("2026-11-26 12:00")))
    woken = story(FRIDAY + "09:00", *told, ("2026-11-26 12:00", USER, events.MessageAdded("The blue one")))
    assert not woken.dormant
    assert read(woken, NEXT, "2026-11-26 12:10").state is ClockState.RUNNING
    asleep = story(FRIDAY + "09:00", *told, ("2026-11-26 12:00", USER, events.MessageAdded("Away", automatic=True)))
    assert asleep.dormant
