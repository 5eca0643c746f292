import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.typing import Subprotocol

from protocol import envelope, limits
from protocol.desk import events
from protocol.desk.events import Machine
from protocol.trust import Role
from tests.protocol.wording import kept
from tests.relay.peopled import owned, peopled
from tests.relay.rig import Actor, Running, scene

OURS = f"athand-{limits.PROTOCOL_VERSION}"
NEWER = f"athand-{limits.PROTOCOL_VERSION + 1}"
LEAD, SECOND = "olga", "petr"


class Listener(Actor):
    """A console that keeps what it heard, to the letter."""

    def __init__(self, *facts: Any) -> None:
        super().__init__(*facts)
        self.texts: list[str] = []

    async def _text(self) -> str:
        self.texts.append(await super()._text())
        return self.texts[-1]


async def console(relay: Running, name: str, *offered: str) -> Listener:
    """Of a version that offers these where it dials."""
    socket = await relay.dial("/control", subprotocols=[Subprotocol(one) for one in offered] or None)
    actor = Listener(relay, Role.TECHNICIAN, relay.house.staff[name], socket, None)
    relay.actors.append(actor)
    return actor


@pytest.mark.parametrize(
    ("offered", "greeted"), [((), 1), (("athand-1",), 1), ((OURS,), int(OURS[7:])), ((NEWER,), int(OURS[7:]))]
)
@scene
async def test_each_client_is_greeted_in_a_version_that_it_speaks(
    tmp_path: Path, offered: tuple[str, ...], greeted: int
) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        actor = await console(relay, SECOND, *offered)
        assert json.loads(await actor.socket.recv())["version"] == greeted


@scene
async def test_a_console_of_the_first_version_works_and_is_told_no_field_that_it_does_not_know(tmp_path: Path) -> None:
    desktop_is_adams = events.MachineSet(Machine("desktop", "Adam's", "adam"))
    async with peopled(tmp_path / "relay", desktop_is_adams).relay() as relay:
        jana, adam = await relay.console("jana"), await relay.agent("desktop")
        old, new = await console(relay, SECOND), await console(relay, LEAD, OURS)
        for listener in (old, new):
            await listener.sign_in()
        number = await owned(adam, jana, "jana")
        valid = datetime.now(UTC) + timedelta(days=1)
        await jana.ask(envelope.MakeQuote, number, secrets.token_hex(16), "On Sunday", 12_000, "EUR", valid, None)
        await new.hears(envelope.TicketChanged, lambda changed: changed.ticket.yes_by is not None)
        for listener in (old, new):
            read = await listener.ask(envelope.ReadTicket, number)
            people = await listener.ask(envelope.ReadPeople, number)
            assert read.ticket.yes_by == people.yes_by == (None if listener is old else ("Eva Králová",))
        known = {line.split(":")[0].split(".")[-1].rstrip("!") for line in kept(1)} | {"type"}
        assert {name for text in old.texts[2:] for name in _names(json.loads(text))} <= known  # signed in before that


def _names(said: Any) -> set[str]:
    if isinstance(said, list):
        return {name for one in said for name in _names(one)}
    if isinstance(said, dict):
        return set(said) | {name for one in said.values() for name in _names(one)}
    return set()
