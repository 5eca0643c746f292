import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from protocol import limits
from protocol.session.framing import Kind, pack
from protocol.session.messages import (
    Ask,
    ConsentGiven,
    ConsentRefused,
    FrameShown,
    Goodbye,
    KeyChanged,
    ScreenChanged,
)
from tests.agent.rig import (
    CONTROL,
    SEE,
    ConsoleEnd,
    Helped,
    Screen,
    Sharing,
    SmallRelay,
    eventually,
    sharing,
)
from tests.parties import Parties

A = 30


async def hold(stage: Sharing) -> None:
    await stage.console.send(KeyChanged(A, 0, down=True))
    await eventually(lambda: stage.screen.held()[0] == {A + 8}, "the key")


async def ended(stage: Sharing, *, within_s: float = 3.0) -> tuple[str, str]:
    """The end's reason as the technician and as the window process heard it; everything is gone and let go."""
    began_s = time.monotonic()
    reasons = await stage.console.goodbye(), await stage.helped.closed()
    await eventually(lambda: stage.helped.gone(stage.helped.worker), "the worker's end")
    await eventually(lambda: stage.helped.gone(stage.helped.guard), "the guard's end")
    assert time.monotonic() - began_s < within_s
    assert not any(stage.screen.held())
    return reasons


def test_the_user_stops_it(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            await stage.helped.wish("stop")
            assert await ended(stage) == ("user_stopped", "user_stopped")

    asyncio.run(scene())


def test_the_technician_leaves_with_a_word(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            await stage.console.send(Goodbye("technician_left"))
            assert await ended(stage) == ("technician_left", "technician_left")

    asyncio.run(scene())


def test_a_line_that_is_cut_ends_it_where_the_relay_knows_of_no_coming_back(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            stage.relay.gone = True
            stage.relay.cut()
            assert await ended(stage) == ("", "line_lost")

    asyncio.run(scene())


def test_a_line_that_falls_silent_lets_go_within_a_second(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            silent_s = time.monotonic()
            stage.relay.freeze()
            await eventually(lambda: not any(screen.held()), "letting go")
            assert time.monotonic() - silent_s < 1.2
            stage.relay.cut()

    asyncio.run(scene())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_logging_off_ends_it(screen: Screen, number: signal.Signals) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            stage.helped.kill(stage.helped.worker, number=number)
            assert await ended(stage) == ("user_logged_off", "user_logged_off")

    asyncio.run(scene())


def test_a_display_that_goes_away_ends_it() -> None:
    async def scene(screen: Screen) -> None:
        async with sharing(screen) as stage:
            screen.stop_server()
            assert await stage.console.goodbye() == "user_logged_off"
            assert await stage.helped.closed() == "user_logged_off"
            await eventually(lambda: stage.helped.gone(stage.helped.worker), "the worker's end")

    with Screen() as screen:
        asyncio.run(scene(screen))


def test_windows_that_freeze_end_it_in_time(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            stage.helped.kill(stage.helped.window, number=signal.SIGSTOP)
            assert await stage.console.goodbye(limits.HEARTBEAT_LOST_S + 3) != ""
            await eventually(lambda: not any(screen.held()), "letting go")

    asyncio.run(scene())


def test_windows_that_die_are_told_the_technician_as_the_relay_sees_it(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            stage.helped.kill(stage.helped.guard, number=signal.SIGSTOP)  # it may leave no time for a word
            stage.helped.kill(stage.helped.window, number=signal.SIGKILL)
            assert await stage.console.goodbye() == "line_lost"
            await eventually(lambda: not any(screen.held()), "letting go")

    asyncio.run(scene())


def test_a_guard_that_freezes_ends_it_in_time(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await hold(stage)
            stage.helped.kill(stage.helped.guard, number=signal.SIGSTOP)
            assert await stage.console.goodbye(limits.HEARTBEAT_LOST_S + 3) != ""
            await eventually(lambda: not any(screen.held()), "letting go")

    asyncio.run(scene())


def test_the_consents_time_ends_it(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, minutes=2, minute_s=1.0) as stage:
            await hold(stage)
            assert await stage.console.goodbye() == "time_over"
            assert (await ended(stage))[1] == "time_over"

    asyncio.run(scene())


@pytest.mark.parametrize(
    "nonsense",
    [b"\xff" * 64, b"".join(map(bytes, pack(Kind.FRAME, b""))), b"".join(map(bytes, pack(Kind.TYPED, b"\x80")))],
    ids=["noise", "a picture", "no message"],
)
def test_nonsense_in_the_tunnel_ends_it(screen: Screen, nonsense: bytes) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send_raw(nonsense)
            assert await ended(stage) == ("fault", "fault")

    asyncio.run(scene())


def test_acknowledging_a_frame_that_was_never_sent_ends_it(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(FrameShown(10**9))
            assert await ended(stage) == ("fault", "fault")

    asyncio.run(scene())


async def opened(relay: SmallRelay, *, identity: str = "jana") -> ConsoleEnd:
    console = ConsoleEnd(relay.parties, "2" * 32, identity=getattr(relay.parties, identity))
    await console.connect()
    return console


def test_a_no_ends_it_and_nothing_was_shown(screen: Screen) -> None:
    async def scene() -> None:
        async with SmallRelay() as relay, Helped(relay.parties, screen, "2" * 32, frozenset()) as helped:
            console = await opened(relay)
            await console.ask(*CONTROL)
            refusal = await console.hear(ConsentRefused)
            assert refusal.sentence
            assert await console.goodbye() == "refused"
            assert await helped.closed() == "refused"
            assert not console.frames
            assert not [one for one in console.heard if isinstance(one, ScreenChanged)]

    asyncio.run(scene())


def test_before_the_answer_nothing_is_captured_and_no_way_to_press_keys_is_open(screen: Screen) -> None:
    async def scene() -> None:
        before = clients(screen)
        async with SmallRelay() as relay, Helped(relay.parties, screen, "2" * 32, None) as helped:
            console = await opened(relay)
            await console.ask(*CONTROL)
            await helped.hear("asked")
            await console.send(KeyChanged(A, 0, down=True))
            await asyncio.sleep(0.5)
            assert not console.frames
            assert not any(screen.held())
            assert clients(screen) == before + 1  # the guard's; the worker has none at all
            await helped.wish("answer see control")
            await console.consented()
            await console.until(lambda: bool(console.frames), "the picture")
            assert clients(screen) == before + 4  # eyes, hands, and an ear for the user's own

    asyncio.run(scene())


def clients(screen: Screen) -> int:
    """How many connections the display has."""
    path = f"/tmp/.X11-unix/X{screen.name[1:]}"
    return sum(line.endswith(path) for line in Path("/proc/net/unix").read_text().splitlines())


def test_another_ticket_than_the_one_agreed_on_ends_it(screen: Screen) -> None:
    async def scene() -> None:
        async with SmallRelay() as relay, Helped(relay.parties, screen, "2" * 32, CONTROL) as helped:
            console = await opened(relay)
            await console.ask(*CONTROL, ticket=8)
            assert await console.goodbye() == "not_trusted"
            assert await helped.closed() == "not_trusted"
            assert not console.frames

    asyncio.run(scene())


def test_a_technician_of_another_organisation_is_turned_away(screen: Screen) -> None:
    async def scene() -> None:
        async with SmallRelay() as relay, Helped(relay.parties, screen, "2" * 32, CONTROL) as helped:
            relay.trusting = True
            others = Parties(name="Evil Ltd", relay_url=relay.parties.relay_url, now=relay.parties.now)
            console = ConsoleEnd(relay.parties, "2" * 32, identity=others.jana)
            await console.connect()  # TLS 1.3: a client is done before its certificate was looked at
            await console.ask(*CONTROL)
            assert await helped.closed() == "not_trusted"
            assert (console.heard, console.frames) == ([], [])
            assert "unknown ca" in console.broken

    asyncio.run(scene())


def test_more_can_be_asked_for_and_taken_back_and_each_counts_at_once(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            await stage.console.send(KeyChanged(A, 0, down=True))
            await asyncio.sleep(0.2)
            assert not any(screen.held())
            await stage.helped.wish("allow see control")
            await stage.helped.hear("willing")  # the question comes another way, and may be faster
            await stage.console.ask(*CONTROL)
            await stage.console.until(
                lambda: sum(isinstance(one, ConsentGiven) for one in stage.console.heard) > 1, "the wider consent"
            )
            await hold(stage)
            await stage.helped.wish("take_back control")
            await eventually(lambda: not any(screen.held()), "letting go")
            await stage.console.send(KeyChanged(A, 0, down=True))
            await asyncio.sleep(0.3)
            assert not any(screen.held())
            await stage.helped.wish("take_back see")
            assert (await ended(stage))[0] == "user_stopped"

    asyncio.run(scene())


def test_a_no_to_more_changes_nothing_and_asking_again_at_once_is_refused(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen, SEE) as stage:
            for sentence in ("The user does not want this.", "Please wait a moment before you ask again."):
                await stage.console.send(Ask(7, CONTROL, 30))
                await stage.console.until(
                    lambda wanted=sentence: any(  # type: ignore[misc]
                        isinstance(one, ConsentRefused) and one.sentence == wanted for one in stage.console.heard
                    ),
                    sentence,
                )
            shown = len(stage.console.frames)
            screen.fill(0, 0, 50, 50, 0x00FF00)
            await stage.console.until(lambda: len(stage.console.frames) > shown, "the picture going on")

    asyncio.run(scene())


@pytest.mark.parametrize("module", ["agent.worker", "agent.guard"])
def test_starting_it_by_hand_gets_a_sentence_and_exit_code_2(module: str) -> None:
    started = subprocess.run([sys.executable, "-m", module], capture_output=True, text=True, check=False, timeout=20)
    assert started.returncode == 2
    assert "error: the" in started.stderr
    assert "Traceback" not in started.stderr
