"""Makes pages from templates, in their reader's language. On the loop's thread.

Guarantees that whatever people wrote is shown as text, never as markup: every template is escaped, and none is made
from what a person wrote.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from relay.words import LANGUAGES, known, translations, words

TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """All templates, made ready once for each language."""

    def __init__(self) -> None:
        self._environments = {language: _environment(language) for language in LANGUAGES}

    def show(
        self, template: str, language: str, data: Mapping[str, object], *, status: int = 200, headers: Any = None
    ) -> HTMLResponse:
        """A page; `data` is what its template speaks of."""
        language = known(language)
        text = self._environments[language].get_template(template).render(data, language=language)
        return HTMLResponse(text, status, headers=headers)

    def say(self, request: Request, status: int, title: str, sentence: str, *, language: str = "") -> HTMLResponse:
        """A page with one sentence; `title` and `sentence` in its language, see `asked_language`."""
        data = {"title": title, "sentence": sentence}
        return self.show("sentence.html", language or asked_language(request), data, status=status)


def asked_language(request: Request, otherwise: str = "en") -> str:
    """The first language of the browser's list that there is a catalogue for (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, int, str]] = []
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        wanted.append((-weight, len(wanted), tag.partition("-")[0].lower()))
    return next((tag for _, _, tag in sorted(wanted) if tag in LANGUAGES), known(otherwise))


class Moments:
    """Days, times, spans and money as one reader has them."""

    def __init__(self, language: str, zone: ZoneInfo, now: datetime) -> None:
        self.language, self.zone, self.now = known(language), zone, now
        self._day = "d." if self.language == "de" else "d"

    def moment(self, at: datetime) -> str:
        """Day and time."""
        local, today = at.astimezone(self.zone), self.now.astimezone(self.zone).date()
        if local.date() == today:
            time = format_time(local, "HH:mm", locale=self.language)
            _ = words(self.language)
            return _("today, {time}").format(time=time)
        if abs(local.date() - today) < timedelta(days=180):
            return format_datetime(local, f"EEE {self._day} MMM, HH:mm", locale=self.language)
        return self.exactly(local)

    def exactly(self, at: datetime) -> str:
        """For lists of what happened."""
        return format_datetime(at.astimezone(self.zone), f"{self._day} MMM yyyy, HH:mm", locale=self.language)

    def machine(self, at: datetime) -> str:
        """For `<time datetime>`."""
        return at.astimezone(self.zone).isoformat(timespec="minutes")

    def date(self, day: date) -> str:
        """As Mon 2 March."""
        return format_date(day, f"EEE {self._day} MMMM", locale=self.language)

    def money(self, cents: int, currency: str) -> str:
        """As €12.34."""
        return format_currency(cents / 100, currency, locale=self.language)


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations(language))  # type: ignore[attr-defined]  # the extension's
    return environment
