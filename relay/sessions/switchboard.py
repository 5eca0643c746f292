"""All sessions under way: offers, pairs and ends them. On the loop's thread.

Guarantees at most one session for each device, and that every session that was offered ends exactly once, by a
report, a closed line or a deadline; then `on_over` is called. What an end sends goes to the other end and nowhere else.
A session with a consent survives its sockets for a while: the same two parties may come back to it.
"""

import collections
from collections.abc import Callable, Iterator
from typing import Generic, Protocol, Self, TypeVar

from protocol import limits
from protocol.desk.events import EndReason, Staff
from protocol.trust import Role
from relay.sessions.live import LiveSession, Over
from relay.sessions.states import SessionState, SessionStepRefused

_RESUMABLE = frozenset({SessionState.CONSENTED, SessionState.RETURNING})
"""The states in which an end may dial anew: its old line is dead, even if the network has not said so yet."""
REMEMBERED = 1000
"""Ended sessions whose late reports get a friendly answer."""


class Joinable(Protocol):
    """One end's socket, as far as the switchboard needs it."""

    def hang_up(self) -> None:
        """Close it, after what is on its way; returns at once."""

    def pair(self, other: Self) -> None:
        """From now on, what this end sends goes to `other`."""


J = TypeVar("J", bound=Joinable)


class JoinRefused(Exception):  # noqa: N818 - a refusal with its sentence
    """This socket does not belong to a session.

    Attributes:
        in_use: there is one, but this end of it is taken.
    """

    def __init__(self, sentence: str, *, in_use: bool) -> None:
        super().__init__(sentence)
        self.in_use = in_use


class Switchboard(Generic[J]):
    """Sessions by their number, and by their device."""

    def __init__(self, on_over: Callable[[LiveSession[J], Over], None], clock: Callable[[], float]) -> None:
        """`on_over` is called once for each session, on the loop's thread; `clock` gives seconds, monotonic."""
        self._on_over, self._clock = on_over, clock
        self._sessions: dict[str, LiveSession[J]] = {}
        self._by_device: dict[str, LiveSession[J]] = {}
        self._ended: collections.OrderedDict[str, tuple[str, str]] = collections.OrderedDict()

    def __iter__(self) -> Iterator[LiveSession[J]]:
        """Those under way."""
        return iter(list(self._sessions.values()))

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._sessions)

    def worked(self) -> list[tuple[str, float]]:
        """Each session that was consented to, and the seconds it has lasted since."""
        now = self._clock()
        return [(one.identifier, one.worked_s(now)) for one in self if one.consented_at is not None]

    def find(self, identifier: str) -> LiveSession[J] | None:
        """A session under way."""
        return self._sessions.get(identifier)

    def running_on(self, device: str) -> LiveSession[J] | None:
        """The session on a device; one whose line is lost already is ended by this, and does not count."""
        session = self._by_device.get(device)
        if session is not None and session.state is SessionState.CLOSING:
            self._expire(session)
            return None
        return session

    def was(self, identifier: str, party: str) -> bool:
        """Whether `party` (an identifier) was an end of this session, which is over."""
        return party in self._ended.get(identifier, ())

    def offer(self, identifier: str, ticket: int, device: str, staff: Staff, technician: bytes) -> LiveSession[J]:
        """A new session, waiting for its ends. The caller has asked `running_on` before."""
        deadline = self._clock() + limits.PAIRING_S
        session: LiveSession[J] = LiveSession(identifier, ticket, device, staff, technician, deadline)
        self._sessions[identifier] = self._by_device[device] = session
        return session

    def withdraw(self, session: LiveSession[J]) -> None:
        """An offer that could not be written down never was."""
        self._forget(session)

    def join(self, identifier: str, role: Role, party: str, end: J) -> LiveSession[J]:
        """Binds a socket to its session; pairs both ends when the second comes.

        Raises:
            JoinRefused: no such session, none of this party's, or this end is taken.
        """
        session = self._sessions.get(identifier)
        owner = None if session is None else session.device if role is Role.DEVICE else session.staff.identifier
        if session is None or owner != party:
            raise JoinRefused("There is no such session any more.", in_use=False)
        if role in session.ends:
            if session.state not in _RESUMABLE:
                raise JoinRefused("Somebody is at this end of the session already.", in_use=True)
            self._cut(session)
        try:
            paired = session.join(role, end, self._clock())
        except SessionStepRefused as error:
            raise JoinRefused("This session is over.", in_use=False) from error
        if paired:
            one, other = session.ends.values()
            one.pair(other)
            other.pair(one)
        return session

    def left(self, session: LiveSession[J], end: J) -> None:
        """A socket of the session closed; the other is hung up, and either may come back, or say why not."""
        if session.identifier in self._sessions and any(one is end for one in session.ends.values()):
            self._cut(session)

    def report(self, session: LiveSession[J], role: Role, reason: EndReason) -> None:
        """One end says why the session is over."""
        if reason is EndReason.HANDED_OVER:
            reason = EndReason.LINE_LOST  # no end can know that
        over = session.report(role, reason, self._clock())
        if over is None:
            _hang_up(session)
        else:
            self._end(session, over)

    def end(self, session: LiveSession[J], reason: EndReason) -> None:
        """The relay itself ends it: its ticket was cancelled, or its technician is trusted no more."""
        role = Role.TECHNICIAN if reason is EndReason.TECHNICIAN_LEFT else Role.DEVICE
        over = session.report(role, reason, self._clock())
        self._end(session, over or session.expire(self._clock()))

    def sweep(self) -> None:
        """Ends those whose time has come; to be called each second or so."""
        now = self._clock()
        for session in self:
            if now >= session.deadline:
                self._expire(session)

    def _cut(self, session: LiveSession[J]) -> None:
        for end in session.line_closed(self._clock()):
            end.hang_up()

    def _expire(self, session: LiveSession[J]) -> None:
        self._end(session, session.expire(self._clock()))

    def _end(self, session: LiveSession[J], over: Over) -> None:
        self._forget(session)
        self._ended[session.identifier] = (session.device, session.staff.identifier)
        if len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        _hang_up(session)
        self._on_over(session, over)

    def _forget(self, session: LiveSession[J]) -> None:
        self._sessions.pop(session.identifier, None)
        if self._by_device.get(session.device) is session:
            del self._by_device[session.device]


def _hang_up(session: LiveSession[J]) -> None:
    for end in session.ends.values():
        end.hang_up()
