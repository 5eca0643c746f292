"""The desk's invariants, for whatever people do in whatever order: lives of tickets that hypothesis makes up."""

import itertools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.book import Book, read
from protocol.desk.events import Actor, Entry, HoldReason, Staff
from protocol.desk.states import StepRefused, TicketState
from protocol.desk.ticket import Ticket, apply, fold
from protocol.desk.track import Standing
from relay.desk.agreed import Agreed
from relay.desk.completing import Completing
from relay.store.projections import Step
from tests.relay.desk.agreed import BOOK, FROM

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
JANA, PETR = (Staff(n, n.title(), "Engineer", "+420 1") for n in ("jana", "petr"))
OPENED = events.Opened("a" * 32, "laptop", "Laptop", "Eva", "It burns", 2, 20, (), NOW, customer="firm")
WORDS = st.sampled_from(["Thanks!", "And now?", "Done"])
LEVELS = st.integers(1, 3)

Happening = tuple[Actor, events.TicketEvent]
of_staff = st.one_of(
    st.builds(events.Triaged, LEVELS, LEVELS),
    st.builds(events.PriorityOverridden, st.integers(1, 5), st.just("The mayor")),
    st.builds(events.Assigned, st.sampled_from([JANA, PETR])),
    st.just(events.Started()),
    st.builds(events.OnHold, st.sampled_from(HoldReason)),
    st.just(events.Resumed()),
    st.builds(events.Resolved, WORDS),
    st.builds(events.MessageAdded, WORDS, st.booleans()),
    st.builds(events.NextStepSet, st.sampled_from(["", "I drive there"]), st.sampled_from([None, NOW])),
    st.just(events.MergedInto(2)),
    st.just(events.Unmerged(2)),
)
of_requester = st.one_of(
    st.builds(events.MessageAdded, WORDS),
    st.just(events.Accepted()),
    st.builds(events.NotSolved, WORDS),
    st.just(events.Cancelled()),
    st.just(events.Reopened()),
)
happenings = st.one_of(
    st.tuples(st.just(Actor.STAFF), of_staff),
    st.tuples(st.just(Actor.REQUESTER), of_requester),
    st.tuples(st.just(Actor.DESK), st.just(events.WentDormant())),
)
TAKEN: list[Happening] = [
    (Actor.STAFF, events.Triaged(2, 2)),
    (Actor.STAFF, events.Assigned(JANA)),
    (Actor.STAFF, events.Started()),
]
RAISED: list[Happening] = [*TAKEN, (Actor.STAFF, events.PriorityOverridden(1, "The mayor"))]
ANSWERED: list[Happening] = [(Actor.REQUESTER, events.MessageAdded("And?")), (Actor.STAFF, events.MessageAdded("Soon"))]
SOLVED: list[Happening] = [*TAKEN, (Actor.STAFF, events.Resolved("New cable"))]
BACK: list[Happening] = [*SOLVED, (Actor.REQUESTER, events.NotSolved("No"))]
CLOSED: list[Happening] = [*SOLVED, (Actor.REQUESTER, events.Accepted())]
SILENT: list[Happening] = [*SOLVED, (Actor.DESK, events.WentDormant())]
HELD: list[Happening] = [*TAKEN, (Actor.STAFF, events.OnHold(HoldReason.USER))]
PARTED: list[Happening] = [(Actor.STAFF, events.MergedInto(2)), (Actor.STAFF, events.Unmerged(2))]
chapters = st.one_of(
    st.lists(happenings, min_size=1, max_size=6),
    st.sampled_from([TAKEN, RAISED, ANSWERED, SOLVED, BACK, CLOSED, SILENT, HELD, PARTED]),
)
"""Left to chance alone, hardly a ticket is ever solved: most of what may happen is refused where it stands."""
lives = st.lists(chapters, min_size=4, max_size=12).map(lambda found: list(itertools.chain.from_iterable(found)))


def book() -> Book:
    return read(Entry(0, FROM, Actor.DESK, "", "athand", event) for event in BOOK)


def live(
    life: Sequence[Happening], seen: Callable[[Ticket, Entry, Ticket], None], *, completed: bool = True
) -> list[Entry]:
    """Lets all of it happen that can, as the store does it; `seen` looks at each step."""
    completing, terms = Completing(Agreed()), book()
    entries: list[Entry] = []
    ticket: Ticket | None = None
    opened: Happening = (Actor.REQUESTER, OPENED)
    for minute, (actor, event) in enumerate([opened, *life]):
        at = NOW + timedelta(minutes=minute)
        entry = Entry(1, at, actor, actor.value, actor.value, event)
        before = ticket
        try:
            after = apply(before, entry)
        except StepRefused:
            continue
        entries.append(entry)
        added = completing([Step(0, entry, before, after)], terms, at) if completed else []
        for more in added:
            own = Entry(1, at, Actor.DESK, "", "athand", more)
            after = apply(after, own)
            entries.append(own)
        if before is not None:
            seen(before, entry, after)
        ticket = after
    return entries


