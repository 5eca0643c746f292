import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.contract import LossLevels
from protocol.desk.events import Entry, HoldReason
from protocol.desk.overview import Flag, Limits, flags, is_free, judged, oldest_waiting, raised_by_loss
from protocol.desk.states import TicketState
from protocol.desk.ticket import Ticket, fold
from tests.protocol.desk.hours import prague
from tests.protocol.desk.stories import DESK, FRIDAY, JANA, PETR, STAFF, USER, Told, some_histories, story, taken, terms

NOON = FRIDAY + "12:00"
COMPLETE: tuple[Told, ...] = (
    *taken(FRIDAY + "09:00"),
    (FRIDAY + "09:05", STAFF, events.MessageAdded("Hello")),
    (FRIDAY + "09:05", STAFF, events.EstimateSet(prague("2026-12-24 12:00"))),
)
LACKS = {Flag.NO_OWNER, Flag.NOT_JUDGED, Flag.NO_NEXT_STEP, Flag.NO_DATE, Flag.NO_ESTIMATE}


def flagged(ticket: Ticket, now: str = FRIDAY + "09:10") -> tuple[Flag, ...]:
    at = prague(now)
    return flags(ticket, terms().clocks(ticket.track, at), at)


def test_a_ticket_that_has_everything_is_not_flagged() -> None:
    assert flagged(story(FRIDAY + "09:00", *COMPLETE)) == ()


def test_a_ticket_just_opened_lacks_everything() -> None:
    assert flagged(story(FRIDAY + "09:00"), FRIDAY + "09:01") == tuple(flag for flag in Flag if flag in LACKS)


def test_p15_an_open_ticket_without_an_estimate_is_flagged() -> None:
    assert Flag.NO_ESTIMATE in flagged(story(FRIDAY + "09:00", *COMPLETE[:-1]))
    late = story(FRIDAY + "09:00", *COMPLETE, (FRIDAY + "09:06", STAFF, events.EstimateSet(prague(FRIDAY + "11:00"))))
    assert Flag.ESTIMATE_PASSED not in flagged(late, FRIDAY + "11:00")
    assert Flag.ESTIMATE_PASSED in flagged(late, FRIDAY + "11:01")


@pytest.mark.parametrize(
    ("step", "flag"),
    [
        (events.NextStepSet("", prague("2026-12-24 12:00")), Flag.NO_NEXT_STEP),
        (events.NextStepSet("  ", prague("2026-12-24 12:00")), Flag.NO_NEXT_STEP),
        (events.NextStepSet("I call you"), Flag.NO_DATE),
    ],
)
def test_p16_an_open_ticket_without_a_next_step_or_its_date_is_flagged(step: events.NextStepSet, flag: Flag) -> None:
    assert flagged(story(FRIDAY + "09:00", *COMPLETE, (FRIDAY + "09:06", STAFF, step))) == (flag,)


def test_p16_after_a_solution_that_was_none_there_is_a_next_step_and_an_estimate_to_give() -> None:
    ticket = story(
        FRIDAY + "09:00",
        *COMPLETE,
        (FRIDAY + "09:06", STAFF, events.Resolved("New cable")),
        (FRIDAY + "09:07", USER, events.NotSolved()),
    )
    assert set(flagged(ticket)) == {Flag.NO_NEXT_STEP, Flag.NO_DATE, Flag.NO_ESTIMATE}


def test_p17_a_missed_date_is_flagged_and_p31_a_near_one_before_it_is_missed() -> None:
    step = (FRIDAY + "09:06", STAFF, events.NextStepSet("I call you", prague(FRIDAY + "10:30")))
    ticket = story(FRIDAY + "09:00", *COMPLETE, step)
    assert flagged(ticket, FRIDAY + "09:29") == ()
    assert flagged(ticket, FRIDAY + "09:30") == flagged(ticket, FRIDAY + "10:30") == (Flag.DATE_NEAR,)
    assert flagged(ticket, FRIDAY + "10:31") == (Flag.DATE_PASSED,)


