"""One whole session, up and sharing, in one line of a test."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from protocol.scopes import Scope
from tests.agent.rig.console import ConsoleEnd
from tests.agent.rig.helped import Helped
from tests.agent.rig.relay import SmallRelay
from tests.agent.rig.screen import Screen

SEE = frozenset({Scope.SEE})
CONTROL = frozenset({Scope.SEE, Scope.CONTROL})


@dataclass
class Sharing:
    """The parts of a session that shows the screen."""

    screen: Screen
    relay: SmallRelay
    helped: Helped
    console: ConsoleEnd


@asynccontextmanager
async def sharing(
    screen: Screen,
    scopes: frozenset[Scope] = CONTROL,
    *,
    minutes: int = 30,
    minute_s: float = 60.0,
    monitors: tuple[str, ...] = (),
) -> AsyncIterator[Sharing]:
    """A session on this screen with these scopes allowed, its first picture shown."""
    session = secrets.token_hex(16)
    async with (
        SmallRelay() as relay,
        Helped(relay.parties, screen, session, scopes, minute_s=minute_s, monitors=monitors) as helped,
    ):
        console = ConsoleEnd(relay.parties, session)
        await console.connect()
        await console.ask(*scopes, minutes=minutes)
        await console.consented()
        await console.until(lambda: bool(console.frames), "the first picture")
        try:
            yield Sharing(screen, relay, helped, console)
        finally:
            await console.close()
