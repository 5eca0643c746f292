"""One help desk for each module: bringing it up takes longer than most of what is done with it."""

from collections.abc import Iterator

import pytest

from tests.conftest import FAILED
from tests.stage.scene import Scene, open_scene


@pytest.fixture(scope="module")
def help_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_scene(tmp_path_factory.mktemp("help-desk")) as scene:
        yield scene


@pytest.fixture
def scene(help_desk: Scene, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """The module's help desk; a failed test leaves a picture of each display in build/failed/."""
    yield help_desk
    if request.node.stash.get(FAILED, False):
        help_desk.photograph(request.node.name)
        help_desk.begin_anew()
