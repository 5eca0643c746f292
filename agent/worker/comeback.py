"""Holds whoever comes back to an interrupted session against the tunnel its consent was given in. Pure.

Guarantees that what was allowed goes on for nobody but the program it was allowed to: the same certificate, and proof
of the first tunnel's secret in the new tunnel (`protocol.session.resumption`). Distrusts the relay, which chooses whom
it connects, and whoever is there.
"""

from agent.worker.course import SessionOver
from protocol.desk.events import EndReason
from protocol.session import resumption
from protocol.session.messages import MessageError, Resumed
from protocol.trust import Role
from protocol.tunnel import Secured

_SOMEBODY_ELSE = "Somebody else tried to take up the session."


class Comeback:
    """One session's way back.

    Attributes:
        first: the tunnel the session began in; None before it stood.
    """

    def __init__(self, session: str) -> None:
        self._session = session
        self.first: Secured | None = None
        self._now: Secured | None = None

    def dialled(self) -> None:
        """There is another tunnel, and nobody in it yet."""
        self._now = None

    def secured(self, secured: Secured) -> None:
        """Somebody is in it. Raises SessionOver: not whom the first one was with."""
        if self.first is None or secured.peer_leaf != self.first.peer_leaf:
            raise SessionOver(EndReason.NOT_TRUSTED, _SOMEBODY_ELSE)
        self._now = secured

    def answer(self, proof: bytes) -> Resumed:
        """This end's proof for the other's. Raises SessionOver: that one does not hold; MessageError: out of turn."""
        if self.first is None or self._now is None:
            raise MessageError("a proof without a tunnel")
        secret, binding = self.first.resumption, self._now.binding
        try:
            resumption.check(proof, secret, Role.TECHNICIAN, session=self._session, binding=binding)
        except resumption.ResumptionError as error:
            raise SessionOver(EndReason.NOT_TRUSTED, _SOMEBODY_ELSE) from error
        return Resumed(resumption.prove(secret, Role.DEVICE, session=self._session, binding=binding))
