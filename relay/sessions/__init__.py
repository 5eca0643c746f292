"""Sessions as the relay sees them: which two sockets belong together, and when it is over; never what is said.

states        the life of a session and the one function that changes it
live          one session: its ends, its times
switchboard   all of them
"""

from relay.sessions.live import LiveSession, Over
from relay.sessions.states import SessionState
from relay.sessions.switchboard import Switchboard

__all__ = ["LiveSession", "Over", "SessionState", "Switchboard"]
