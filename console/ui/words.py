"""What the console calls things, in the technician's words. Pure but for the language.

Texts that come from users and agents are passed through unchanged; whoever shows them shows plain text. Names and
whatever else stands in one line with other words goes through `one_line`.
"""

import math
from datetime import UTC, datetime

from PySide6.QtCore import QDate, QDateTime, QLocale
from PySide6.QtGui import QKeySequence

from console.language import _, chosen, mark, plural
from console.session.stages import Stage
from console.typing_mode import Typing
from console.ui.shortcuts import Shortcut
from protocol.desk import events, own_steps
from protocol.desk.contract import Metric
from protocol.desk.events import EndReason
from protocol.desk.ledger import whole_minutes
from protocol.desk.states import TicketState
from protocol.desk.terms import HoldReason, TicketKind
from protocol.envelope import TicketView
from protocol.scopes import Scope
from protocol.trust import names

one_line = names.one_line

NOTHING = "\u2013"
"""Stands where there is nothing to say yet: a dash."""

_HOUR_MIN = 60

STEPS = {
    own_steps.ANSWER: mark("We look at your request and answer you."),
    own_steps.ANSWER_AGAIN: mark("We look at it again and answer you."),
    own_steps.CHECK_TIME: mark("We check whether we can keep the time we agreed on, and tell you."),
}
"""What the desk names by itself."""

LEVELS = {1: mark("high"), 2: mark("medium"), 3: mark("low")}
"""Impact and urgency: 1 weighs most."""

STATES = {
    TicketState.NEW: mark("new"),
    TicketState.TRIAGED: mark("judged"),
    TicketState.IN_PROGRESS: mark("in progress"),
    TicketState.ON_HOLD: mark("on hold"),
    TicketState.RESOLVED: mark("solved?"),
    TicketState.CLOSED: mark("closed"),
    TicketState.CANCELLED: mark("cancelled"),
}

SCOPES = {
    Scope.SEE: mark("See the screen"),
    Scope.POINT: mark("Point at things"),
    Scope.CONTROL: mark("Control mouse and keyboard"),
    Scope.CLIPBOARD_TO: mark("Put text on the clipboard"),
    Scope.CLIPBOARD_FROM: mark("Read the clipboard"),
    Scope.FILES_TO: mark("Send files"),
    Scope.FILES_FROM: mark("Fetch files"),
    Scope.DIAGNOSTICS: mark("Read diagnostics"),
    Scope.ELEVATE: mark("Work as administrator"),
}

SHORT_SCOPES = {Scope.SEE: mark("see"), Scope.CONTROL: mark("control")}

HOLDS = {
    HoldReason.USER: mark("the user"),
    HoldReason.VENDOR: mark("a vendor"),
    HoldReason.CHANGE: mark("a change"),
    HoldReason.SCHEDULED: mark("an agreed day"),
}
WORK = {
    events.WorkKind.PHONE: mark("by phone"),
    events.WorkKind.ON_SITE: mark("on site"),
    events.WorkKind.TRAVEL: mark("on the way"),
    events.WorkKind.DESK: mark("at the desk"),
    events.WorkKind.REMOTE: mark("on the user's screen"),
}
KINDS = {
    TicketKind.INCIDENT: mark("Incident"),
    TicketKind.REQUEST: mark("Request"),
    TicketKind.PROBLEM: mark("Problem"),
    TicketKind.COMPLAINT: mark("Complaint"),
    TicketKind.WISH: mark("Wish"),
}
METRICS = {
    Metric.FIRST_RESPONSE: mark("answer"),
    Metric.NEXT_RESPONSE: mark("answer"),
    Metric.NEXT_UPDATE: mark("update"),
    Metric.RESOLUTION: mark("solution"),
}

OUTCOMES = {
    events.AppointmentOutcome.KEPT: mark("was kept"),
    events.AppointmentOutcome.MISSED: mark("was missed"),
    events.AppointmentOutcome.CALLED_OFF: mark("is called off"),
}

CHECKS = {
    "disk.free_mb": mark("free space on a drive"),
    "disk.used_percent": mark("use of a drive"),
    "memory.available_mb": mark("free memory"),
    "cpu.percent": mark("load of the processors"),
    "swap.used_percent": mark("use of the swap"),
    "battery.percent": mark("charge of the battery"),
}
"""What every agent can look at; a newer one may know more."""

STAGES = {
    Stage.DIALLING: mark("Calling the server …"),
    Stage.WAITING: mark("Waiting for the user's computer …"),
    Stage.SECURING: mark("Securing the line …"),
    Stage.ASKING: mark("The user is being asked. No answer within a minute means no."),
    Stage.REFUSED: mark("The user did not agree."),
    Stage.RUNNING: mark("Waiting for the first picture …"),
    Stage.INTERRUPTED: mark("Line interrupted, coming back …"),
    Stage.OVER: mark("The session is over."),
}

ENDS = {
    EndReason.USER_STOPPED: mark("The user ended the session."),
    EndReason.HOT_KEY: mark("The user ended the session with the emergency key."),
    EndReason.TECHNICIAN_LEFT: mark("You ended the session."),
    EndReason.TIME_OVER: mark("The agreed time is over."),
    EndReason.REFUSED: mark("The user did not agree."),
    EndReason.NO_ANSWER: mark("The user did not answer within a minute; that means no."),
    EndReason.LINE_LOST: mark("The line to the user's computer was cut."),
    EndReason.USER_LOGGED_OFF: mark("The user logged off."),
    EndReason.USER_QUIT: mark("The user closed athand."),
    EndReason.HANDED_OVER: mark("The ticket has another owner, who took over from you."),
    EndReason.NOT_TRUSTED: mark("The session ended at once, because the other end could not be trusted."),
    EndReason.BANNER_HIDDEN: mark("The session ended, because the banner on the user's screen was hidden."),
    EndReason.FAULT: mark("The session broke off because of a fault."),
}


