"""The life of a session at the relay, and the one function that changes it. Pure.

::

    OFFERED ─FIRST_END→ HALF ─SECOND_END→ PAIRED ─CONSENT→ CONSENTED
    HALF, PAIRED ─LINE_CLOSED→ CLOSING                 (a socket went; somebody may still say why)
    CONSENTED ─LINE_CLOSED→ INTERRUPTED ─FIRST_END→ RETURNING ─SECOND_END→ CONSENTED
                            INTERRUPTED ←─LINE_CLOSED─ RETURNING
    any with an end, INTERRUPTED ─GIVEN_UP→ CLOSING    (an end will not come back; somebody may still say why)
    any but ENDED ─REPORT, EXPIRE→ ENDED

INTERRUPTED and RETURNING last for `limits.RESUME_S` at most: the session waits for its own two ends, and nobody else.
"""

import enum


class SessionState(enum.StrEnum):
    """Where a session is."""

    OFFERED = "offered"
    HALF = "half"
    PAIRED = "paired"
    CONSENTED = "consented"
    INTERRUPTED = "interrupted"
    RETURNING = "returning"
    CLOSING = "closing"
    ENDED = "ended"


class SessionStep(enum.StrEnum):
    """What can happen to a session."""

    FIRST_END = "first_end"
    SECOND_END = "second_end"
    CONSENT = "consent"
    LINE_CLOSED = "line_closed"
    GIVEN_UP = "given_up"
    REPORT = "report"
    EXPIRE = "expire"


class SessionStepRefused(Exception):  # noqa: N818 - a refusal, not a fault of the program
    """The step is not possible in this state."""


_S, _P = SessionState, SessionStep
_NEXT: dict[tuple[SessionState, SessionStep], SessionState] = {
    (_S.OFFERED, _P.FIRST_END): _S.HALF,
    (_S.HALF, _P.SECOND_END): _S.PAIRED,
    (_S.PAIRED, _P.CONSENT): _S.CONSENTED,
    (_S.CONSENTED, _P.CONSENT): _S.CONSENTED,  # more was asked for and allowed
    (_S.CLOSING, _P.CONSENT): _S.CLOSING,  # the control socket may be slower than the session's
    (_S.HALF, _P.LINE_CLOSED): _S.CLOSING,
    (_S.PAIRED, _P.LINE_CLOSED): _S.CLOSING,
    (_S.CONSENTED, _P.LINE_CLOSED): _S.INTERRUPTED,
    (_S.INTERRUPTED, _P.FIRST_END): _S.RETURNING,
    (_S.INTERRUPTED, _P.CONSENT): _S.INTERRUPTED,
    (_S.RETURNING, _P.CONSENT): _S.RETURNING,
    (_S.RETURNING, _P.SECOND_END): _S.CONSENTED,
    (_S.RETURNING, _P.LINE_CLOSED): _S.INTERRUPTED,
    (_S.HALF, _P.GIVEN_UP): _S.CLOSING,
    (_S.PAIRED, _P.GIVEN_UP): _S.CLOSING,
    (_S.CONSENTED, _P.GIVEN_UP): _S.CLOSING,
    (_S.INTERRUPTED, _P.GIVEN_UP): _S.CLOSING,
    (_S.RETURNING, _P.GIVEN_UP): _S.CLOSING,
    (_S.CLOSING, _P.LINE_CLOSED): _S.CLOSING,
} | {(state, step): _S.ENDED for state in _S if state is not _S.ENDED for step in (_P.REPORT, _P.EXPIRE)}


def advance(state: SessionState, step: SessionStep) -> SessionState:
    """The state after `step`.

    Raises:
        SessionStepRefused: not possible in this state.
    """
    try:
        return _NEXT[state, step]
    except KeyError:
        raise SessionStepRefused(f"a session that is {state} cannot take {step}") from None
