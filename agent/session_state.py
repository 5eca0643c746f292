"""The states of a session as the window process sees it, and the one function that changes them. Pure."""

import enum


class State(enum.Enum):
    """Where a session is. Nothing is captured before RUNNING."""

    STARTING = "starting"
    CONNECTING = "connecting"
    ASKING = "asking"
    RUNNING = "running"
    ASKING_AGAIN = "asking_again"
    INTERRUPTED = "interrupted"
    ENDING = "ending"
    ENDED = "ended"


class Step(enum.Enum):
    """What can happen to it.

    GUARD_READY: the hot key is taken, the worker may begin. ASKED: the technician asks. ALLOWED, REFUSED: the user's
    answer (or none). CUT: the line is. BACK: the technician is. STOPPED: somebody on this side wants it to end. OVER:
    the worker is done or gone.
    """

    GUARD_READY = "guard_ready"
    ASKED = "asked"
    ALLOWED = "allowed"
    REFUSED = "refused"
    CUT = "cut"
    BACK = "back"
    STOPPED = "stopped"
    OVER = "over"


class StepRefused(Exception):  # noqa: N818 - a refusal, not a fault
    """This cannot happen in this state; whoever did it is out of step."""


_S, _P = State, Step
_NEXT = {
    (_S.STARTING, _P.GUARD_READY): _S.CONNECTING,
    (_S.CONNECTING, _P.ASKED): _S.ASKING,
    (_S.ASKING, _P.ALLOWED): _S.RUNNING,
    (_S.ASKING, _P.REFUSED): _S.ENDING,
    (_S.RUNNING, _P.ASKED): _S.ASKING_AGAIN,
    (_S.ASKING_AGAIN, _P.ALLOWED): _S.RUNNING,
    (_S.ASKING_AGAIN, _P.REFUSED): _S.RUNNING,
    (_S.RUNNING, _P.CUT): _S.INTERRUPTED,
    (_S.INTERRUPTED, _P.BACK): _S.RUNNING,
    # What was under way when the end came is late, not wrong.
    (_S.ENDING, _P.GUARD_READY): _S.ENDING,
    (_S.ENDING, _P.ASKED): _S.ENDING,
    (_S.ENDING, _P.ALLOWED): _S.ENDING,
    (_S.ENDING, _P.REFUSED): _S.ENDING,
    (_S.ENDING, _P.CUT): _S.ENDING,
    (_S.ENDING, _P.BACK): _S.ENDING,
    (_S.ENDED, _P.ALLOWED): _S.ENDED,
    (_S.ENDED, _P.REFUSED): _S.ENDED,
}


def advance(state: State, step: Step) -> State:
    """The state after `step`. An end is possible at any time, and nothing leads back from it.

    Raises:
        StepRefused: the step is not possible in this state.
    """
    if step is Step.OVER:
        return State.ENDED
    if step is Step.STOPPED:
        return State.ENDED if state is State.ENDED else State.ENDING
    try:
        return _NEXT[state, step]
    except KeyError:
        raise StepRefused(f"{step.value} while {state.value}") from None
