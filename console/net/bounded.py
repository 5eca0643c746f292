"""A websocket to the relay that never waits without a bound for a relay that takes nothing any more.

Guarantees: `send`, `ping` and `close` end, whatever the relay reads; and so the library's own keep-alive notices a
relay that stands still with our bytes before it, for which it would wait itself. On the network's loop; distrusts the
relay.

Builds on websockets' own Connection, whose `drain` is what all of them wait in, without a bound of their own.
"""

import asyncio

from websockets.asyncio.client import ClientConnection
from websockets.frames import CloseCode

from protocol import limits

_ABORT_S = 1.0
"""Beyond the time that the other side has for its part of a closing handshake."""


class BoundedConnection(ClientConnection):
    """For `connect(…, create_connection=BoundedConnection)`."""

    async def drain(self) -> None:
        """Until there is room again. Raises TimeoutError, which cuts the line, when nothing is taken for `STALL_S`."""
        while self.paused:
            held_bytes = self.transport.get_write_buffer_size()
            try:
                async with asyncio.timeout(limits.STALL_S):
                    await super().drain()
            except TimeoutError:
                if self.transport.get_write_buffer_size() >= held_bytes:
                    raise
            else:
                return
        await super().drain()  # mostly only this, for each key and picture: no clock is set for it

    async def close(self, code: CloseCode | int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """In order if the other side takes part in it, by force soon after that if it does not."""
        bound = self.loop.call_later((self.close_timeout or 0.0) + _ABORT_S, self.transport.abort)
        try:
            await super().close(code, reason)
        finally:
            bound.cancel()
