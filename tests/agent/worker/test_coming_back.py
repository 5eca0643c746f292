"""The line of a session is cut: what is held is let go, and what was allowed waits for one program alone."""

import asyncio
import time

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

from protocol import limits
from protocol.session.messages import (
    Ask,
    ConsentGiven,
    InputDropped,
    KeyboardChanged,
    KeyChanged,
    PointerMoved,
    Resumed,
    ScreenChanged,
)
from protocol.trust import Role
from tests.agent.rig import CONTROL, SEE, Screen, Sharing, eventually, sharing

A = 30
WITHIN_S = 1.0
AT_MOST = 8
"""Returns that are tried: whenever another program has the processor, none can be that fast."""


async def hold(stage: Sharing) -> None:
    await stage.console.send(KeyChanged(A, 0, down=True))
    await eventually(lambda: stage.screen.held()[0] == {A + 8}, "the key")


async def cut(stage: Sharing) -> None:
    """Both sockets go, and the user is told."""
    stage.relay.cut()
    await stage.helped.hear("interrupted")


async def exact(stage: Sharing) -> None:
    source = stage.screen.pixels()
    await stage.console.until(
        lambda: bool(stage.console.frames) and np.array_equal(stage.console.pixels[..., :3], source), "the picture"
    )


def again(stage: Sharing) -> int:
    """How often the user was told that somebody sees the screen."""
    return sum(fact["event"] == "running" for fact in stage.helped.said)


def test_what_is_held_is_let_go_at_the_cut_and_the_picture_is_exact_within_a_second_of_its_return(
    screen: Screen,
) -> None:
    async def scene() -> None:
        rng = np.random.default_rng(7)
        took_s: list[float] = []
        async with sharing(screen) as stage:
            while len(took_s) < 2 or (min(took_s) >= WITHIN_S and len(took_s) < AT_MOST):
                await hold(stage)
                stage.relay.away = True
                await cut(stage)
                await eventually(lambda: not any(screen.held()), "letting go")
                screen.noise(50, 60, rng.integers(0, 256, (300, 400, 4), np.uint8))
                await asyncio.sleep(0.5)
                stage.relay.away = False
                back_s = time.monotonic()
                await stage.console.come_back()
                await stage.console.resume()
                await exact(stage)
                took_s.append(time.monotonic() - back_s)
                await stage.console.hear(Resumed)
                await stage.console.hear(ConsentGiven)
                await stage.console.hear(ScreenChanged)
            assert min(took_s) < WITHIN_S, took_s
            assert again(stage) == 1 + len(took_s)
            await hold(stage)  # and what was allowed is as it was
            await stage.console.send(KeyChanged(A, 0, down=False), PointerMoved(321, 123))
            await eventually(lambda: screen.pointer() == (321, 123), "the pointer")

    asyncio.run(scene())


def test_another_layout_chosen_while_the_line_is_cut_is_told_after_the_return(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            screen.run("setxkbmap", "-layout", "us")
            while (await stage.console.hear(KeyboardChanged)).keys[21][0] != ord("y"):
                pass
            stage.relay.away = True
            await cut(stage)
            screen.run("setxkbmap", "-layout", "de")
            await asyncio.sleep(0.3)  # it is heard of here, and nobody is there to be told
            stage.relay.away = False
            await stage.console.come_back()
            await stage.console.resume()
            await stage.console.hear(Resumed)
            while (await stage.console.hear(KeyboardChanged)).keys[21][0] != ord("z"):
                pass
            screen.run("setxkbmap", "-layout", "us")

    asyncio.run(scene())


def test_who_may_only_look_may_only_look_afterwards(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            await cut(stage)
            await stage.console.come_back()
            await stage.console.resume()
            await exact(stage)
            await stage.console.send(KeyChanged(A, 0, down=True))
            assert (await stage.console.hear(InputDropped)).reason == "scope_missing"
            assert not any(screen.held())

    asyncio.run(scene())


def test_what_the_user_takes_back_while_the_line_is_cut_stays_taken_back(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await cut(stage)
            await stage.helped.wish("take_back control")
            await stage.console.come_back()
            await stage.console.resume()
            await exact(stage)
            await stage.console.send(KeyChanged(A, 0, down=True))
            assert (await stage.console.hear(InputDropped)).reason == "scope_missing"
            assert not any(screen.held())

    asyncio.run(scene())


def test_the_consents_time_goes_on_while_the_line_is_cut(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, minutes=2, minute_s=1.0) as stage:
            await cut(stage)
            assert await stage.helped.closed() == "time_over"

    asyncio.run(scene())


def test_a_question_that_was_open_is_withdrawn_and_can_be_asked_again(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            await stage.helped.wish("hesitate")
            await stage.helped.hear("hesitant")
            await stage.console.ask(*CONTROL)
            await eventually(lambda: sum(fact["event"] == "asked" for fact in stage.helped.said) > 1, "the question")
            await cut(stage)
            await stage.helped.hear("withdrawn")
            await stage.helped.wish("answer see control")  # too late: nobody asks any more
            await stage.console.come_back()
            await stage.console.resume()
            await exact(stage)
            await stage.console.send(KeyChanged(A, 0, down=True))
            await stage.console.hear(InputDropped)
            assert not any(screen.held())

    asyncio.run(scene())


def test_after_the_users_stop_nobody_comes_back(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await cut(stage)
            await stage.helped.wish("stop")
            assert await stage.helped.closed() == "user_stopped"
            with pytest.raises((TimeoutError, ConnectionClosed)):
                async with asyncio.timeout(1.0):
                    await stage.console.come_back()

    asyncio.run(scene())


@pytest.mark.parametrize("how", ["another secret", "reflected", "replayed", "asks anew", "a key", "a colleague"])
def test_whoever_cannot_prove_it_sees_nothing_and_ends_it(screen: Screen, how: str) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            console = stage.console
            await cut(stage)
            await console.come_back()
            before = console.proof()
            stage.relay.cut()
            parties = stage.relay.parties
            await console.come_back(parties.technician("petr", "Petr") if how == "a colleague" else None)
            match how:
                case "another secret":
                    await console.resume(console.proof(secret=bytes(32)))
                case "reflected":
                    await console.resume(console.proof(Role.DEVICE))
                case "replayed":
                    await console.resume(before)
                case "asks anew":
                    await console.send(Ask(7, CONTROL, 30))
                case "a key":
                    await console.send(KeyChanged(A, 0, down=True))
                case _:
                    await console.resume()
            reason = await stage.helped.closed()
            assert reason == ("fault" if how in ("asks anew", "a key") else "not_trusted")
            assert not console.frames
            assert not [one for one in console.heard if isinstance(one, Resumed | ConsentGiven | ScreenChanged)]
            assert not any(screen.held())

    asyncio.run(scene())


def test_a_line_that_falls_silent_counts_as_cut(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            silent_s = time.monotonic()
            stage.relay.freeze()
            await stage.helped.hear("interrupted", limits.RESUME_SILENT_S + 3)
            assert time.monotonic() - silent_s > limits.RESUME_SILENT_S - limits.RESUME_BEAT_S - 0.5
            stage.relay.cut()
            await stage.console.come_back()
            await stage.console.resume()
            await exact(stage)

    asyncio.run(scene())
