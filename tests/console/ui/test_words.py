"""Words for whatever comes: no date makes the console stumble."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from console.ui import words


@pytest.mark.parametrize("hours", [-14, 0, 14])
@pytest.mark.parametrize("moment", [datetime.min, datetime.max, datetime(2026, 11, 2)])  # noqa: DTZ001, DTZ901 - zoned below
def test_every_moment_has_a_time_or_a_dash(moment: datetime, hours: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert words.clock(zoned)
    assert words.since(zoned, datetime.now(UTC))
