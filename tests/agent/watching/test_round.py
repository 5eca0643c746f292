import asyncio
from collections.abc import Iterable

from agent.watching.figures import Figure
from agent.watching.round import HELD_REPORTS, Report, Round
from protocol import envelope
from protocol.desk.events import Threshold
from tests.conftest import Logs

DISK = Threshold("disk.used_percent", limit=90, clear=85, for_s=0)
Asked = Report | envelope.ReportCheck | envelope.ReadWatch


class Machine:
    def __init__(self) -> None:
        self.percent = 50.0
        self.read_checks: list[tuple[str, ...]] = []

    def read(self, checks: Iterable[str]) -> list[Figure]:
        self.read_checks.append(tuple(checks))
        return [Figure("disk.used_percent", "/", self.percent, f"{self.percent:.0f} %")]


class Stand:
    """A round with a line that can be cut."""

    def __init__(self) -> None:
        self.machine, self.sent, self.up = Machine(), list[Asked](), True
        self.now = 0.0
        self.round = Round(self.machine, self.ask, seconds=lambda: self.now)
        self.round.watch(envelope.Watch(1, (DISK,), ()))

    def ask(self, message: Asked) -> bool:
        if self.up:
            self.sent.append(message)
        return self.up

    def look(self, percent: float) -> None:
        self.machine.percent = percent
        self.now += 30
        asyncio.run(self.round.look())

    def reports(self) -> list[str]:
        kinds = (envelope.ReportFault, envelope.ReportRecovery)
        return [type(message).__name__ for message in self.sent if isinstance(message, kinds)]


def test_nothing_is_read_before_the_desk_says_what() -> None:
    stand = Stand()
    stand.round.watch(envelope.Watch(1, (), ()))
    stand.look(99)
    assert stand.machine.read_checks == []


def test_a_fault_and_its_end_are_told_one_after_the_other() -> None:
    stand = Stand()
    stand.look(95)
    stand.look(50)
    assert stand.reports() == ["ReportFault"]  # the first has to be answered
    stand.round.answered()
    assert stand.reports() == ["ReportFault", "ReportRecovery"]


def test_what_was_found_without_a_line_is_told_when_there_is_one_and_again_until_it_was_answered() -> None:
    stand = Stand()
    stand.up = False
    stand.look(95)
    stand.look(50)
    assert stand.reports() == []
    stand.up = True
    stand.round.signed_in()
    assert stand.reports() == ["ReportFault"]
    stand.round.signed_in()  # the line was cut before the answer
    assert stand.reports() == ["ReportFault", "ReportFault"]
    assert stand.sent[1] == stand.sent[3]
    stand.round.answered()
    stand.round.answered()
    assert stand.reports()[2:] == ["ReportRecovery"]


def test_a_machine_that_is_cut_off_for_long_holds_a_bounded_number_of_reports_the_newest(logs: Logs) -> None:
    logs.expect("reports dropped")
    stand = Stand()
    stand.up = False
    for _ in range(HELD_REPORTS):
        stand.look(95)
        stand.look(50)
    assert stand.round.dropped == HELD_REPORTS
    stand.up = True
    stand.round.signed_in()
    assert len(stand.reports()) == 1


def test_a_check_the_desk_asks_for_is_answered_under_its_number() -> None:
    stand = Stand()

    async def asked() -> None:
        stand.machine.percent = 95
        stand.round.run_check(envelope.RunCheck("a" * 32, "disk.used_percent", "/"))
        stand.round.run_check(envelope.RunCheck("b" * 32, "no.such", ""))
        await asyncio.gather(*stand.round.checks)

    asyncio.run(asked())
    answers = {message.run[0]: message.result for message in stand.sent if isinstance(message, envelope.ReportCheck)}
    assert (answers["a"].passed, answers["a"].value) == (False, "95 %")
    assert not answers["b"].passed
