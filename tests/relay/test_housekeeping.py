"""What the relay sees to by itself goes on, whatever one part of it meets."""

import asyncio
import io
from pathlib import Path

import pytest

from protocol import envelope
from protocol.desk.ticket import Ticket
from relay import server
from relay.counts import Counts
from relay.errors import StoreFault
from relay.housekeeping import Housekeeping, Step
from relay.log import make_log
from tests.relay.peopled import peopled
from tests.relay.rig import scene


@pytest.fixture(autouse=True)
def _quick_housekeeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "TICK_S", 0.05)


@scene
async def test_a_step_that_fails_keeps_no_later_one_from_its_turn() -> None:
    done = []

    def trips() -> None:
        raise ValueError("tripped")

    async def faults() -> None:
        raise StoreFault("The disk is full.")

    async def waits() -> None:
        await asyncio.sleep(0)
        done.append("waits")

    log = make_log(io.StringIO())
    counts = Counts(log, lambda: 0.0)
    steps = (Step("a", trips), Step("b", faults), Step("c", waits), Step("d", lambda: done.append("d"), 3, 1))
    keeping = Housekeeping(steps, counts, log)
    for _ in range(4):
        await keeping.round()
    assert done == ["waits", "d", "waits", "waits", "waits", "d"]
    assert (counts["fault"], counts["store_fault"]) == (4, 4)


@scene
async def test_what_cannot_be_read_in_the_book_keeps_neither_the_relay_nor_the_rest_of_the_book(
    tmp_path: Path,
) -> None:
    house = peopled(tmp_path / "relay")
    (house.folder.book / "00000000000000000000-aa.change").mkdir()
    (house.folder.book / "00000000000000000001-aa.change").symlink_to(tmp_path / "nowhere")
    async with house.relay() as relay:
        assert (await relay.relay._store.book()).register.staff.keys() >= {"jana", "petr"}
        agent, console = await relay.agent(), await relay.console()
        number = (await agent.asks_for_help()).ticket.number
        await console.hears(
            envelope.TicketChanged, lambda said: said.ticket.number == number and said.ticket.owner is not None
        )
        assert relay.relay.counts["book_change_unreadable"] == 2, "each is told once"


@scene
async def test_p04_what_comes_while_the_desk_sweeps_is_placed_by_the_next_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with peopled(tmp_path / "relay").relay() as relay:
        agent, console = await relay.agent(), await relay.console()
        store = relay.relay._store
        listed, asked = store.unfinished, list[int]()

        async def unfinished(*, resolved: bool = True) -> list[Ticket]:
            found = await listed(resolved=resolved)
            if len(asked) == 1:
                asked.append(0)
                asked.append((await agent.asks_for_help("Another one")).ticket.number)
            return found

        monkeypatch.setattr(store, "unfinished", unfinished)
        asked.append((await agent.asks_for_help()).ticket.number)
        await console.hears(
            envelope.TicketChanged, lambda said: said.ticket.number == asked[-1] and said.ticket.owner is not None
        )
