"""One end of a session: signs in for it, waits for the other end, and is out of the way. On the loop's thread.

Whoever comes back to an interrupted session does the same; whether it is the same program, the other end decides.

What passes is carried by `connection`, in the sockets' own callbacks; here is only the beginning and the end.
"""

from protocol import signin
from relay.sessions import LiveSession, Switchboard
from relay.sessions.switchboard import JoinRefused
from relay.sockets.connection import RelayConnection
from relay.sockets.greeting import Greeter, Peer

_PAIRED = signin.encode(signin.SessionPaired())


class SessionEnds:
    """Serves /session."""

    def __init__(self, greeter: Greeter, switchboard: Switchboard[RelayConnection]) -> None:
        """The same switchboard as the desk's."""
        self._greeter, self._switchboard = greeter, switchboard

    async def serve(self, connection: RelayConnection) -> None:
        """Until it closes."""
        peer = await self._greeter.greet(connection)
        if peer is None:
            return
        session = self._join(peer, connection)
        if session is None:
            return
        try:
            await connection.wait_closed()
        finally:
            self._switchboard.left(session, connection)

    def _join(self, peer: Peer, connection: RelayConnection) -> LiveSession[RelayConnection] | None:
        party = peer.party
        if not connection.said_nothing_more():
            return None
        connection.wait_for_peer()
        try:
            session = self._switchboard.join(peer.session or "", party.role, party.identifier, connection)
        except JoinRefused as refused:
            self._greeter.refuse_session(connection, str(refused), in_use=refused.in_use)
            return None
        self._greeter.welcome(connection)
        if len(session.ends) > 1:
            for end in session.ends.values():
                end.push(_PAIRED)
        return session
