"""P34: load above 90 % for five minutes is one row of the desk's fault log, from the agent's own watch."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import agent.net.clerk
from agent.watching.figures import Figure
from protocol import envelope
from protocol.desk import events
from protocol.desk.events import Machine, Threshold
from relay.store import THE_DESK
from tests.agent.net.test_clerk import at_work, laptop
from tests.relay.rig import House, scene

LOAD = Threshold("cpu.percent", limit=90, clear=80, for_s=300)


class Load:
    """What psutil would read, and the clock beside it."""

    def __init__(self) -> None:
        self.percent, self.seconds = 10.0, 0.0

    def read(self, checks: Iterable[str]) -> list[Figure]:
        return [Figure("cpu.percent", "", self.percent, f"{self.percent:g} %")] if "cpu.percent" in checks else []


@scene
async def test_p34_load_above_ninety_for_five_minutes_is_one_row_and_four_and_a_half_are_none(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = Load()
    monkeypatch.setattr(agent.net.clerk, "LocalFigures", lambda: load)
    book = (events.ThresholdsSet((LOAD,)), events.MachineSet(Machine("laptop", "Eva's laptop", "")))
    async with house.relay() as relay:
        await relay.relay._store.record(lambda _: book, THE_DESK, datetime.now(UTC))
        console = await relay.console()
        async with at_work(tmp_path / "agent", laptop(house, relay.port)) as desk:
            watch = desk.clerk._round
            watch._seconds = lambda: load.seconds
            await relay.until(lambda: bool(watch.thresholds))

            async def minutes(count: float, percent: float) -> tuple[Any, ...]:
                """So long at this load, looked at twice a minute; the fault log's rows, and how many ever were."""
                load.percent = percent
                for _ in range(int(2 * count)):
                    await watch.look()
                    load.seconds += 30
                await relay.until(lambda: not watch._held)
                raised = await relay.relay._store.rows("SELECT count(*) FROM events WHERE kind = 'FaultRaised'")
                return len((await console.ask(envelope.ListFaults)).open), raised[0][0]

            assert await minutes(5, 95) == (0, 0), "nine gaps of half a minute are four and a half"
            assert await minutes(1, 89) == (0, 0)
            assert await minutes(5.5, 91) == (1, 1)
            assert await minutes(10, 99) == (1, 1)
            assert await minutes(10, 85) == (1, 1), "below the limit, not yet clear of it"
            assert await minutes(6, 50) == (0, 1)
