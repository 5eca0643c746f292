"""A relay that takes nothing any more, while the worker has much to send, is noticed as one that says nothing is."""

import asyncio
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from agent.net.dial import dial
from agent.worker.course import LineLost
from agent.worker.line import Line
from agent.worker.watch import Worker
from protocol import limits
from tests.conftest import Logs
from tests.parties import Parties
from tests.relay.rig import scene
from tests.stalled import deaf_server, fill

PARTIES = Parties()


@scene
async def test_what_is_held_is_let_go_and_the_line_is_lost_though_nothing_can_be_asked(
    monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    monkeypatch.setattr(limits, "RESUME_SILENT_S", 1.5)
    let_go: list[bool] = []
    held = SimpleNamespace(rtt_s=0.0, in_flight_bytes=0, holds_something=True, heard_s=float("inf"))
    held.release_all = lambda: let_go.append(True)
    async with deaf_server() as port:
        organisation = msgspec.structs.replace(PARTIES.organisation, relay_url=f"ws://127.0.0.1:{port}")
        line = Line(organisation, PARTIES.laptop, "5" * 32, last_revocations=0)
        line._socket = await dial(organisation, "/session")
        sending = await fill(line._socket)
        worker = cast(Worker, SimpleNamespace(_session=held))
        with pytest.raises(LineLost):
            async with asyncio.timeout(8):
                await Worker._feel_line(worker, line)
        assert let_go
        assert logs.of("released_on_silent_line")
        line.abort()
        await sending