def test_p17_a_clock_that_warns_and_one_that_is_breached_are_flagged() -> None:
    ticket = story(FRIDAY + "09:00", *COMPLETE)  # the next update is due at 11:05, the solution at 13:00
    assert flagged(ticket, FRIDAY + "10:34") == ()
    assert flagged(ticket, FRIDAY + "10:36") == (Flag.WARNING,)
    assert flagged(ticket, FRIDAY + "11:06") == (Flag.BREACHED,)
    assert flagged(ticket, NOON) == (Flag.BREACHED, Flag.WARNING)


def test_a_promise_broken_once_and_made_good_is_a_matter_for_the_record() -> None:
    late = (FRIDAY + "09:30", STAFF, events.MessageAdded("Hello"))
    ticket = story(FRIDAY + "09:00", *COMPLETE[:4], COMPLETE[5], late)
    assert flagged(ticket, FRIDAY + "09:35") == ()


def test_p19_no_open_ticket_is_untouched_longer_than_its_limit_without_being_flagged() -> None:
    ticket = story(FRIDAY + "09:00", *COMPLETE, ("2026-11-22 09:00", USER, events.MessageAdded("And?")))
    assert Flag.UNTOUCHED not in flagged(ticket, "2026-11-23 09:05")
    assert Flag.UNTOUCHED in flagged(ticket, "2026-11-23 09:06")
    touched = story(FRIDAY + "09:00", *COMPLETE, ("2026-11-22 09:00", STAFF, events.MessageAdded("?", internal=True)))
    assert Flag.UNTOUCHED not in flagged(touched, "2026-11-23 09:06")
    at = prague(FRIDAY + "09:35")
    assert Flag.UNTOUCHED in flags(ticket, (), at, Limits(untouched_s=1700.0))


def test_p19_a_ticket_on_hold_until_a_day_is_left_alone_until_then() -> None:
    held = (FRIDAY + "09:06", STAFF, events.OnHold(HoldReason.SCHEDULED, prague("2026-12-01 09:00")))
    ticket = story(FRIDAY + "09:00", *COMPLETE, held)
    assert Flag.UNTOUCHED not in flagged(ticket, "2026-12-01 08:59")
    assert Flag.UNTOUCHED in flagged(ticket, "2026-12-01 09:00")


def test_p18_what_is_dormant_is_off_the_list_until_it_wakes() -> None:
    held = (FRIDAY + "09:06", STAFF, events.OnHold(HoldReason.USER))
    asleep = (*COMPLETE[:-1], held, ("2026-11-23 09:00", DESK, events.WentDormant()))
    assert Flag.NO_ESTIMATE in flagged(story(FRIDAY + "09:00", *asleep[:-1]), "2026-11-23 09:00")
    assert flagged(story(FRIDAY + "09:00", *asleep), "2026-11-23 09:00") == ()


def test_p19_a_ticket_nobody_owns_is_flagged() -> None:
    assert Flag.NO_OWNER in flagged(story(FRIDAY + "09:00", (FRIDAY + "09:01", STAFF, events.Triaged(2, 2))))


@given(some_histories())
def test_open_means_owner_next_step_date_and_estimate_or_a_flag(history: list[Entry]) -> None:
    """Invariant 7."""
    ticket = fold(history)
    now = history[-1].at
    found = set(flags(ticket, terms().clocks(ticket.track, now), now))
    if ticket.is_open and not ticket.dormant:
        has = {
            Flag.NO_OWNER: bool(ticket.owner),
            Flag.NOT_JUDGED: bool(ticket.priority),
            Flag.NO_NEXT_STEP: bool(ticket.next_step),
            Flag.NO_DATE: bool(ticket.due),
            Flag.NO_ESTIMATE: bool(ticket.done_by),
        }
        assert found & LACKS == {flag for flag, there in has.items() if not there}
    else:
        assert found == set()


# --- who works on what
def owned(number: int, at: str, *told: Told) -> Ticket:
    return story(at, *told, number=number)


def test_p26_a_free_technician_is_offered_the_oldest_waiting_ticket_whatever_its_priority() -> None:
    old_and_low = owned(1, FRIDAY + "08:00", (FRIDAY + "08:01", STAFF, events.Triaged(3, 3)))
    new_and_high = owned(2, FRIDAY + "09:00", (FRIDAY + "09:01", STAFF, events.Triaged(1, 1)))
    assert oldest_waiting([new_and_high, old_and_low], "jana") is old_and_low
    assert oldest_waiting([new_and_high, old_and_low], "jana", without={1}) is new_and_high
    assert oldest_waiting([], "jana") is None


