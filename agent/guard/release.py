"""Lets go of everything on a fresh connection: what every way out of a session comes to."""

from agent.x11.connection import Connection
from agent.x11.held import release_all

SETTLE_S = 0.15
"""How long what a killed worker had sent may still press keys. The server reads at most a buffer of it (some thousand
requests, a few milliseconds); this is far above and well within the half second the hot key has."""


def release_on(display: str | None) -> None:
    """Lets go on `display` until it has settled. Raises DisplayLost when there is none any more."""
    connection = Connection(display)
    try:
        release_all(connection, settle_s=SETTLE_S)
    finally:
        connection.close()
