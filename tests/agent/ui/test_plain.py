import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ui import plain

ENDS = [
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
]


@pytest.fixture(params=["Europe/Berlin", "America/New_York", "UTC"])
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield str(request.param)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("moment", ENDS)
def test_a_moment_at_the_end_of_the_calendar_can_be_said(moment: datetime) -> None:
    assert plain.when(moment)
    assert plain.when(moment, now=moment)
    assert plain.time_of(moment)


@given(moment=st.datetimes(timezones=st.timezones()), now=st.datetimes(timezones=st.just(UTC)))
def test_any_moment_can_be_said(moment: datetime, now: datetime) -> None:
    assert plain.when(moment, now=now)
    assert plain.time_of(moment)


_SAYS = """
from datetime import UTC, datetime
from agent import words
from agent.ui import plain
words.use()
print(plain.when(datetime(2026, 11, 24, 13, 5, tzinfo=UTC), now=datetime(2026, 1, 1, tzinfo=UTC)))
"""


@pytest.mark.parametrize(
    ("language", "lang", "said"),
    [
        ("de", "C.UTF-8", "am 24.11.26 um 13:05"),
        ("de", "en_US.UTF-8", "am 24.11.26 um 13:05"),
        ("de", "de_AT.UTF-8", "am 24.11.26 um 13:05"),
        ("", "C.UTF-8", "24/11/2026 at 13:05"),
        ("en", "en_US.UTF-8", "11/24/26 at 1:05\N{NARROW NO-BREAK SPACE}PM"),
    ],
)
def test_a_date_is_written_in_the_language_of_the_sentence_whatever_the_systems_other_settings_are(
    language: str, lang: str, said: str
) -> None:
    environment = os.environ | {"LANGUAGE": language, "LC_ALL": "", "LC_TIME": "", "LANG": lang, "TZ": "UTC"}
    done = subprocess.run([sys.executable, "-c", _SAYS], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said
