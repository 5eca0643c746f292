"""P10: a solution comes with what else would do, and its requester reads both: in his window, by mail, on the page."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.ui.dialogs import ResolveDialog
from protocol import envelope
from tests.agent.desk import desk_and_relay
from tests.console.beside_relay import console_and_relay
from tests.promises.test_p20_one_address_for_everything import desk, house, servers
from tests.relay.mail.post_office import EVA, post_office, text_of
from tests.relay.mail.servers import MailServers
from tests.relay.peopled import peopled
from tests.relay.rig import House, scene
from tests.relay.web.desk import desk as page_desk

__all__ = ["desk", "house", "servers"]

OTHERS = ("A larger disk", "Move the photos to the server")
LEAD = "This would do as well, if you would rather have it so:"


def test_p10_a_technician_names_alternatives_beside_the_solution(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with console_and_relay(tmp_path, qtbot, qapp, peopled) as (desk, relay):
        desk.until(lambda: desk.console._online)
        eva = relay.play(relay.relay.agent())
        number = relay.play(eva.asks_for_help("The disk is full")).ticket.number
        relay.play(relay.play(relay.relay.console("petr")).takes(number))
        desk.open(number)
        QTest.keyClick(desk.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        dialog = desk.dialog(ResolveDialog)
        dialog._solution.setPlainText("Emptied the bin")
        dialog._alternatives.setPlainText("\n".join((*OTHERS, "", "3", "4", "5")))
        dialog._go.click()
        assert "4 alternatives at most" in dialog._notice.sentence
        dialog._alternatives.setPlainText("\n".join((OTHERS[0], "", f"  {OTHERS[1]} ")))
        dialog._go.click()
        desk.closes(dialog)
        assert relay.play(eva.ask(envelope.ReadTicket, number)).ticket.alternatives == OTHERS


def test_p10_the_user_reads_them_where_he_is_asked_whether_it_is_solved(qtbot: QtBot, tmp_path: Path) -> None:
    with desk_and_relay(tmp_path, qtbot) as (desk, relay):
        desk.connected()
        number = desk.asks()
        jana = relay.play(relay.relay.console("jana"))
        relay.play(jana.takes(number))
        relay.play(jana.ask(envelope.ResolveTicket, number, "Emptied the bin", alternatives=OTHERS))
        desk.until(desk.window.request.verdict.isVisible)
        assert all(other in desk.window.request.verdict.alternatives.text() for other in OTHERS)
        desk.window.request.verdict.not_yet.click()
        desk.until(lambda: not desk.window.unsent and not desk.window.request.verdict.isVisible())
        relay.play(jana.ask(envelope.ResolveTicket, number, "Emptied it again"))
        desk.until(lambda: desk.window.request.verdict.solution.text() == "Emptied it again")
        assert not desk.window.request.verdict.alternatives.isVisible(), "those were the first solution's"


@scene
async def test_p10_they_stand_in_the_mail_that_asks_whether_it_is_solved(
    house: House, servers: MailServers, desk: str
) -> None:
    async with post_office(house, servers, desk) as office:
        jana = await office.running.console()
        await office.writes(EVA)
        await office.ticket(1)
        await jana.takes(1)
        await jana.ask(envelope.ResolveTicket, 1, "I put it out", alternatives=OTHERS)
        said = text_of((await office.gets(EVA, 1, LEAD))[-1])
        assert said.index("I put it out") < said.index(LEAD) < said.index(OTHERS[0]) < said.index(OTHERS[1])


@scene
async def test_p10_they_stand_on_the_page_below_the_solution(tmp_path: Path) -> None:
    async with page_desk(tmp_path) as at:
        console, number = await at.staff(), await at.asked()
        await console.takes(number)
        await console.ask(envelope.ResolveTicket, number, "New cable", alternatives=OTHERS)
        page = (await at.shown(number)).text
        assert f"{LEAD} {' '.join(OTHERS)}" in page
