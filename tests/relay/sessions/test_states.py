import itertools

import pytest

from relay.sessions.states import SessionState, SessionStep, SessionStepRefused, advance

_S, _P = SessionState, SessionStep
POSSIBLE = {
    (_S.OFFERED, _P.FIRST_END): _S.HALF,
    (_S.OFFERED, _P.REPORT): _S.ENDED,
    (_S.OFFERED, _P.EXPIRE): _S.ENDED,
    (_S.HALF, _P.SECOND_END): _S.PAIRED,
    (_S.HALF, _P.LINE_CLOSED): _S.CLOSING,
    (_S.HALF, _P.GIVEN_UP): _S.CLOSING,
    (_S.HALF, _P.REPORT): _S.ENDED,
    (_S.HALF, _P.EXPIRE): _S.ENDED,
    (_S.PAIRED, _P.CONSENT): _S.CONSENTED,
    (_S.PAIRED, _P.LINE_CLOSED): _S.CLOSING,
    (_S.PAIRED, _P.GIVEN_UP): _S.CLOSING,
    (_S.PAIRED, _P.REPORT): _S.ENDED,
    (_S.PAIRED, _P.EXPIRE): _S.ENDED,
    (_S.CONSENTED, _P.CONSENT): _S.CONSENTED,
    (_S.CONSENTED, _P.LINE_CLOSED): _S.INTERRUPTED,
    (_S.CONSENTED, _P.GIVEN_UP): _S.CLOSING,
    (_S.CONSENTED, _P.REPORT): _S.ENDED,
    (_S.CONSENTED, _P.EXPIRE): _S.ENDED,
    (_S.INTERRUPTED, _P.FIRST_END): _S.RETURNING,
    (_S.INTERRUPTED, _P.CONSENT): _S.INTERRUPTED,
    (_S.INTERRUPTED, _P.GIVEN_UP): _S.CLOSING,
    (_S.INTERRUPTED, _P.REPORT): _S.ENDED,
    (_S.INTERRUPTED, _P.EXPIRE): _S.ENDED,
    (_S.RETURNING, _P.SECOND_END): _S.CONSENTED,
    (_S.RETURNING, _P.CONSENT): _S.RETURNING,
    (_S.RETURNING, _P.LINE_CLOSED): _S.INTERRUPTED,
    (_S.RETURNING, _P.GIVEN_UP): _S.CLOSING,
    (_S.RETURNING, _P.REPORT): _S.ENDED,
    (_S.RETURNING, _P.EXPIRE): _S.ENDED,
    (_S.CLOSING, _P.CONSENT): _S.CLOSING,
    (_S.CLOSING, _P.LINE_CLOSED): _S.CLOSING,
    (_S.CLOSING, _P.REPORT): _S.ENDED,
    (_S.CLOSING, _P.EXPIRE): _S.ENDED,
}


@pytest.mark.parametrize(("state", "step"), list(itertools.product(SessionState, SessionStep)))
def test_each_step_in_each_state_leads_on_or_is_refused(state: SessionState, step: SessionStep) -> None:
    if (state, step) in POSSIBLE:
        assert advance(state, step) is POSSIBLE[state, step]
    else:
        with pytest.raises(SessionStepRefused):
            advance(state, step)


def test_nothing_happens_to_a_session_that_ended() -> None:
    assert not any(state is SessionState.ENDED for state, _ in POSSIBLE)
