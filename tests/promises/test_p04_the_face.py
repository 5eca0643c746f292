"""P4: the picture a technician chooses is the one the user sees, in his window and on his page, and nobody else."""

import asyncio
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from agent.ui.faces import Face
from console.ui.face_dialog import FaceDialog
from console.ui.staff_page import StaffDialog
from relay.web.links import Way
from relay.web.sites import WebSettings
from tests.agent.desk import RelayThread, helped
from tests.agent.net.test_clerk import laptop
from tests.console.beside_relay import ConsoleDesk, console_and_relay
from tests.relay.drawn import drawn
from tests.relay.peopled import peopled
from tests.relay.rig import House
from tests.relay.web.visitor import Page, Visitor

RED = QColor(200, 30, 30)


def with_a_page(path: Path) -> House:
    house = peopled(path)
    house.web = WebSettings(port=0, staff_port=0)
    return house


class Images(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.feed(page.body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.sources += [value or "" for name, value in attrs if name == "src"]


def looks_red(picture: QImage | None) -> bool:
    if picture is None:
        return False
    corner = picture.pixelColor(20, 20)
    off = (corner.red() - RED.red(), corner.green() - RED.green(), corner.blue() - RED.blue())
    return all(abs(one) < 12 for one in off)


def seen(inside: QWidget) -> list[Face]:
    """The faces that are to be seen there now."""
    QApplication.processEvents()
    return [face for face in inside.findChildren(Face) if face.isVisible()]


def only_initials(inside: QWidget) -> bool:
    return [(face.text(), face.shown) for face in seen(inside)] == [("JN", None)]


def red_face(inside: QWidget) -> bool:
    return [looks_red(face.shown) for face in seen(inside)] == [True]


def sets_his_picture(console: ConsoleDesk, path: Path | None) -> None:
    """From Who is there, with the mouse; None: takes it away."""
    console.window.bar.staff.emit()
    staff = console.dialog(StaffDialog)
    console.until(staff._picture.isEnabled)
    staff._picture.click()
    dialog = console.dialog(FaceDialog)
    if path is None:
        dialog._none.click()
    else:
        dialog.choose(path)
    dialog._go.click()
    console.closes(dialog)
    staff.close()
    console.closes(staff)


def visit(relay: RelayThread, path: str) -> Page:
    port = relay.relay.relay.sites.port
    assert port is not None
    return asyncio.run(Visitor(port).get(path))


def test_p04_the_picture_set_in_the_console_is_the_face_in_the_users_window_and_on_the_page(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    photograph = tmp_path / "me.jpg"
    photograph.write_bytes(drawn((1200, 800), RED.name(), "JPEG", quality=95))
    with (
        console_and_relay(tmp_path, qtbot, qapp, with_a_page) as (console, relay),
        helped(tmp_path / "agent", laptop(relay.house, relay.relay.port), qtbot) as desk,
    ):
        desk.connected()
        number = desk.asks()
        desk.until(lambda: "Jana Nováková helps you" in desk.says())
        desk.until(lambda: only_initials(desk.window.request.who))

        sets_his_picture(console, photograph)
        desk.until(lambda: red_face(desk.window.request.who))
        desk.window.show_ask()
        desk.until(lambda: red_face(desk.window.ask.face))

        link = f"/t/{relay.relay.relay.sites.links.token(number, datetime.now(UTC), Way.MAILED)}"
        (source,) = Images(visit(relay, link)).sources
        shown = visit(relay, source)
        assert (shown.status, shown.headers["Content-Type"]) == (200, "image/jpeg")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Cache-Control"].startswith("private")
        picture = QImage.fromData(shown.raw)
        assert looks_red(picture)
        sha256 = source.rpartition("/")[2]
        assert visit(relay, f"/t/{'x' * 40}/face/{sha256}").headers["Content-Type"] != "image/jpeg"
        assert visit(relay, f"{link}/face/{'0' * 64}").status == 404

        sets_his_picture(console, None)
        desk.window.show_ticket(number)
        desk.until(lambda: only_initials(desk.window.request.who))
        assert Images(visit(relay, link)).sources == []
        assert visit(relay, source).status == 404
