import asyncio

import pytest

from tests.relay.rig import play_scene


def test_a_scene_whose_tidying_up_has_no_end_fails_and_names_what_it_waits_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def stuck() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        play_scene(stuck(), within_s=0.1, tidying_s=0.1)
    assert "await asyncio.Event().wait()" in capsys.readouterr().err
