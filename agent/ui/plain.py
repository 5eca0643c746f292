"""Times, states and the line in plain words. Pure but for the language and the zone of the computer's clock."""

import unicodedata
from datetime import UTC, datetime

from PySide6.QtCore import QDate, QLocale, QTime

from agent.messages import Line, LineChanged, Trouble
from agent.words import _, language
from protocol.desk import own_steps
from protocol.desk.events import Staff
from protocol.desk.states import TicketState
from protocol.scopes import Scope

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_A_DAY = QDate(2026, 11, 24)
"""Whose name, and whose date in figures, is another one in each way of writing them."""
_JOINERS = "\u200c\u200d"


def clean(text: str, most: int = 4000) -> str:
    """Somebody else's words without signs that are invisible or turn the line around, at most `most` characters."""
    kept = "".join(
        char if char == "\n" or char in _JOINERS or unicodedata.category(char) not in _HIDDEN else " " for char in text
    )
    return kept if len(kept) <= most else kept[: most - 1] + "…"


def one_line(text: str, most: int = 120) -> str:
    """The same on one line."""
    return clean(" ".join(clean(text).split()), most)


def locale() -> QLocale:
    """How dates are written in the user's language."""
    own = QLocale("en_GB" if language() == "en" else language())  # 24 hours and the day first, as in Europe
    system = QLocale.system()
    if system.language() != own.language():
        return own
    # Its language is what LANGUAGE says, its dates what LANG does: those may be another language's, or nobody's.
    same = system.standaloneDayName(_A_DAY.dayOfWeek()) == own.standaloneDayName(_A_DAY.dayOfWeek())
    short = QLocale.FormatType.ShortFormat
    return system if same and system.toString(_A_DAY, short) != QLocale.c().toString(_A_DAY, short) else own


def time_of(moment: datetime) -> str:
    """A time of day, such as 10:32."""
    here = _here(moment)
    return locale().toString(QTime(here.hour, here.minute), QLocale.FormatType.ShortFormat)


def when(moment: datetime, *, now: datetime | None = None) -> str:
    """A moment as people say it: today, yesterday or tomorrow at a time, else the date."""
    here = _here(moment)
    today = _here(now or datetime.now(UTC)).date()
    days = (here.date() - today).days
    if days in (-1, 0, 1):
        pattern = {-1: _("yesterday at {time}"), 0: _("today at {time}"), 1: _("tomorrow at {time}")}[days]
        return pattern.format(time=time_of(moment))
    date = locale().toString(QDate(here.year, here.month, here.day), QLocale.FormatType.ShortFormat)
    return _("{date} at {time}").format(date=date, time=time_of(moment))


def _here(moment: datetime) -> datetime:
    """`moment` on this computer's clock; at the very ends of the calendar, where that has no date, on its own."""
    try:
        return moment.astimezone()
    except (OverflowError, ValueError, OSError):  # the last from the C library, beyond what it can count
        return moment


def step(text: str, limit: int = 600) -> str:
    """A next step: the help desk's own in the user's language, else as somebody wrote it."""
    known = {
        own_steps.ANSWER: _("We look at your request and answer you."),
        own_steps.ANSWER_AGAIN: _("We look at it again and answer you."),
        own_steps.CHECK_TIME: _("We check whether we can keep the time we agreed on, and tell you."),
    }
    return known.get(own_steps.own(text) or "") or clean(text, limit)


def state(state: TicketState) -> str:
    """A ticket's state in a word or three."""
    return {
        TicketState.NEW: _("Received"),
        TicketState.TRIAGED: _("Waiting its turn"),
        TicketState.IN_PROGRESS: _("Being worked on"),
        TicketState.ON_HOLD: _("On hold"),
        TicketState.RESOLVED: _("Solved?"),
        TicketState.CLOSED: _("Solved"),
        TicketState.CANCELLED: _("Taken back"),
    }[state]


def state_sentence(state: TicketState, owner: Staff | None = None) -> str:
    """The same in a sentence, with the name of whoever has begun."""
    if owner is not None and state is TicketState.IN_PROGRESS:
        return _("{name} is working on it.").format(name=one_line(owner.name))
    return {
        TicketState.NEW: _("We have your request, and look at it as soon as somebody is free."),
        TicketState.TRIAGED: _("Somebody has looked at your request; it is waiting its turn."),
        TicketState.IN_PROGRESS: _("Somebody is working on it."),
        TicketState.ON_HOLD: _("It has to wait for something; the next step says for what."),
        TicketState.RESOLVED: _("We think it is solved. You have the last word."),
        TicketState.CLOSED: _("You said that it is solved. We are glad!"),
        TicketState.CANCELLED: _("You took this request back."),
    }[state]


def scope(scope: Scope) -> str:
    """What a scope allows, to go after "may" or "let them"."""
    return {
        Scope.SEE: _("look at your screen"),
        Scope.POINT: _("point at things on your screen"),
        Scope.CONTROL: _("use your mouse and keyboard"),
        Scope.CLIPBOARD_TO: _("put text into your clipboard"),
        Scope.CLIPBOARD_FROM: _("read what you copy"),
        Scope.FILES_TO: _("send files to this computer"),
        Scope.FILES_FROM: _("fetch files that you choose"),
        Scope.DIAGNOSTICS: _("read more about how this computer is doing"),
        Scope.ELEVATE: _("make changes that need an administrator"),
    }[scope]


def line(change: LineChanged, *, waiting: bool = False, phone: str = "") -> str:
    """How the line is, in a kind sentence or two; empty while everything is well.

    Args:
        change: how it is.
        waiting: whether something of the user's is not sent yet.
        phone: the help desk's number; empty: it has none. Whoever cannot get through may call.
    """
    if change.line is Line.AWAY:
        said = _away(change.trouble or Trouble.UNREACHABLE, waiting=waiting)
        number = one_line(phone).replace(" ", "\u00a0")  # whoever dials it reads it in one piece
        return f"{said} {_('By phone: {number}').format(number=number)}" if number else said
    return {
        Line.STARTING: _("One moment …"),
        Line.ENROLLING: _("Introducing this computer to the help desk …"),
        Line.CONNECTING: _("Connecting to the help desk …"),
    }.get(change.line, "")


def _away(trouble: Trouble, *, waiting: bool) -> str:
    why = {
        Trouble.UNREACHABLE: _("No connection at the moment."),
        Trouble.CLOCK: _(
            "This computer's clock seems to be wrong. Please set date and time right, then it works again."
        ),
        Trouble.OWN_CERTIFICATE: _("This computer's pass for the help desk has run out. Please call your help desk."),
        Trouble.SERVER_CERTIFICATE: _("The help desk could not prove who it is, so we stay away. We keep trying."),
        Trouble.OUT_OF_DATE: _("The help desk has to refresh its papers first. We keep trying."),
        Trouble.NOT_ENROLLED: _("The help desk does not know this computer. Please call your help desk."),
        Trouble.VERSION: _(
            "This program is too old for the help desk. Please have it updated; until then please call your help desk."
        ),
        Trouble.BUSY: _("The help desk is busy at the moment. We keep trying."),
        Trouble.REFUSED: _("The help desk does not let this computer in. Please call your help desk."),
    }[trouble]
    if waiting:
        return why + " " + _("What you wrote is kept and goes out by itself.")
    return why + " " + _("You can write all the same: it is kept and goes out by itself.")


def money(cents: int, currency: str) -> str:
    """A price as people write it, such as ``87.50 EUR``; the decimal sign is the language's."""
    return f"{locale().toString(cents / 100, 'f', 2)} {one_line(currency)}"
