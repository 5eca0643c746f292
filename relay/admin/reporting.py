"""`report`: a customer's month as PDF or CSV (promise 29)."""

from datetime import UTC, datetime
from pathlib import Path

import click

from relay.admin import files
from relay.admin.files import AdminError
from relay.admin.folder import RelayFolder
from relay.admin.options import relay_option


@click.command()
@click.argument("customer")
@click.argument("month")
@click.option(
    "--output",
    "output",
    metavar="FILE",
    required=True,
    type=click.Path(path_type=Path),
    help="Ends with .pdf or .csv; must not be there yet.",
)
@click.option("--language", default="", help="Such as de; without it, the customer's.")
@relay_option
def report(home: RelayFolder, customer: str, month: str, output: Path, language: str) -> None:
    """Write CUSTOMER's MONTH (2027-01) into FILE: every piece of work, what is billed, which promises were kept."""
    # They need typst, babel and SQLAlchemy, which would slow every other command down.
    from relay.reports import document, monthly, sheet, source  # noqa: PLC0415

    writers = {".pdf": document.write, ".csv": sheet.write}
    write = writers.get(output.suffix.lower())
    if write is None:
        raise AdminError(f"{output} should end with .pdf or .csv.")
    try:
        made = source.read(home.path / "athand.db", customer, monthly.month(month), datetime.now(UTC))
    except monthly.ReportError as error:
        raise AdminError(str(error)) from error
    files.write_new(output, write(made, language or made.language))
    click.echo(
        f"Wrote {output}: {_counted(len(made.lines), 'piece')} of work, {_counted(made.worked_min, 'minute')} worked, "
        f"{made.billed_min} billed."
    )


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
