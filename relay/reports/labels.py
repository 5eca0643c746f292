"""What a report is written with: its words, dates, minutes and money as its reader's language has them. Pure."""

from collections.abc import Mapping
from datetime import date, datetime

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal

from protocol.desk.contract import Metric
from protocol.desk.events import WorkKind
from relay.reports.charges import Price
from relay.words import known, words

MINUTES_AN_HOUR = 60


class Labels:
    """For one language; English for one without a catalogue."""

    def __init__(self, language: str) -> None:
        self.language = known(language)
        self._ = _ = words(self.language)
        self._day = "d." if self.language == "de" else "d"
        self.kinds = {
            WorkKind.REMOTE: _("Remote session"),
            WorkKind.PHONE: _("Phone"),
            WorkKind.ON_SITE: _("On site"),
            WorkKind.TRAVEL: _("Travel"),
            WorkKind.DESK: _("At the desk"),
        }
        self.metrics = {
            Metric.FIRST_RESPONSE: _("First answer"),
            Metric.NEXT_RESPONSE: _("Further answers"),
            Metric.NEXT_UPDATE: _("News in between"),
            Metric.RESOLUTION: _("Solution"),
        }

    def month(self, day: date) -> str:
        """As March 2026."""
        return format_date(day, "LLLL yyyy", locale=self.language)

    def day(self, at: date) -> str:
        """As 2 Mar, the day first as on every page."""
        return format_date(at, f"{self._day} MMM", locale=self.language)

    def time(self, at: datetime) -> str:
        """On 24 hours: a column of times is read down."""
        return format_time(at, "HH:mm", locale=self.language)

    def moment(self, at: datetime) -> str:
        """Day and time."""
        return format_datetime(at, f"{self._day} MMM yyyy, HH:mm", locale=self.language)

    def minutes(self, count: int) -> str:
        """As 1:05 h; under an hour as 12 min."""
        if count < MINUTES_AN_HOUR:
            return f"{count} min"
        return f"{count // MINUTES_AN_HOUR}:{count % MINUTES_AN_HOUR:02} h"

    def number(self, value: float) -> str:
        """With at most one digit after the point."""
        return format_decimal(value, "#,##0.#", locale=self.language)

    def money(self, cents: int, currency: str) -> str:
        """As €12.34."""
        return format_currency(cents / 100, currency, locale=self.language)

    def priced(self, price: Price) -> str:
        """What a price is for, or that it is given back."""
        _ = self._
        return (
            _("Given back, since no work had begun: {text}").format(text=price.text) if price.taken_back else price.text
        )

    def sums(self, cents: Mapping[str, int]) -> str:
        """Sums of several currencies, as €12.34 + CZK 5.00."""
        return " + ".join(self.money(count, currency) for currency, count in cents.items())
