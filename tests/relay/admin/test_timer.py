"""How often the list of revocations is to be signed anew, as an administrator reads it."""

import re
from pathlib import Path

import pytest

from protocol import limits
from relay.admin.home import REFRESH_VARIABLE
from tests.relay.admin.conftest import Admin

README = (Path(__file__).parents[3] / "README.md").read_text()


def hours(text: str) -> int:
    (said,) = re.findall(r"very (\d+) hours", text)
    return int(said)


def test_a_list_outlives_two_runs_of_the_timer_that_fail(
    admin: Admin, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REFRESH_VARIABLE, "another passphrase")
    made = admin("init", tmp_path / "acme", "--name", "Acme", "--relay-url", "wss://help.acme.example")
    texts = (README, made.out, admin("refresh-key", "--home", home).out, admin("refresh", "--help").out)
    for text in texts:
        assert 3 * hours(text) * 3600 < limits.REVOCATIONS_MAX_AGE_S, text
        assert not re.search(r"once a day|daily", text, re.IGNORECASE), text
