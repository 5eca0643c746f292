"""The main window: before the first sign-in, empty, at work."""

from datetime import timedelta
from pathlib import Path

import msgspec
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from console import language
from console.events import EnrolmentState, LinkState
from console.ui import theme, toolkit_words
from console.ui.main_window import MainWindow
from protocol.desk import events
from protocol.desk.terms import SummaryTopic
from protocol.envelope import (
    SummaryLine,
    Ticket,
    Witness,
)
from tests.console.made_up import DIAGNOSTICS, HISTORY, LATE, NOW, PEOPLE, PROMISES, QUEUE, faces, me, ticket

_KEPT: list[MainWindow] = []


def dress() -> None:
    QLocale.setDefault(QLocale(language.choose(None)))
    app = QApplication.instance()
    if isinstance(app, QApplication):
        toolkit_words.speak(app, language.chosen())
        theme.apply(app)


def first_start() -> MainWindow:
    """No invitation yet."""
    dress()
    window = MainWindow()
    window.enrol.show_needed()
    return window


def waiting() -> MainWindow:
    """For the administrator."""
    dress()
    window = MainWindow()
    window.enrol.show_progress(EnrolmentState.WAITING, "", "3f9a-77b1-0c2d-9e10")
    return window


def refused() -> MainWindow:
    """A wrong file."""
    dress()
    window = MainWindow()
    window.enrol.show_failed("The invitation file is damaged, or not one.")
    return window


def empty() -> MainWindow:
    """Nobody needs help."""
    dress()
    window = MainWindow()
    window.show_desk(me())
    window.show_link(LinkState.ONLINE, "")
    return window


def desk() -> MainWindow:
    """Queue and ticket."""
    dress()
    window = MainWindow()
    window.show_desk(me())
    window.show_link(LinkState.ONLINE, "")
    window.model.replace_all(QUEUE)
    window.queue.selected.connect(
        lambda number: window.ticket.show_view(next(t for t in QUEUE if t.number == number)) if number else None
    )
    window.queue.select(17)
    window.ticket.show_ticket(Ticket(1, QUEUE[0], DIAGNOSTICS, HISTORY, Witness(11, bytes(32))))
    return window


def attaching() -> MainWindow:
    """A message with two files."""
    window = desk()
    composer = window.ticket.composer
    composer.field.setPlainText("Please put this template in place of the old one, as in the picture.")
    composer.add_files(17, [Path("Template 2027.xltx"), Path("Where the template goes, step by step.png")])
    return window


def called() -> MainWindow:
    """On call: somebody is called for an urgent ticket."""
    window = desk()
    window.page.follow(msgspec.structs.replace(QUEUE[1], called="tina"), "tina")
    return window


def offline() -> MainWindow:
    """The same without a line, and with something that went wrong."""
    window = desk()
    window.show_link(LinkState.WAITING, "The server cannot be reached.")
    window.notice.say("There is no connection to the server at the moment; nothing was sent and nothing is lost.")
    return window


def peopled() -> MainWindow:
    """Queue and ticket, with everybody around it, and an offer."""
    window = desk()
    faces(window.ticket.people.faces)
    window.ticket.people.show_people(PEOPLE)
    window.offer.show_offer(QUEUE[1])
    return window


def promised() -> MainWindow:
    """The queue with clocks and tags, and a ticket with its short version."""
    window = desk()
    open_one = ticket(clocks=PROMISES, tags=("excel", "drive g"), customer_name="Beispiel GmbH", revision=20)
    window.model.put(open_one)
    late = ticket(
        12,
        problem="Outlook asks for the password every few minutes",
        requester="Ola Nordmann",
        clocks=LATE,
        revision=20,
    )
    window.model.put(late)
    window.ticket.show_view(open_one)
    window.ticket.short.show_lines(
        (
            SummaryLine(SummaryTopic.ASKED, "Excel says my file is locked, but nobody has it open", (1,)),
            SummaryLine(SummaryTopic.URGENCY, "2", (2,)),
            SummaryLine(SummaryTopic.HANDLER, "Tina Tech, Support Engineer, +49 30 1234567", (3,)),
            SummaryLine(SummaryTopic.NEXT_STEP, "Look at it together on the screen", (5,), NOW),
            SummaryLine(SummaryTopic.ESTIMATE, "", (5,), NOW + timedelta(hours=6)),
        )
    )
    return window


def known() -> QWidget:
    """A ticket that articles are known for."""
    window = desk()
    assert isinstance(window, MainWindow)
    facts = ("0" * 32, "1" * 32, "en")
    window.ticket.articles.show_articles(
        (
            events.Article(*facts, "Excel says that a file is locked", "Close it on the terminal server."),
            events.Article(*facts, "How to end a colleague's session", "Ask first.", for_users=False),
        )
    )
    return window


def more() -> QWidget:
    """The menu “More”."""
    window = desk()
    assert isinstance(window, MainWindow)
    menu = window.ticket.findChild(QMenu)
    assert menu is not None
    _KEPT.append(window)  # the menu goes with it
    return menu
