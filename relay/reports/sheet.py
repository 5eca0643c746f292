"""A month as CSV (RFC 4180): one row for each piece of work and each price agreed, for whoever computes further. Pure.

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
        [*head, *who, _("What was done"), _("Minutes worked"), _("Minutes billed"), _("Price"), _("Currency")]
    )
    for line in report.lines:
        table.writerow(_row(line, labels, named=not report.works_council))
    for price in report.prices:
        table.writerow(_priced(price, labels, named=not report.works_council))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _row(line: Line, labels: Labels, *, named: bool) -> list[str | int]:
    texts = [line.title, line.requester, labels.kinds[line.kind], *([line.who] if named else []), line.text]
    title, requester, *others = [_harmless(text) for text in texts]
    when: list[str | int] = [line.begin.date().isoformat(), f"{line.begin:%H:%M}", f"{line.end:%H:%M}", line.ticket]
    return [*when, title, requester, *others, line.worked_min, line.billed_min, "", ""]


def _priced(price: Price, labels: Labels, *, named: bool) -> list[str | int]:
    """Begins and ends with the yes; in no minute, the amount as 49.50 whatever the language, as the times are."""
    title, requester, text = [_harmless(text) for text in (price.title, price.requester, price.text)]
    when: list[str | int] = [price.at.date().isoformat(), f"{price.at:%H:%M}", f"{price.at:%H:%M}", price.ticket]
    kind = labels._("Price agreed")
    amount = f"{price.cents // 100}.{price.cents % 100:02}"
    return [*when, title, requester, kind, *([""] if named else []), text, 0, 0, amount, price.currency]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
