"""A month as CSV (RFC 4180): one row for each piece of work and each price agreed, for whoever computes further. Pure.

Guarantees that the prices of the rows of a currency are the sum on the report, to the cent.

Guarantees that a text never runs as a formula in a spreadsheet program: what begins like one gets an apostrophe before
it (OWASP, "CSV Injection"). UTF-8 with a byte order mark, which Excel needs to see that it is.
"""

import csv
import io

from relay.reports.charges import Price
from relay.reports.labels import Labels
from relay.reports.monthly import Line, Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide ones, which programs set up for East Asian languages take for the same."""


def write(report: Report, language: str) -> bytes:
    """The file's bytes. Dates and times as ISO 8601 in the report's time zone, minutes as whole numbers."""
    labels = Labels(language)
    _ = labels._
    out = io.StringIO(newline="")
    table = csv.writer(out)
    head = [_("Date"), _("Begin"), _("End"), _("Ticket"), _("Subject"), _("Requester"), _("Kind")]
    who = [] if report.works_council else [_("Technician")]
    table.writerow(
        [
            *(*head, *who, _("What was done"), _("Minutes worked"), _("Minutes billed"), _("Price"), _("Currency")),
            _("Price of an hour"),
        ]
    )
    for line, cents in zip(report.lines, report.shares, strict=True):
        table.writerow(_row(line, cents, labels, named=not report.works_council))
    for price in report.prices:
        table.writerow(_priced(price, labels, named=not report.works_council))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _row(line: Line, cents: int | None, labels: Labels, *, named: bool) -> list[str | int]:
    texts = [line.title, line.requester, labels.kinds[line.kind], *([line.who] if named else []), line.text]
    title, requester, *others = [_harmless(text) for text in texts]
    when: list[str | int] = [line.begin.date().isoformat(), f"{line.begin:%H:%M}", f"{line.end:%H:%M}", line.ticket]
    costs = ["", "", ""]
    if line.rate is not None and cents is not None:
        costs = [_amount(cents), line.rate.currency, _amount(line.rate.per_hour_cents)]
    return [*when, title, requester, *others, line.worked_min, line.billed_min, *costs]


def _priced(price: Price, labels: Labels, *, named: bool) -> list[str | int]:
    """Begins and ends with the yes; in no minute."""
    title, requester, text = [_harmless(text) for text in (price.title, price.requester, labels.priced(price))]
    when: list[str | int] = [price.at.date().isoformat(), f"{price.at:%H:%M}", f"{price.at:%H:%M}", price.ticket]
    kind = labels._("Price agreed")
    who = [""] if named else []
    return [*when, title, requester, kind, *who, text, 0, 0, _amount(price.cents), price.currency, ""]


def _amount(cents: int) -> str:
    """As 49.50, whatever the language."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
