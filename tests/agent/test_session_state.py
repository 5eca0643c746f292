import itertools

import pytest

from agent.session_state import State, Step, StepRefused, advance


@pytest.mark.parametrize(("state", "step"), list(itertools.product(State, Step)))
def test_every_step_is_handled_or_refused_in_every_state(state: State, step: Step) -> None:
    try:
        after = advance(state, step)
    except StepRefused:
        after = None
    if step is Step.OVER:
        assert after is State.ENDED
    if state is State.ENDED:
        assert after in (None, State.ENDED)
    if state is State.ENDING:
        assert after in (None, State.ENDING, State.ENDED)


def test_only_a_yes_to_a_question_leads_to_running() -> None:
    ways = set()
    for state, step in itertools.product(State, Step):
        try:
            if advance(state, step) is State.RUNNING and state is not State.RUNNING:
                ways.add((state, step))
        except StepRefused:
            continue
    assert ways == {
        (State.ASKING, Step.ALLOWED),
        (State.ASKING_AGAIN, Step.ALLOWED),
        (State.ASKING_AGAIN, Step.REFUSED),  # what was allowed before stays
        (State.INTERRUPTED, Step.BACK),  # and so it does over a cut
    }
