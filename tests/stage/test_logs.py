import logging

import pytest
import structlog

from tests.conftest import Logs


def test_a_warning_that_the_test_expects_passes(logs: Logs) -> None:
    logs.expect("queue full", "slow")
    structlog.get_logger().warning("queue full", dropped=3)
    logging.getLogger("library").warning("slow")
    assert logs.of("queue full")[0]["dropped"] == 3


def test_an_unexpected_warning_fails_the_test() -> None:
    watch = Logs()
    watch.note(None, "warning", {"event": "queue full"})
    with pytest.raises(pytest.fail.Exception, match="unexpected in the log"):
        watch.check()


def test_an_expected_warning_that_does_not_come_fails_the_test() -> None:
    watch = Logs()
    watch.expect("queue full")
    with pytest.raises(pytest.fail.Exception, match="not there"):
        watch.check()
