"""One help desk for all promises that a stranger checks through the windows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import FAILED
from tests.relay.rig import House
from tests.stage.scene import Scene, open_scene


@pytest.fixture(scope="package")
def help_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_scene(tmp_path_factory.mktemp("promises")) as scene:
        yield scene


@pytest.fixture
def at_the_desk(help_desk: Scene, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """A user and a technician at their desks; a failed test leaves a picture of each display in build/failed/."""
    yield help_desk
    if request.node.stash.get(FAILED, False):
        help_desk.photograph(request.node.name)
        help_desk.begin_anew()


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A relay's folder and the people around it."""
    return House(tmp_path / "relay")
