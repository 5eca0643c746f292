"""Belonging to the organisation: enrols with the bundle's token, and has the certificate renewed before it ends.

On the network thread. Guarantees that a certificate that still holds is never given up for the want of the next one.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from websockets.exceptions import WebSocketException

from agent import enrolled
from agent.errors import AgentError, EnrolmentError
from agent.messages import Line, LineChanged, Trouble
from agent.net.enrol import enrol, renew
from agent.net.pause import Pause
from agent.place import Place
from protocol.trust import is_due

FINAL_WAIT_S = 300.0
"""When somebody has to do something first."""
_ENROL_AGAIN_S = 10.0
LOOK_S = 3600.0
"""Between looks at the certificate's end, on average; a third of a year is left when it is first asked for."""

_log = structlog.get_logger()


class Membership:
    """This computer's standing. `join()` first; then there is a member, and `keep()` keeps it one."""

    def __init__(
        self, place: Place, standing: enrolled.Standing, pause: Pause, on_line: Callable[[LineChanged], None]
    ) -> None:
        """`pause` is waited between tries to enrol."""
        self._place, self._standing, self._pause, self._on_line = place, standing, pause, on_line

    @property
    def member(self) -> enrolled.Member:
        """As whom to sign in now. Raises EnrolmentError before `join()`."""
        if isinstance(self._standing, enrolled.Member):
            return self._standing
        raise EnrolmentError("not a member yet", final=False)

    async def join(self) -> None:
        """Enrols if need be, again and again until it is done."""
        while not isinstance(self._standing, enrolled.Member):
            self._on_line(LineChanged(Line.ENROLLING))
            try:
                self._standing = await enrol(self._place, self._standing)
            except EnrolmentError as error:
                _log.warning("not enrolled", why=str(error), final=error.final)
                self._on_line(LineChanged(Line.AWAY, Trouble.NOT_ENROLLED if error.final else Trouble.BUSY))
                await self._pause.wait(FINAL_WAIT_S if error.final else _ENROL_AGAIN_S)
            except (AgentError, WebSocketException, OSError, TimeoutError) as error:
                _log.info("cannot enrol now", why=f"{type(error).__name__}: {error}")
                self._on_line(LineChanged(Line.AWAY, Trouble.UNREACHABLE))
                await self._pause.wait(_ENROL_AGAIN_S)

    async def keep(self) -> None:
        """Renews the certificate whenever it is due; never ends by itself. The next sign-in uses the new one."""
        while True:
            await self._renew_if_due()
            await asyncio.sleep(LOOK_S * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load, guards nothing

    async def _renew_if_due(self) -> None:
        member = self.member
        if not is_due(member.identity.leaf, now=datetime.now(UTC)):
            return
        try:
            self._standing = await renew(self._place, member)
            _log.info("certificate renewed")
        except (AgentError, WebSocketException, OSError, TimeoutError) as error:
            _log.warning("certificate not renewed", why=f"{type(error).__name__}: {error}")
