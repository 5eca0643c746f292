"""One session under way, without its sockets' bytes: state, times, and whose word about its end counts. Pure.

A technician cannot write "the user stopped it" into the history, nor the user "the technician left": such a word from
the wrong side only says that it is over, and the side concerned, or the lost line, gives the reason.
"""

import dataclasses
from typing import Generic, Protocol, TypeVar

from protocol import limits
from protocol.desk.events import EndReason, Staff
from protocol.trust import Role
from relay.sessions.states import SessionState, SessionStep, advance

REPORT_WAIT_S = 1.0
"""A socket often closes before the report why arrives on another one."""
ANSWER_WAIT_S = 3.0
"""Likewise while the user is asked: the agent gives its worker a second for the goodbye before it says that the user
said no, and a busy machine as long again. Nobody works meanwhile."""
QUESTION_S = limits.SIGN_IN_S + limits.CONSENT_ANSWER_S + 20.0
"""From both ends there to a consent: the handshake in the tunnel, the user's minute, and slow lines."""
OVERTIME_S = 5.0
"""The ends end a session by the consent's clock; the relay does when they did not."""

_OF_THE_USER = frozenset(
    {
        EndReason.USER_STOPPED,
        EndReason.HOT_KEY,
        EndReason.REFUSED,
        EndReason.NO_ANSWER,
        EndReason.USER_LOGGED_OFF,
        EndReason.USER_QUIT,
        EndReason.BANNER_HIDDEN,
    }
)
_OF_THE_TECHNICIAN = frozenset({EndReason.TECHNICIAN_LEFT})
_VAGUE = frozenset({EndReason.LINE_LOST})


class End(Protocol):
    """One end's socket, as far as a session needs it."""

    def hang_up(self) -> None:
        """Close it, after what is on its way; returns at once."""


E = TypeVar("E", bound=End)


@dataclasses.dataclass(frozen=True, slots=True)
class Over:
    """How a session ended."""

    reason: EndReason
    worked_s: float


@dataclasses.dataclass(slots=True)
class LiveSession(Generic[E]):
    """One session. Times are seconds, monotonic.

    Attributes:
        identifier: the session's number, 32 hexadecimal digits.
        technician: fingerprint of the technician's certificate, 32 bytes.
        technician_id: and the certified identifier.
        deadline: when it expires unless something happens.
        until: when the consent in force expires.
        consented_at: when the first consent was reported; None: nothing was shown.
        interrupted_at: since when it waits for its ends to come back.
        gaps_s: how long it did so before; nobody worked then.
        ceased_at: when it became known that it is over.
        reason_unless_better: what it was if nobody says more.
    """

    identifier: str
    ticket: int
    device: str
    staff: Staff
    technician: bytes
    deadline: float
    state: SessionState = SessionState.OFFERED
    ends: dict[Role, E] = dataclasses.field(default_factory=dict)
    consented_at: float | None = None
    consents: int = 0
    until: float = 0.0
    interrupted_at: float | None = None
    gaps_s: float = 0.0
    ceased_at: float | None = None
    reason_unless_better: EndReason = EndReason.LINE_LOST

    def join(self, role: Role, end: E, now: float) -> bool:
        """One end's socket is there; whether both are now. Raises SessionStepRefused."""
        step = SessionStep.SECOND_END if self.ends else SessionStep.FIRST_END
        self.state = advance(self.state, step)
        self.ends[role] = end
        if self.state is SessionState.PAIRED:
            self.deadline = now + QUESTION_S
            self.reason_unless_better = EndReason.NO_ANSWER
        elif self.state is SessionState.CONSENTED:
            self._come_back(now)
        return len(self.ends) > 1

    def consent(self, seconds: float, now: float) -> None:
        """The user allowed it, for so many seconds. Raises SessionStepRefused."""
        self.state = advance(self.state, SessionStep.CONSENT)
        self.consents += 1
        if self.consented_at is None:
            self.consented_at = now if self.ceased_at is None else self.ceased_at
        self.until = now + seconds + OVERTIME_S
        if self.state is SessionState.CONSENTED:
            self.deadline, self.reason_unless_better = self.until, EndReason.TIME_OVER

    def line_closed(self, now: float) -> list[E]:
        """A socket of it closed; gives the sockets it had, to be hung up. Raises SessionStepRefused."""
        self.state = advance(self.state, SessionStep.LINE_CLOSED)
        if self.state is not SessionState.INTERRUPTED:
            self._cease(now)
        elif self.interrupted_at is None:  # else it was only an attempt to come back
            self.interrupted_at = now
            if now + limits.RESUME_S < self.deadline:
                self.deadline, self.reason_unless_better = now + limits.RESUME_S, EndReason.LINE_LOST
        return self._let_go()

    def report(self, role: Role, reason: EndReason, now: float) -> Over | None:
        """One end says why it is over; None: wait a little for somebody who knows better. Raises SessionStepRefused."""
        others = _OF_THE_TECHNICIAN if role is Role.DEVICE else _OF_THE_USER
        # A console that trips over how it is told of the user's no knows less than the agent.
        tripped = reason is EndReason.FAULT and role is Role.TECHNICIAN and self.consented_at is None
        if reason in others or reason in _VAGUE or (tripped and self.state is not SessionState.OFFERED):
            if self.state not in {SessionState.CLOSING, SessionState.OFFERED}:
                self.state = advance(self.state, SessionStep.GIVEN_UP)
                self._cease(now)
            if self.state is SessionState.CLOSING:
                self.reason_unless_better = reason if tripped else self.reason_unless_better
                return None
            reason = EndReason.LINE_LOST
        self.state = advance(self.state, SessionStep.REPORT)
        return self._over(reason, now)

    def expire(self, now: float) -> Over:
        """Its deadline came. Raises SessionStepRefused."""
        self.state = advance(self.state, SessionStep.EXPIRE)
        return self._over(self.reason_unless_better, now)

    def worked_s(self, now: float) -> float:
        """Seconds from the first consent to the end, to now, or to when the consent was over; less interruptions."""
        if self.consented_at is None:
            return 0.0
        ends_at = next((at for at in (self.ceased_at, self.interrupted_at) if at is not None), now)
        ends_at = min(ends_at, self.until)  # a relay that slept, or was busy, ends it late
        return max(0.0, ends_at - self.consented_at - self.gaps_s)

    def _come_back(self, now: float) -> None:
        if self.interrupted_at is not None:
            self.gaps_s += now - self.interrupted_at
        self.interrupted_at = None
        self.deadline, self.reason_unless_better = self.until, EndReason.TIME_OVER

    def _let_go(self) -> list[E]:
        ends = list(self.ends.values())
        self.ends.clear()
        return ends

    def _cease(self, now: float) -> None:
        if self.ceased_at is None:
            self.ceased_at = now if self.interrupted_at is None else self.interrupted_at
            self.deadline = now + (ANSWER_WAIT_S if self.consented_at is None else REPORT_WAIT_S)
            self.reason_unless_better = EndReason.LINE_LOST

    def _over(self, reason: EndReason, now: float) -> Over:
        return Over(reason, self.worked_s(now))
