from itertools import product

import pytest

from agent.worker.course import COURSE, SHOWING, Event, OutOfTurn, State, advance


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_every_event_in_every_state_leads_on_or_is_refused(state: State, event: Event) -> None:
    if (state, event) in COURSE:
        assert advance(state, event) is COURSE[state, event]
    else:
        with pytest.raises(OutOfTurn) as refused:
            advance(state, event)
        assert (refused.value.state, refused.value.event) == (state, event)


def test_nothing_leads_out_of_the_end() -> None:
    assert {COURSE[state, event] for state, event in COURSE if state is State.ENDED} == {State.ENDED}


def test_pixels_leave_only_after_the_user_allowed_it() -> None:
    ways_in = {(state, event) for (state, event), after in COURSE.items() if after in SHOWING and state not in SHOWING}
    assert ways_in == {(State.ASKING, Event.ALLOWED), (State.INTERRUPTED, Event.RESUMED)}


def test_only_what_was_shown_before_can_be_taken_up_after_a_cut() -> None:
    assert {state for state, event in COURSE if event is Event.CUT} == set(SHOWING)


def test_every_state_can_end() -> None:
    assert all(advance(state, Event.OVER) is State.ENDED for state in State)
