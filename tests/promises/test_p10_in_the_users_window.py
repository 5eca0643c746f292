"""P10: a solution without evidence is shown to the user as not yet verified; one with it, as checked."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import agent.net.clerk
from agent.watching.figures import Figure
from protocol import envelope
from protocol.desk import events
from tests.agent.desk import desk_and_relay
from tests.relay.peopled import administer
from tests.relay.rig import House

DISK = events.Threshold("disk.used_percent", limit=90, clear=85, for_s=0)
NOT_YET = "Not yet verified: please try it yourself before you answer."


def test_p10_without_evidence_the_user_reads_not_yet_verified(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        assert NOT_YET not in desk.says()
        relay.play(jana.ask(envelope.ResolveTicket, number, "Turned it off and on again"))
        desk.until(desk.window.request.verdict.isVisible)
        assert NOT_YET in desk.says()


class Disk:
    """What psutil would read of the user's machine."""

    percent = 95.0

    def read(self, checks: Iterable[str]) -> list[Figure]:
        return [Figure(check, "/", self.percent, f"{self.percent:g} % used") for check in checks]


def test_p10_once_the_check_that_failed_passes_the_user_reads_that_it_was_checked(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk()
    monkeypatch.setattr(agent.net.clerk, "LocalFigures", lambda: disk)

    def watched(path: Path) -> House:
        house = House(path)
        administer(house, events.ThresholdsSet((DISK,)))
        return house

    with desk_and_relay(tmp_path, qtbot, watched) as (desk, relay):
        desk.connected()
        number = desk.asks("Nothing can be saved")
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        kept = relay.play(jana.ask(envelope.KeepCheck, number, "disk.used_percent", "/"))
        assert isinstance(kept, envelope.Ticket), kept
        relay.play(jana.ask(envelope.ResolveTicket, number, "I asked her to try again"))
        desk.until(desk.window.request.verdict.isVisible)
        assert NOT_YET in desk.says(), "the disk is as full as it was"
        desk.window.request.verdict.not_yet.click()
        desk.until(lambda: not desk.window.unsent and not desk.window.request.verdict.isVisible())
        disk.percent = 50.0
        relay.play(jana.ask(envelope.ResolveTicket, number, "Emptied the bin"))
        desk.until(lambda: "Checked: what did not work before works now." in desk.says())
        assert NOT_YET not in desk.says()
