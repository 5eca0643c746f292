"""The dialogs behind the submenus of “More”, the question before the end, and a list of what can be unlinked."""

from PySide6.QtWidgets import QWidget

from console.ui.desk_dialogs import LinkDialog
from console.ui.dialogs import QuitDialog
from console.ui.judging_dialogs import JudgeDialog, KindDialog, LossDialog, PriorityDialog
from console.ui.record_dialogs import UnlinkDialog
from console.ui.talk_dialogs import AskDialog, UnderstoodDialog
from protocol.desk import events
from protocol.desk.events import Actor
from protocol.desk.events.kinship import Relation
from tests.console.looks.desk import dress
from tests.console.made_up import HISTORY, TINA, line, ticket


def link() -> QWidget:
    """Another ticket that has to do with it."""
    dress()
    return LinkDialog(ticket())


def unlink() -> QWidget:
    """A link that was wrong."""
    dress()
    linked = line(9, 5, Actor.STAFF, TINA.name, events.Linked(12, Relation.RELATED))
    return UnlinkDialog(ticket(), (linked,))


def ask() -> QWidget:
    """A question that has to be answered."""
    dress()
    return AskDialog(ticket(), HISTORY)


def understood() -> QWidget:
    """What was understood."""
    dress()
    return UnderstoodDialog(ticket(), HISTORY)


def judge() -> QWidget:
    """Impact and urgency once more."""
    dress()
    return JudgeDialog(ticket(), HISTORY)


def priority() -> QWidget:
    """By hand, with a reason."""
    dress()
    return PriorityDialog(ticket(), HISTORY)


def loss() -> QWidget:
    """What an hour of it costs."""
    dress()
    return LossDialog(ticket(), HISTORY)


def kind() -> QWidget:
    """Another kind of ticket."""
    dress()
    return KindDialog(ticket(), HISTORY)


def quitting() -> QWidget:
    """Asked while a session runs."""
    dress()
    return QuitDialog(lambda: True)
