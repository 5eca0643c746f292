from pathlib import Path

import pytest

from tests.relay.rig import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A relay's folder and the people around it."""
    return House(tmp_path / "relay")
