from pathlib import Path

import pytest

from tests.stage.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_world_begins_with_an_organisation_made_by_its_admin(world: World) -> None:
    with world:
        assert (world.home / "relay" / "organisation.json").exists()
        assert world.bundle().exists()
        assert world.invite().exists()
        assert "Tina Tech, Support Engineer, +49 30 1234567" in world.admin("staff")
