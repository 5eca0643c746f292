import asyncio

from protocol.session.messages import CursorMoved, InputDropped, KeyChanged, PointerMoved
from tests.agent.rig import Screen, eventually, sharing

A = 30


def test_the_users_own_hand_wins_for_a_while_and_everything_is_let_go(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(PointerMoved(10, 10), KeyChanged(A, 0, down=True))
            await eventually(lambda: screen.held()[0] == {A + 8}, "the key")
            screen.own_motion(200, 100)
            moved = await stage.console.hear(CursorMoved)
            assert (moved.x, moved.y) == screen.pointer()
            assert not any(screen.held())
            where = screen.pointer()
            await stage.console.send(PointerMoved(50, 60))
            drop = await stage.console.hear(InputDropped)
            assert (drop.reason, screen.pointer()) == ("user_active", where)
            await asyncio.sleep(1.6)
            await stage.console.send(PointerMoved(50, 60))
            await eventually(lambda: screen.pointer() == (50, 60), "the pointer")

    asyncio.run(scene())


def test_what_the_technician_does_does_not_count_as_the_user(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            for at in range(50):
                await stage.console.send(PointerMoved(at, 7), KeyChanged(A, 0, down=at % 2 == 0))
                await asyncio.sleep(0.005)
            await asyncio.sleep(0.6)
            assert screen.pointer() == (49, 7)
            assert not [one for one in stage.console.heard if isinstance(one, InputDropped | CursorMoved)]

    asyncio.run(scene())


def test_while_a_question_is_on_the_screen_only_the_user_can_answer_it(screen: Screen) -> None:
    async def scene() -> None:
        async with sharing(screen) as stage:
            await stage.console.send(PointerMoved(10, 10), KeyChanged(A, 0, down=True))
            await eventually(lambda: screen.held()[0] == {A + 8}, "the key")
            await stage.helped.wish("question on")
            await eventually(lambda: not any(screen.held()), "the release")
            await stage.console.send(PointerMoved(300, 300), KeyChanged(A, 0, down=True))
            assert (await stage.console.hear(InputDropped)).reason == "question_open"
            assert screen.pointer() == (10, 10)
            assert not any(screen.held())
            await stage.helped.wish("question off")
            await asyncio.sleep(0.2)
            await stage.console.send(PointerMoved(300, 300))
            await eventually(lambda: screen.pointer() == (300, 300), "the pointer")

    asyncio.run(scene())
