"""The words of a consent question, as they stand on the screen and as they are signed. Pure but for the language."""

import dataclasses
from datetime import datetime

from agent.messages import MAX_TEXT_CHARS, Question
from agent.ui import plain
from agent.words import _, ngettext
from protocol.scopes import Scope

_PROBLEM_CHARS = 240
_REMARK_CHARS = 200
_ORDER = list(Scope)


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """Every sentence of the question.

    Attributes:
        heading: the question itself.
        who: name, title and phone, then who vouches for them.
        asked: for what: the user's own words, from this device's memory.
        remark: the technician's words, or empty.
        first: what Allow means, without any tick.
        ticks: what may be allowed besides; each is off until the user ticks it.
        screens: that the other screens may be seen, too; off until it is ticked. Empty if there are none.
        until: for how long.
        warning: of callers who talk people into it.
    """

    heading: str
    who: tuple[str, ...]
    asked: str
    remark: str
    first: str
    ticks: tuple[tuple[Scope, str], ...]
    until: str
    warning: str
    screens: str = ""

    def signed_text(self, granted: frozenset[Scope], *, all_screens: bool = False) -> str:
        """The whole as it was on the screen when Allow was pressed, with the ticks as they were."""
        ticks = [f"[{'x' if scope in granted else ' '}] {words}" for scope, words in self.ticks]
        if self.screens:
            ticks.insert(0, f"[{'x' if all_screens else ' '}] {self.screens}")
        lines = [self.heading, *self.who, self.asked, self.remark, self.first, *ticks, self.until, self.warning]
        return "\n".join(line for line in lines if line)[:MAX_TEXT_CHARS]


def wording(question: Question, *, now: datetime, others: int = 0) -> Wording:
    """The words for `question`, asked at `now` (aware), on one of several screens: there are `others` besides."""
    name = plain.one_line(question.technician.name)
    again = bool(question.allowed)
    if not again:
        base = Scope.SEE
        heading = _("May {name} look at your screen?").format(name=name)
        first = _("{name} will see everything on your screen.").format(name=name)
        if others:
            first = _("{name} will see everything on this screen.").format(name=name)
    else:
        base = min(question.scopes, key=_ORDER.index)
        if question.until is None:
            heading = _("May {name} stay longer?").format(name=name)
        else:
            heading = _heading(base).format(name=name, do=plain.scope(base))
        first = _first(base).format(name=name, do=plain.scope(base))
    if again and question.until is None:
        everything = "; ".join(plain.scope(scope) for scope in sorted(question.allowed, key=_ORDER.index))
        first = _("{name} may go on as before: {do}.").format(name=name, do=everything)
    rest = sorted(question.scopes - {base}, key=_ORDER.index)
    return Wording(
        heading=heading,
        who=(
            name,
            plain.one_line(question.technician.title),
            plain.one_line(question.technician.phone),
            _("Vouched for by {organisation}").format(organisation=plain.one_line(question.technician.organisation)),
        ),
        asked=_("You asked {when}: “{problem}”").format(
            when=plain.when(question.own.asked_at, now=now),
            problem=plain.one_line(question.own.problem, _PROBLEM_CHARS),
        ),
        remark=_("{name} writes: “{remark}”").format(name=name, remark=plain.one_line(question.remark, _REMARK_CHARS))
        if question.remark.strip()
        else "",
        first=first,
        ticks=tuple((scope, _tick(scope).format(name=name, do=plain.scope(scope))) for scope in rest)
        if question.until is not None or not again
        else (),
        until=_until(question),
        warning=_("Did somebody call you and ask you to allow this? Then say no."),
        screens=_other_screens(others) if not again else "",
    )


def _other_screens(others: int) -> str:
    if others > 1:
        return _("Also show your {count} other screens").format(count=others)
    return _("Also show your other screen") if others else ""


def _heading(scope: Scope) -> str:
    return {
        Scope.CONTROL: _("May {name} also use your mouse and keyboard?"),
        Scope.POINT: _("May {name} also point at things on your screen?"),
    }.get(scope, _("May {name} also do this: {do}?"))


def _first(scope: Scope) -> str:
    return {
        Scope.SEE: _("{name} will see everything on your screen."),
        Scope.CONTROL: _("{name} can then click and type on this computer."),
        Scope.POINT: _("{name} can then show you where to click."),
    }.get(scope, _("If you allow it, {name} may do this: {do}."))


def _tick(scope: Scope) -> str:
    return {
        Scope.CONTROL: _("Also let {name} use your mouse and keyboard"),
        Scope.POINT: _("Also let {name} point at things on your screen"),
    }.get(scope, _("Also let {name} do this: {do}"))


def _until(question: Question) -> str:
    if question.until is not None:
        return _("Until {time}, as you agreed. You can stop it at any moment.").format(
            time=plain.time_of(question.until)
        )
    return ngettext(
        "For {count} minute at most. You can stop it at any moment.",
        "For {count} minutes at most. You can stop it at any moment.",
        question.minutes,
    ).format(count=question.minutes)
