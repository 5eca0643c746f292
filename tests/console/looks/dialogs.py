"""The dialogs about one ticket."""

from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QRect, Qt
from PySide6.QtGui import QColor, QImage, QImageWriter, QPainter
from PySide6.QtWidgets import QWidget

from console import language
from console.ui.agreed import AppointmentDialog, QuoteDialog
from console.ui.article_dialog import ArticleDialog
from console.ui.desk_dialogs import EstimateDialog, HoldDialog, MergeDialog, TagsDialog, TimeDialog
from console.ui.dialogs import ConnectDialog, NextStepDialog, NoteDialog, ResolveDialog, TakeDialog
from console.ui.face_dialog import FaceDialog
from console.ui.files_dialog import FilesDialog
from console.ui.hand_over import HandOverDialog, TextDialog
from console.ui.record_dialogs import CorrectDialog, ProofDialog
from console.ui.talk_dialogs import DropDialog, StepsDialog
from console.ui.whose_dialogs import LinksDialog, RequesterDialog
from protocol.desk import events
from protocol.desk.events import Actor, Attachment
from protocol.envelope import (
    Plan,
    PlannedMove,
)
from tests.console.looks.desk import dress
from tests.console.made_up import (
    APPOINTMENTS,
    COLLEAGUES,
    NOW,
    SEE_AND_CONTROL,
    TINA,
    TINA_FACE,
    faces,
    fresh,
    line,
    ticket,
)


def take() -> QWidget:
    """The dialog."""
    dress()
    return TakeDialog(fresh(21, "The printer prints only half pages", "Jörg Müller", urgency=2))


def connect() -> QWidget:
    """The dialog, with something that went wrong."""
    dress()
    dialog = ConnectDialog(ticket(), SEE_AND_CONTROL)
    dialog.fail("The device cannot be reached at the moment.")
    return dialog


def take_over() -> QWidget:
    """The dialog, on a ticket that somebody else still has a session on."""
    dress()
    return ConnectDialog(ticket(), SEE_AND_CONTROL, instead="Petr Malý")


def next_step() -> QWidget:
    """The dialog."""
    dress()
    return NextStepDialog(ticket())


def resolve() -> QWidget:
    """The dialog."""
    dress()
    return ResolveDialog(ticket())


def note() -> QWidget:
    """The dialog."""
    dress()
    return NoteDialog(17, "The user ended the session.")


def hold() -> QWidget:
    """What a ticket waits for."""
    dress()
    return HoldDialog(ticket())


def estimate() -> QWidget:
    """When it is solved."""
    dress()
    return EstimateDialog(ticket())


def merge() -> QWidget:
    """Where it goes on."""
    dress()
    return MergeDialog(ticket())


def tags() -> QWidget:
    """Words for a ticket."""
    dress()
    return TagsDialog(ticket(tags=("excel", "drive g")))


def time() -> QWidget:
    """Work that was no session."""
    dress()
    return TimeDialog(ticket())


def article() -> QWidget:
    """What helped, for the next one who has it."""
    dress()
    return ArticleDialog(ticket(solution="Close Excel on the old session of the terminal server."))


def steps() -> QWidget:
    """Numbered steps, and what is said of a bare link."""
    dress()
    dialog = StepsDialog(ticket(), ())
    dialog._text.setPlainText("https://example.org/how-to-print")
    dialog.fail(dialog.what_is_missing())
    return dialog


def drop() -> QWidget:
    """A question nobody has to answer any more."""
    dress()
    asked = line(9, 5, Actor.STAFF, TINA.name, events.QuestionAsked("0" * 32, "Which printer is it?"))
    return DropDialog(ticket(), (asked,))


def correct() -> QWidget:
    """A time entry that was wrong."""
    dress()
    begin = NOW - timedelta(minutes=30)
    logged = events.TimeLogged("0" * 32, TINA, begin, NOW, 1500, events.WorkKind.PHONE, "Talked it through")
    return CorrectDialog(ticket(), (line(9, 5, Actor.STAFF, TINA.name, logged),))


def proof() -> QWidget:
    """A check that fails."""
    dress()
    return ProofDialog(ticket(), ())


def hand_over() -> QWidget:
    """The card."""
    dress()
    dialog = HandOverDialog(ticket(), None, faces())
    dialog.show_staff(COLLEAGUES)
    dialog.fail("Petr Malý knows less of excel (0) than who has it now (3): say why all the same.")
    return dialog


def face() -> QWidget:
    """The picture that users see."""
    dress()
    return FaceDialog(TINA.name, TINA_FACE, faces())


def no_face() -> QWidget:
    """None yet, and a file that is no picture."""
    dress()
    dialog = FaceDialog("Petr Malý", "", faces())
    dialog.choose(Path(__file__))
    return dialog


def appointment() -> QWidget:
    """The dialog, with one that is agreed."""
    dress()
    return AppointmentDialog(ticket(), APPOINTMENTS[:1])


def quote() -> QWidget:
    """The dialog, with what it would do to others."""
    dress()
    dialog = QuoteDialog(ticket())
    later = NOW + timedelta(hours=3)
    move = PlannedMove(12, "Outlook", "Ola Nordmann", later, later + timedelta(hours=1))
    dialog.show_plan(Plan(0, NOW + timedelta(hours=1), (move,)))
    return dialog


def complaint() -> QWidget:
    """The dialog."""
    dress()
    return TextDialog(
        "Complaint about ticket 17",
        language._("It goes to the lead, past everybody who handled this ticket."),
        language._("Complaint"),
        language._("Write it down"),
    )


def files() -> QWidget:
    """A picture that a user sent, and a log beside it."""
    dress()
    picture = QImage(640, 300, QImage.Format.Format_RGB32)
    picture.fill(0xD7E3E1)
    painter = QPainter(picture)
    painter.fillRect(180, 80, 280, 140, QColor("#ffffff"))
    painter.drawText(QRect(180, 80, 280, 140), Qt.AlignmentFlag.AlignCenter, "The file is locked by another user.")
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(picture)
    png = bytes(content.data())
    shown = Attachment("Screenshot of the message.png", "image/png", len(png), "a" * 64)
    log = Attachment("plotter.log", "text/plain", 18_211, "b" * 64)
    dialog = FilesDialog((shown, log), Path("/nowhere"))
    dialog.show_content(shown, png)
    return dialog


def requester() -> QWidget:
    """Whose the ticket is, with the address that its last mail came from."""
    dress()
    wrote = events.MessageAdded("It still smokes.", sender="joerg@home.example")
    return RequesterDialog(ticket(), (line(3, 2, Actor.GUEST, "Jörg", wrote),))


def links() -> QWidget:
    """The end of the page's links."""
    dress()
    return LinksDialog(ticket(), ())
