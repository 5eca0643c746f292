"""A month as PDF: a document one would send. Blocking, some tenths of a second; any thread.

Set by typst. What people wrote reaches it as data, never as markup: a subject that looks like a command is printed.
"""

from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import typst

from relay.reports.labels import Labels
from relay.reports.monthly import Report

TEMPLATE = Path(__file__).parent / "monthly.typ"
PREVIEW_PPI = 110
_NONE = "\N{EN DASH}"


def write(report: Report, language: str) -> bytes:
    """The PDF's bytes."""
    return bytes(typst.compile(TEMPLATE, format="pdf", sys_inputs=_inputs(report, language)))


def preview(report: Report, language: str) -> list[bytes]:
    """Its pages as PNG."""
    pages: bytes | list[bytes] = typst.compile(
        TEMPLATE, format="png", ppi=PREVIEW_PPI, sys_inputs=_inputs(report, language)
    )
    return [pages] if isinstance(pages, bytes) else pages


def _inputs(report: Report, language: str) -> dict[str, str]:
    return {"data": msgspec.json.encode(_data(report, Labels(language))).decode()}


def _data(report: Report, labels: Labels) -> dict[str, Any]:
    _ = labels._
    kept = sum(promise.kept for promise in report.kept)
    due = kept + sum(promise.broken for promise in report.kept)
    stars = sum(star * count for star, count in report.ratings.items())
    rated = sum(report.ratings.values())
    facts = [
        (_("Worked"), labels.minutes(report.worked_min)),
        (_("Billed"), labels.minutes(report.billed_min)),
        (_("Promises kept"), _("{kept} of {due}").format(kept=kept, due=due) if due else _NONE),
        (_("Opened · solved · closed"), f"{report.opened} · {report.solved} · {report.closed}"),
        (
            _("Solved for good"),
            _("{kept} of {due}").format(kept=report.for_good, due=report.solved) if report.solved else _NONE,
        ),
        (_("Median time to a solution"), f"{labels.number(median(report.solved_h))} h" if report.solved_h else _NONE),
        (_("Rating"), f"{labels.number(stars / rated)} / 5" if rated else _NONE),
    ]
    if report.sums:
        facts.insert(2, (_("Comes to"), labels.sums(report.sums)))
    return {
        "language": labels.language,
        "title": _("Support in {month}").format(month=labels.month(report.begin)),
        "unfinished": _("This month is not over yet: these are the figures up to now.")
        if report.made_at < report.end
        else "",
        "customer": report.customer,
        "desk": report.desk,
        "made": _("Made on {when}, times in {zone}").format(
            when=labels.moment(report.made_at.astimezone(report.begin.tzinfo)), zone=report.time_zone
        ),
        "facts": facts,
        "work": _work(report, labels),
        "prices": {
            "title": _("Prices agreed"),
            "head": [_("Day"), _("Ticket"), _("Subject"), _("What for"), _("Amount")],
            "rows": [
                (
                    labels.day(price.at),
                    f"#{price.ticket}",
                    f"{price.title} ({price.requester})",
                    labels.priced(price),
                    labels.money(price.cents, price.currency),
                )
                for price in report.prices
            ],
        },
        "days": {
            "title": _("Minutes a day"),
            "worked": report.worked_by_day,
            "billed": report.billed_by_day,
            "labels": [_("worked"), _("billed")],
        },
        "promises": _promises(report, labels),
        "recommendations": {
            "title": _("What would serve you better"),
            "rows": [
                (text, {None: _("open"), True: _("accepted"), False: _("declined")}[accepted])
                for text, accepted in report.recommendations
            ],
        },
        "rule": _(
            "Each piece of work is rounded once, down to whole minutes of what was worked; sums are sums of rows."
        ),
    }


def _work(report: Report, labels: Labels) -> dict[str, Any]:
    _ = labels._
    rows = [
        (
            labels.day(line.begin),
            f"{labels.time(line.begin)}{_NONE}{labels.time(line.end)}",
            f"#{line.ticket}",
            f"{line.title} ({line.requester})",
            " · ".join(filter(None, (labels.kinds[line.kind], line.who, line.text))),
            str(line.worked_min),
            str(line.billed_min),
        )
        for line in report.lines
    ]
    return {
        "title": _("What was done"),
        "head": [_("Day"), _("Time"), _("Ticket"), _("Subject"), _("Work"), _("Worked"), _("Billed")],
        "rows": rows,
        "sum": [_("Sum, in minutes"), str(report.worked_min), str(report.billed_min)],
        "none": _("Nothing was worked on in this month."),
    }


def _promises(report: Report, labels: Labels) -> dict[str, Any]:
    _ = labels._
    return {
        "title": _("Promises"),
        "head": [_("Promise"), _("kept"), _("broken")],
        "rows": [(labels.metrics[promise.metric], promise.kept, promise.broken) for promise in report.kept],
        "broken": [
            _("#{ticket} {title}: {promise} was due {when}, and came {later}.").format(
                ticket=broken.ticket,
                title=broken.title,
                promise=labels.metrics[broken.metric],
                when=labels.moment(broken.target_at),
                later=labels.moment(broken.stopped_at),
            )
            if broken.stopped_at
            else _("#{ticket} {title}: {promise} was due {when}, and is still owed.").format(
                ticket=broken.ticket,
                title=broken.title,
                promise=labels.metrics[broken.metric],
                when=labels.moment(broken.target_at),
            )
            for broken in report.broken
        ],
        "none": _("No promise fell due in this month."),
    }
