"""What a killed worker leaves on the user's display, and who puts it right."""

import asyncio

import pytest

from agent.x11.keys import Keymap
from protocol.session.messages import TextTyped
from tests.agent.rig import Screen, eventually, sharing


@pytest.mark.parametrize("killed", ["worker", "worker and guard"])
def test_keycodes_that_a_killed_worker_had_mapped_mean_nothing_again(screen: Screen, killed: str) -> None:
    before = Keymap.read(screen.x).rows

    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(TextTyped("žluťoučký 日本"))
            await eventually(lambda: Keymap.read(screen.x).rows != before, "the text")
            pids = [stage.helped.worker, stage.helped.guard]
            stage.helped.kill(*pids[: len(killed.split(" and "))])
            await eventually(lambda: Keymap.read(screen.x).rows == before, "the keyboard as it was")

    asyncio.run(scene())


def test_what_the_user_mapped_during_the_session_stays(screen: Screen) -> None:
    spare = Keymap.read(screen.x).spare()[-1]

    async def scene() -> None:
        async with sharing(screen) as stage:
            screen.run("xmodmap", "-e", f"keycode {spare} = a A")
            stage.helped.kill(stage.helped.worker)
            await eventually(lambda: stage.helped.gone(stage.helped.guard), "the guard's end")
            assert spare not in Keymap.read(screen.x).spare()

    asyncio.run(scene())
