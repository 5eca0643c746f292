"""What holds for every test: no unexpected warning in a log, no window on a real screen, nobody's real home touched."""

import gc
import logging
import os
from collections.abc import Generator, Iterator, MutableMapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import hypothesis
import pytest
import structlog

from tests.stage import Desk

# Widgets of the test process itself; programs on desks get their desk's environment instead.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("DISPLAY", None)
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)

# Two busy cores make the time of an example meaningless. Each run takes the same examples, so that a failure belongs to
# the change that it came with; `make test EXPLORE=1` takes others.
hypothesis.settings.register_profile(
    "athand",
    deadline=None,
    derandomize=not os.environ.get("EXPLORE"),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("athand")

FAILURES = Path(__file__).parent.parent / "build" / "failed"

SERIOUS = ("warning", "error", "critical", "exception")


LONGEST_FIRST = (
    "tests/e2e/test_bad_days.py",
    "tests/e2e/test_whole_path.py",
    "tests/e2e/test_demo.py",
    "tests/e2e/test_two_keyboards.py",
    "tests/e2e/test_two_consoles.py",
    "tests/e2e/test_cut_line.py",
    "tests/hostile/test_hot_key.py",
    "tests/hostile/test_hostile_line.py",
    "tests/hostile/test_lying_relay.py",
    "tests/hostile/test_cut_lines.py",
    "tests/hostile/test_canaries.py",
    "tests/hostile/test_kills.py",
    "tests/hostile/",
    "tests/agent/worker/",
    "tests/promises/",
    "tests/relay/mail/",
    "tests/agent/",
    "tests/relay/",
)
"""Files and folders that take longest: one of them begun last would leave the other processor with nothing to do."""


class Logs(logging.Handler):
    """Everything logged in this process during a test, by structlog or the standard library.

    A warning or worse that the test did not `expect` fails it, and so does one that it expected and did not get.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.entries: list[dict[str, Any]] = []
        self._expected: set[str] = set()

    def expect(self, *events: str) -> None:
        """Declare that these warnings are part of the test: structlog's event, or the standard library's message."""
        self._expected.update(events)

    def of(self, event: str) -> list[dict[str, Any]]:
        """Return the entries of one event, oldest first."""
        return [entry for entry in self.entries if entry["event"] == event]

    def emit(self, record: logging.LogRecord) -> None:
        self.entries.append(
            {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
            | ({"exception": repr(record.exc_info[1])} if record.exc_info else {})
        )

    def note(self, _logger: object, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Be a structlog processor."""
        self.entries.append({"level": level, **event})
        return event

    def check(self) -> None:
        """Fail the test over warnings that came unexpectedly, or did not come."""
        surprises = [e for e in self.entries if e["level"] in SERIOUS and e["event"] not in self._expected]
        missing = self._expected - {entry["event"] for entry in self.entries}
        if surprises:
            pytest.fail(f"unexpected in the log: {surprises}", pytrace=False)
        if missing:
            pytest.fail(f"expected in the log, but not there: {sorted(missing)}", pytrace=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; it counts where several processes share them, and `--no-loadscope-reorder` leaves it so."""

    def rank(item: pytest.Item) -> int:
        path = item.nodeid.partition("::")[0]
        return next((n for n, begin in enumerate(LONGEST_FIRST) if path.startswith(begin)), len(LONGEST_FIRST))

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def logs() -> Iterator[Logs]:
    """The log of this test; asking for it is only needed to `expect` warnings or to read it."""
    watch = Logs()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            watch.note,
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.addHandler(watch)
    yield watch
    root.removeHandler(watch)
    structlog.reset_defaults()
    watch.check()


@pytest.fixture(scope="session", autouse=True)
def nobody_s_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the test process's own code away from the settings, keys and keyring of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for part in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{part}_HOME", str(home / part.lower()))
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        yield


class MakeDesk(Protocol):
    """Makes desks that end with the test."""

    def __call__(self, name: str, size: tuple[int, int] = ..., **options: Any) -> Desk: ...


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Windows that a test leaves behind are destroyed here: any thread of it or a later one would do it, but may not.

    All that a test makes is young for as long as nothing is collected, and so the youngest generation has all of it.
    """
    windows = "qapp" in getattr(item, "fixturenames", ())
    if windows:
        gc.disable()
    try:
        return (yield)
    finally:
        if windows:
            gc.collect(0)
            gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture
def make_desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDesk]:
    """Bring up desks by name; a failed test leaves a picture of each in build/failed/."""
    desks: list[Desk] = []
    with ExitStack() as stack:

        def make(name: str, size: tuple[int, int] = (1920, 1080), **options: Any) -> Desk:
            desk = stack.enter_context(Desk(name, size, logs=tmp_path / "logs", **options))
            desks.append(desk)
            return desk

        yield make
        if request.node.stash.get(FAILED, False):
            for desk in desks:
                desk.screenshot(FAILURES / f"{request.node.name}-{desk.name}.png")


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """A desk for this test alone."""
    return make_desk("desk")