def level(number: int | None) -> str:
    """An impact or urgency in words, or a dash."""
    return _(LEVELS[number]) if number in LEVELS else NOTHING


def scopes(granted: frozenset[Scope]) -> str:
    """Scopes as a short list: ``see, control``."""
    return ", ".join(_(SHORT_SCOPES.get(scope, SCOPES[scope])) for scope in Scope if scope in granted)


def minutes(seconds: float) -> str:
    """A duration in whole minutes, those begun left out, as they are charged."""
    count = whole_minutes(seconds)
    if seconds and not count:
        return _("less than a minute")
    return plural("{count} minute", "{count} minutes", count).format(count=count)


def wait(count: int) -> str:
    """About how long a wait of so many minutes is: in whole hours from one hour on."""
    if count < _HOUR_MIN:
        return minutes(60 * count)
    hours = round(count / _HOUR_MIN)
    return plural("{count} hour", "{count} hours", hours).format(count=hours)


def left(seconds: float) -> str:
    """A countdown: ``9:05``."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def clock(moment: datetime, today: datetime | None = None) -> str:
    """A moment in local time: the hour alone if it is today, else with its date; a dash if no calendar can show it."""
    try:
        local = moment.astimezone()
    except (OverflowError, ValueError, OSError):  # at the edges of what a datetime, or the system's zones, can hold
        return NOTHING
    if local.date() == (today or datetime.now(UTC)).astimezone().date():
        return f"{local:%H:%M}"
    language = QLocale(chosen())
    date = QDateTime(local.year, local.month, local.day, local.hour, local.minute, 0)
    return language.toString(date, _("ddd d MMM, HH:mm"))


def day(moment: datetime) -> str:
    """A day in local time, such as ``Mon 23 Nov``."""
    local = moment.astimezone()
    return QLocale(chosen()).toString(QDate(local.year, local.month, local.day), _("ddd d MMM"))


def since(moment: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits: ``4 min``, ``3 h``, ``2 d``."""
    passed = max(0, int((now - moment).total_seconds()))
    if passed < 3600:  # noqa: PLR2004 - seconds of an hour
        return _("{count} min").format(count=passed // 60)
    if passed < 86400:  # noqa: PLR2004 - seconds of a day
        return _("{count} h").format(count=passed // 3600)
    return _("{count} d").format(count=passed // 86400)


def priority(ticket: TicketView) -> str:
    """``P1`` to ``P5``, or a dash while nobody judged it."""
    return NOTHING if ticket.priority is None else f"P{ticket.priority}"


def first_line(text: str) -> str:
    """What fits in a list."""
    return text.strip().splitlines()[0] if text.strip() else ""


def ended(reason: EndReason, sentence: str) -> str:
    """Why a session is over, with what else is known."""
    if reason is EndReason.LINE_LOST and sentence:
        return sentence
    known = _(ENDS[reason])
    return f"{known} {sentence}".strip() if sentence and sentence not in known else known


def decimal(count: float) -> str:
    """A figure with one place behind the point, as the language writes it."""
    return QLocale(chosen()).toString(count, "f", 1)


def amount(count: int, currency: str) -> str:
    """Whole units of a currency, as the language groups them; of an unknown one the figure alone."""
    return f"{QLocale(chosen()).toString(count)} {one_line(currency)}".strip()


def per_second(count: float) -> str:
    """Bytes a second: ``4.1 MB/s``, ``120 kB/s``."""
    if count >= 1e6:  # noqa: PLR2004 - a megabyte
        return _("{size} MB/s").format(size=QLocale().toString(count / 1e6, "f", 1))
    return _("{size} kB/s").format(size=QLocale().toString(count / 1e3, "f", 1))


def milliseconds(count: float | None) -> str:
    """A time, or a dash while nobody knows it."""
    return NOTHING if count is None else _("{count} ms").format(count=max(1, round(count)))


def percent(share: float) -> str:
    """Never 100 % while something is missing."""
    return QLocale().toString(math.floor(1000 * share) / 10, "f", 1) + " %"


def typing(how: Typing) -> str:
    """How keys go, in one sentence."""
    if not how.by_symbol:
        return _("Keys go by their place: the user's layout says what they type.")
    if how.layout:
        return _("Keys type what your keyboard shows; the user's layout is “{layout}”.").format(
            layout=one_line(how.layout)
        )
    return _("Keys type what your keyboard shows.")


def step(text: str) -> str:
    """A next step: the desk's own in the technician's language, else as somebody wrote it."""
    return _(STEPS[known]) if (known := own_steps.own(text)) else text


def keys(shortcut: Shortcut) -> str:
    """What to press, as the technician's keyboard calls it: Strg+Umschalt+H on a German one."""
    return QKeySequence(shortcut.keys).toString(QKeySequence.SequenceFormat.NativeText)


def tip(shortcut: Shortcut) -> str:
    """What a shortcut does, and which it is."""
    return f"{_(shortcut.does)} ({keys(shortcut)})"
