"""The states of a ticket (ITIL incident life cycle) and the one function that changes them. Pure.

Only the requester's verdict leads to CLOSED (promise 18); a technician's way ends at RESOLVED. "Not solved" leads back.
"""

import enum


class TicketState(enum.StrEnum):
    """Where a ticket is."""

    NEW = "new"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Step(enum.StrEnum):
    """What can happen to a ticket's state."""

    TRIAGE = "triage"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    RESOLVE = "resolve"
    ACCEPT = "accept"
    NOT_SOLVED = "not_solved"
    CANCEL = "cancel"
    REOPEN = "reopen"


class StepRefused(Exception):  # noqa: N818 - a refusal, with its sentence; not a fault of the program
    """The step is not possible in this state; the sentence says why, for whoever tried.

    Attributes:
        sentence: in English, with a gap for each fact, so that it can be said in other languages.
        facts: what goes into the gaps.
    """

    def __init__(self, sentence: str, /, **facts: object) -> None:
        super().__init__(sentence.format(**facts) if facts else sentence)
        self.sentence, self.facts = sentence, facts


def mark(sentence: str) -> str:
    """Names a sentence that is raised elsewhere, so that those who translate find it."""
    return sentence


OPEN_STATES = frozenset({TicketState.NEW, TicketState.TRIAGED, TicketState.IN_PROGRESS, TicketState.ON_HOLD})
"""Somebody has to do something. RESOLVED waits for the requester's verdict."""

_S, _P = TicketState, Step
_NEXT: dict[tuple[TicketState, Step], TicketState] = {
    (_S.NEW, _P.TRIAGE): _S.TRIAGED,
    (_S.TRIAGED, _P.TRIAGE): _S.TRIAGED,
    (_S.IN_PROGRESS, _P.TRIAGE): _S.IN_PROGRESS,
    (_S.ON_HOLD, _P.TRIAGE): _S.ON_HOLD,
    (_S.TRIAGED, _P.START): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _P.START): _S.IN_PROGRESS,  # another technician takes over
    (_S.IN_PROGRESS, _P.HOLD): _S.ON_HOLD,
    (_S.ON_HOLD, _P.HOLD): _S.ON_HOLD,  # for another reason
    (_S.ON_HOLD, _P.RESUME): _S.IN_PROGRESS,
    (_S.ON_HOLD, _P.START): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _P.RESOLVE): _S.RESOLVED,
    (_S.RESOLVED, _P.ACCEPT): _S.CLOSED,
    (_S.RESOLVED, _P.NOT_SOLVED): _S.IN_PROGRESS,
    (_S.NEW, _P.CANCEL): _S.CANCELLED,
    (_S.TRIAGED, _P.CANCEL): _S.CANCELLED,
    (_S.IN_PROGRESS, _P.CANCEL): _S.CANCELLED,
    (_S.ON_HOLD, _P.CANCEL): _S.CANCELLED,
    (_S.CLOSED, _P.REOPEN): _S.IN_PROGRESS,
}

_WHY_NOT: dict[Step, str] = {
    Step.TRIAGE: mark("Urgency can only be judged while the ticket is open."),
    Step.START: mark("Work can only start on a ticket whose urgency has been judged."),
    Step.HOLD: mark("Only a ticket that is being worked on can be put on hold."),
    Step.RESUME: mark("Only a ticket on hold can be taken up again."),
    Step.RESOLVE: mark("Only a ticket that is being worked on can be resolved."),
    Step.ACCEPT: mark("There is no solution to accept yet."),
    Step.NOT_SOLVED: mark("There is no solution to reject yet."),
    Step.CANCEL: mark("A ticket that is resolved or closed can no longer be cancelled."),
    Step.REOPEN: mark("Only a closed ticket can be opened again."),
}


def advance(state: TicketState, step: Step) -> TicketState:
    """The state after `step`.

    Raises:
        StepRefused: the step is not possible in this state.
    """
    try:
        return _NEXT[state, step]
    except KeyError:
        raise StepRefused(_WHY_NOT[step]) from None