MARKS: dict[str, Callable[[Ticket], bool]] = {
    **{state: lambda ticket, state=state: ticket.state is state for state in TicketState},  # type: ignore[misc]
    "overridden": lambda ticket: ticket.overridden is not None,
    "dormant": lambda ticket: ticket.dormant,
    "merged": lambda ticket: bool(ticket.kinship.merged_into),
    "waits again": lambda ticket: len(ticket.track.waits) > 1,
}


@pytest.mark.parametrize("mark", MARKS)
def test_lives_made_up_come_everywhere(mark: str) -> None:
    """Else what is said below of tickets that are there would be said of none."""
    come: list[bool] = []

    @settings(max_examples=100, database=None, derandomize=True)
    @given(lives)
    def lived(life: list[Happening]) -> None:
        seen: list[bool] = []
        live(life, lambda _before, _entry, after: seen.append(MARKS[mark](after)))
        come.append(any(seen))

    lived()
    assert sum(come) >= 3, sum(come)


@given(lives)
def test_invariant_1_a_ticket_is_the_fold_of_its_events_whenever_it_is_read(life: list[Happening]) -> None:
    states: list[Ticket] = []
    entries = live(life, lambda _before, _entry, after: states.append(after))
    if states:
        assert fold(entries) == states[-1]
    assert [fold(entries[:n]).revision for n in range(1, len(entries) + 1)] == list(range(1, len(entries) + 1))


@given(lives)
def test_invariant_2_priority_is_impact_and_urgency_unless_overridden_with_a_reason(life: list[Happening]) -> None:
    def look(_before: Ticket, _entry: Entry, after: Ticket) -> None:
        if after.overridden is not None:
            assert after.priority == after.overridden
        elif after.impact is not None:
            assert after.priority == after.impact + after.urgency - 1
        else:
            assert after.priority is None

    live(life, look)


@given(lives)
def test_invariant_3_closed_means_the_requester_said_so_and_silence_stops_the_clocks(life: list[Happening]) -> None:
    def look(before: Ticket, entry: Entry, after: Ticket) -> None:
        if after.state is TicketState.CLOSED and before.state is not TicketState.CLOSED:
            assert (entry.actor, type(entry.event)) == (Actor.REQUESTER, events.Accepted)
        if after.dormant:
            assert after.state is not TicketState.CLOSED
            assert after.standing is Standing.DORMANT

    live(life, look)


@given(lives)
def test_invariant_4_thanks_below_a_solution_neither_accepts_nor_rejects(life: list[Happening]) -> None:
    def look(before: Ticket, entry: Entry, after: Ticket) -> None:
        if before.state is TicketState.RESOLVED and isinstance(entry.event, events.MessageAdded):
            assert after.state is TicketState.RESOLVED
            assert after.solution == before.solution

    live(life, look)


@given(lives)
def test_invariants_5_and_6_only_a_humans_public_word_answers_and_waiting_is_a_clock_of_its_own(
    life: list[Happening],
) -> None:
    def look(before: Ticket, entry: Entry, after: Ticket) -> None:
        said = isinstance(entry.event, events.MessageAdded) and not entry.event.internal
        answers = entry.actor is Actor.STAFF and (said or isinstance(entry.event, events.Resolved))
        if before.track.answered_us is None and after.track.answered_us is not None:
            assert answers
        if answers:
            assert all(wait.end_us is not None for wait in after.track.waits)
        if len(after.track.waits) > len(before.track.waits):
            assert entry.actor is Actor.REQUESTER

    live(life, look)


@given(lives)
def test_invariant_7_open_means_a_next_step_a_date_for_it_and_an_estimate(life: list[Happening]) -> None:
    def look(_before: Ticket, _entry: Entry, after: Ticket) -> None:
        if after.is_open:
            assert after.next_step.strip()
            assert after.due is not None
            assert after.done_by is not None

    live(life, look)


@given(lives)
def test_invariant_10_a_merge_that_is_undone_leaves_nothing_behind_and_messages_keep_their_ticket(
    life: list[Happening],
) -> None:
    merged: list[Ticket] = []

    def look(before: Ticket, entry: Entry, after: Ticket) -> None:
        assert entry.ticket == 1
        match entry.event:
            case events.MergedInto():
                assert not after.is_open
                merged.append(before)
            case events.Unmerged():
                was = merged.pop()
                same = {"revision": 0, "changed_at": NOW, "touched_at": NOW, "track": was.track}
                assert replace(after, **same) == replace(was, **same)
            case _ if before.kinship.merged_into:
                assert after.kinship.merged_into

    live(life, look, completed=False)
