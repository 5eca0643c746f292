"""A month as CSV (RFC 4180): one row for each piece of work, for whoever computes further. Pure.

Guarantees that a text never runs as a formula in a spreadsheet program: what begins like one gets an apostrophe before
it (OWASP, "CSV Injection"). UTF-8 with a byte order mark, which Excel needs to see that it is.
"""

import csv
import io

from relay.reports.labels import Labels
from relay.reports.monthly import Line, Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(report: Report, language: str) -> bytes:
    """The file's bytes. Dates and times as ISO 8601 in the report's time zone, minutes as whole numbers."""
    labels = Labels(language)
    _ = labels._
    out = io.StringIO(newline="")
    table = csv.writer(out)
    head = [_("Date"), _("Begin"), _("End"), _("Ticket"), _("Subject"), _("Requester"), _("Kind")]
    who = [] if report.works_council else [_("Technician")]
    table.writerow([*head, *who, _("What was done"), _("Minutes worked"), _("Minutes billed")])
    for line in report.lines:
        table.writerow(_row(line, labels, named=not report.works_council))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _row(line: Line, labels: Labels, *, named: bool) -> list[str | int]:
    texts = [line.title, line.requester, labels.kinds[line.kind], *([line.who] if named else []), line.text]
    title, requester, *others = [_harmless(text) for text in texts]
    when: list[str | int] = [line.begin.date().isoformat(), f"{line.begin:%H:%M}", f"{line.end:%H:%M}", line.ticket]
    return [*when, title, requester, *others, line.worked_min, line.billed_min]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