def test_p26_what_others_own_or_is_on_hold_solved_or_dormant_waits_for_no_technician() -> None:
    begun = taken(FRIDAY + "08:01")
    tickets = [
        owned(1, FRIDAY + "08:00", *begun),
        owned(2, FRIDAY + "08:00", *begun, (FRIDAY + "08:02", STAFF, events.OnHold(HoldReason.USER))),
        owned(3, FRIDAY + "08:00", *begun, (FRIDAY + "08:02", STAFF, events.Resolved("Done"))),
        owned(4, FRIDAY + "08:00", (FRIDAY + "08:02", USER, events.Cancelled())),
        owned(5, FRIDAY + "08:00", (FRIDAY + "08:02", STAFF, events.Assigned(PETR))),
    ]
    assert oldest_waiting(tickets, "jana") is None
    assert oldest_waiting(tickets, "petr") is tickets[4]


def test_p26_what_somebody_gave_away_is_not_offered_to_him_again_though_its_owner_is_busy_or_gone() -> None:
    given = owned(
        1,
        FRIDAY + "08:00",
        (FRIDAY + "08:01", STAFF, events.Assigned(JANA)),
        (FRIDAY + "08:02", STAFF, events.Assigned(PETR)),
    )
    assert oldest_waiting([given], "jana", busy=frozenset({"petr"})) is None
    assert oldest_waiting([given], "olga", busy=frozenset({"petr"})) is given
    assert oldest_waiting([given], "petr") is given


def test_p26_whoever_works_on_nothing_is_free() -> None:
    begun = taken(FRIDAY + "08:01")
    assert is_free("jana", [])
    assert not is_free("jana", [owned(1, FRIDAY + "08:00", *begun)])
    assert is_free("petr", [owned(1, FRIDAY + "08:00", *begun)])
    assert is_free("jana", [owned(1, FRIDAY + "08:00", *begun, (NOON, STAFF, events.OnHold(HoldReason.VENDOR)))])
    assert is_free("jana", [owned(1, FRIDAY + "08:00", *begun, (NOON, STAFF, events.Resolved("Done")))])


# --- loss
def test_p43_a_loss_of_1000_an_hour_raises_the_priority() -> None:
    told: list[Told] = [*taken(FRIDAY + "09:00"), (FRIDAY + "09:10", USER, events.LossStated(1000))]
    before = story(FRIDAY + "09:00", *told)
    assert (before.priority, before.loss_per_hour) == (3, 1000)
    raised = raised_by_loss(before, 1000, LossLevels())
    assert raised is not None
    assert raised.reason == "Impact raised from 2 to 1: it costs 1000 an hour."
    after = story(FRIDAY + "09:00", *told, (FRIDAY + "09:10", DESK, raised))
    assert after.priority == 2
    assert raised_by_loss(after, 1000, LossLevels()) is None


@pytest.mark.parametrize("impact", [1, 2, 3])
@given(st.none() | st.integers(0, 10**6))
def test_p43_a_loss_only_ever_raises_the_impact_and_says_why(impact: int, per_hour: int | None) -> None:
    triaged = judged(impact, 2, per_hour, LossLevels())
    assert triaged.impact <= impact
    assert bool(triaged.reason) == (triaged.impact < impact)
    assert per_hour is None or triaged.impact <= LossLevels().impact(per_hour)


def test_p43_a_loss_stated_before_anybody_judged_counts_at_the_judgement() -> None:
    ticket = story(FRIDAY + "09:00", (FRIDAY + "09:01", USER, events.LossStated(5000)))
    assert raised_by_loss(ticket, 5000, LossLevels()) is None
    assert judged(3, 2, ticket.loss_per_hour, LossLevels()).impact == 1


def test_p43_nothing_is_raised_on_what_is_over() -> None:
    solved = story(FRIDAY + "09:00", *taken(FRIDAY + "09:00"), (FRIDAY + "09:10", STAFF, events.Resolved("Done")))
    assert solved.state is TicketState.RESOLVED
    assert raised_by_loss(solved, 5000, LossLevels()) is None


def test_limits_may_be_given_in_part() -> None:
    assert msgspec.json.decode(b'{"near_s": 60}', type=Limits) == Limits(near_s=60.0)
