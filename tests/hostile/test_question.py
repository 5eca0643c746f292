"""A technician who asks for more and presses the answer himself: no input of his passes while there is a question."""

import asyncio
import secrets

from protocol.desk.events import EndReason
from protocol.scopes import Scope
from protocol.session import messages
from protocol.session.messages import Ask, ButtonChanged, InputDropped, KeyChanged
from tests.agent.rig import CONTROL, ConsoleEnd, Helped, Screen, SmallRelay

KEY = KeyChanged(30, 0, down=True)
CLICK = ButtonChanged(1, down=True, x=10, y=10)


async def settled(screen: Screen, *, held: bool) -> None:
    for _ in range(200):
        if any(screen.held()) == held:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.2 * (not held))
    assert any(screen.held()) == held


def test_from_the_moment_of_asking_until_the_answer_no_input_passes_and_what_is_down_is_let_go() -> None:
    async def scene(screen: Screen) -> None:
        session = secrets.token_hex(16)
        async with SmallRelay() as relay, Helped(relay.parties, screen, session, None) as helped:
            console = ConsoleEnd(relay.parties, session)
            await console.connect()
            await console.ask(*CONTROL)
            await helped.hear("asked")
            await helped.wish("answer see control")
            await console.consented()
            await console.send(KEY, CLICK)
            await settled(screen, held=True)  # the control: it passes while there is no question
            # One batch: the question cannot be on the screen yet, and so nobody has said that it is.
            await console.send(Ask(7, frozenset({Scope.POINT}), 15), KEY, CLICK)
            await settled(screen, held=False)
            await console.send(KEY, CLICK)
            await settled(screen, held=False)
            dropped = await console.hear(InputDropped)
            assert dropped.reason == "question_open"
            await helped.wish("question on")
            await helped.wish("answer point")
            await console.send(KEY)
            await settled(screen, held=False)  # answered, but still on the screen
            await helped.wish("question off")
            await asyncio.sleep(0.2)
            await console.send(KeyChanged(30, 0, down=False), KEY)
            await settled(screen, held=True)
            await console.send(messages.Goodbye(EndReason.TECHNICIAN_LEFT.value))
            await helped.closed()
            await console.close()
            await settled(screen, held=False)

    with Screen() as screen:
        asyncio.run(scene(screen))
