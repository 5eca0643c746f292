import asyncio

import numpy as np

from protocol.scopes import Scope
from tests.agent.rig import ConsoleEnd, Helped, Screen, SmallRelay

SEE = frozenset({Scope.SEE})


def test_the_consoles_picture_is_the_screens_to_the_last_bit() -> None:
    async def scene(screen: Screen) -> None:
        rng = np.random.default_rng(1)
        async with SmallRelay() as relay, Helped(relay.parties, screen, "1" * 32, SEE):
            console = ConsoleEnd(relay.parties, "1" * 32)
            await console.connect()
            await console.ask(Scope.SEE)
            await console.consented()
            for _ in range(20):
                width, height = (int(n) for n in rng.integers(1, 600, 2))
                x, y = (int(n) for n in rng.integers(0, 700, 2))
                screen.fill(x, y, width, height, int(rng.integers(0, 1 << 24)))
                screen.noise(x // 2, y // 2, rng.integers(0, 256, (height, width, 4), np.uint8))
                await asyncio.sleep(float(rng.uniform(0, 0.02)))
            source = screen.pixels()
            await console.until(lambda: np.array_equal(console.pixels[..., :3], source), "the whole picture")
            await console.close()

    with Screen() as screen:
        asyncio.run(scene(screen))
