"""A display for each test that wants one."""

from collections.abc import Iterator

import pytest

from tests.agent.rig import Screen


@pytest.fixture
def screen() -> Iterator[Screen]:
    """An X server of this test's own."""
    with Screen() as one:
        yield one
