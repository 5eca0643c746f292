"""A relay that withholds the end of a keystroke: the line lives, the technician's finger is long gone, the key repeats.

A key stays down only for as long as the technician's console says, inside the tunnel, that it is still held.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.session.messages import ButtonChanged, FromConsole, KeyChanged
from tests.hostile.attacks import To
from tests.hostile.stand import stand
from tests.relay.rig import scene

HELD_S = 4.0
LET_GO_S = 2.0
KEY, CLICK = KeyChanged(30, 0, down=True), ButtonChanged(1, down=True, x=20, y=20)


class Withholding:
    """Carries everything, until it is told to keep what is for the agent to itself."""

    def __init__(self) -> None:
        self.withholds = False

    def carry(self, to: To, message: bytes) -> Iterator[tuple[To, bytes]]:
        if not (self.withholds and to is To.AGENT):
            yield to, message


@pytest.mark.parametrize("wanted", [KEY, CLICK], ids=["key", "button"])
@scene
async def test_what_is_down_is_let_go_when_its_release_is_withheld_though_the_line_lives(
    tmp_path: Path, wanted: FromConsole
) -> None:
    relay = Withholding()
    async with stand(tmp_path) as on, on.session(relay.carry) as line:
        assert await line.until(lambda: line.running and line.picture().size > 0)
        line.send(wanted)
        assert await line.until(lambda: any(on.screen.held()))
        relay.withholds = True
        assert await line.until(lambda: not any(on.screen.held()), LET_GO_S)
        assert line.running  # neither end was told that anything is wrong


@scene
async def test_a_key_that_is_held_for_long_stays_down_though_nothing_changes_on_the_screen(tmp_path: Path) -> None:
    async with stand(tmp_path) as on, on.session() as line:
        assert await line.until(lambda: line.running and line.picture().size > 0)
        line.send(KEY, CLICK)
        assert await line.until(lambda: all(on.screen.held()))
        end_s = asyncio.get_running_loop().time() + HELD_S
        while asyncio.get_running_loop().time() < end_s:
            assert all(on.screen.held())
            await asyncio.sleep(0.05)
        line.send(KeyChanged(30, 0, down=False), ButtonChanged(1, down=False, x=20, y=20))
        assert await line.until(lambda: not any(on.screen.held()), 1.0)
