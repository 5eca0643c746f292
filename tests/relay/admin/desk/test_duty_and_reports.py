"""Rota, absences, schedules, thresholds, reports and the way out from the command line."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.relay.admin.conftest import Admin
from tests.relay.admin.desk.test_book import begun, book_of, ok, set_up

pytestmark = pytest.mark.usefixtures("staffed")
__all__ = ["begun"]

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def table(path: Path, *rows: tuple[int, int, str]) -> str:
    """Shifts by hours from now."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["begin", "end", "staff"])
    for begin, end, staff in rows:
        times = [f"{NOW + timedelta(hours=hours):%Y-%m-%d %H:%M}" for hours in (begin, end)]
        writer.writerow([*times, staff])
    (path / "rota.csv").write_text(out.getvalue())
    return str(path / "rota.csv")


def test_p01_a_rota_without_a_gap_is_taken_and_one_with_a_gap_is_refused(
    begun: Path, admin: Admin, tmp_path: Path
) -> None:
    set_up(admin)
    assert "On call now: nobody" in ok(admin, "rota")
    refused = admin("rota", "--csv", table(tmp_path, (-1, 8, "jana"), (9, 24, "petr"))).said()
    assert "Nobody is on call" in refused
    shown = ok(
        admin, "rota", "--csv", table(tmp_path, (-2, 8, "Jana petr"), (8, 24, "petr")), "--step", "10", "--zone", "UTC"
    )
    assert "On call now: Jana, then Petr." in shown
    (rota,) = book_of(begun).duty.rotas
    assert (rota.step_s, len(rota.shifts)) == (600, 2)


def test_p01_who_stands_in_is_called_before_the_rota_and_is_shown_so(begun: Path, admin: Admin, tmp_path: Path) -> None:
    set_up(admin)
    ok(admin, "rota", "--csv", table(tmp_path, (-1, 24, "jana")), "--zone", "UTC")
    begin, end = (f"{NOW + timedelta(hours=hours):%Y-%m-%d %H:%M}" for hours in (-1, 5))
    shown = ok(admin, "stand-in", "petr", "--begin", begin, "--end", end, "--zone", "UTC", "--reason", "A wedding")
    assert "On call now: Petr, then Jana." in shown
    assert shown.rstrip().endswith("  Jana"), "and from its end on as it was"
    book = book_of(begun)
    assert book.duty.on_call(NOW + timedelta(hours=6)) == ("jana",)
    assert [one.reason for one in book.duty.overrides.values()] == ["A wedding"]
    for wrong, word in ((("--begin", end, "--end", begin), "ends"), (("--begin", "soon", "--end", end), "no time")):
        assert word in admin("stand-in", "petr", *wrong, "--zone", "UTC").said()
    assert "nobody of the staff" in admin("stand-in", "max", "--begin", begin, "--end", end).said()


@pytest.mark.parametrize(
    ("rows", "word"),
    [(((-1, 8, "nobody"),), "Line 2"), (((8, 8, "jana"),), "Line 2"), ((), "no line")],
)
def test_a_table_that_is_no_rota_gets_a_sentence_with_its_line(
    begun: Path, admin: Admin, tmp_path: Path, rows: tuple[tuple[int, int, str], ...], word: str
) -> None:
    set_up(admin)
    assert word in admin("rota", "--csv", table(tmp_path, *rows)).said()
    assert book_of(begun).duty.rotas == []


def test_an_absence_is_listed_until_it_is_over_and_needs_an_end(begun: Path, admin: Admin) -> None:
    set_up(admin)
    assert "--end" in admin("absence", "jana").said()
    until = NOW + timedelta(days=3)
    assert "Jana" in ok(admin, "absence", "Jana", "--end", f"{until:%Y-%m-%d}", "--reason", "Holiday")
    assert book_of(begun).duty.absent(datetime.now(UTC)) == {"jana"}


def test_an_absence_is_taken_back_the_one_under_way_first(begun: Path, admin: Admin) -> None:
    set_up(admin)
    assert "is not away" in admin("absence", "jana", "--back").said()
    later = (NOW + timedelta(days=30)).replace(hour=12)  # the same day everywhere
    ok(admin, "absence", "jana", "--begin", f"{later:%Y-%m-%d}", "--end", f"{later:%Y-%m-%d}")
    ok(admin, "absence", "jana", "--end", f"{NOW + timedelta(days=3):%Y-%m-%d}")
    assert "and nothing else" in admin("absence", "jana", "--back", "--end", "2099-01-01").said()
    assert "Jana" in ok(admin, "absence", "jana", "--back")  # the other one is listed yet
    assert book_of(begun).duty.absent(datetime.now(UTC)) == frozenset()
    assert book_of(begun).duty.absent(later) == {"jana"}
    ok(admin, "absence", "Jana", "--back")
    assert book_of(begun).duty.absent(later) == frozenset()


def test_p03_somebody_has_to_stay(begun: Path, admin: Admin) -> None:
    set_up(admin)
    until = f"{NOW + timedelta(days=3):%Y-%m-%d}"
    ok(admin, "absence", "jana", "--end", until)
    assert "Nobody would be there" in admin("absence", "petr", "--end", until).said()
    assert book_of(begun).duty.absent(datetime.now(UTC)) == {"jana"}


def test_a_rota_shows_every_stretch_that_is_planned_and_the_gaps(begun: Path, admin: Admin, tmp_path: Path) -> None:
    assert begun
    set_up(admin)
    ok(admin, "rota", "--csv", table(tmp_path, (-1, 8, "jana")), "--zone", "UTC")
    shown = ok(admin, "rota", "--csv", table(tmp_path, (10, 12, "petr jana")), "--zone", "UTC")
    prague = ZoneInfo("Europe/Prague")
    times = [f"{(NOW + timedelta(hours=hours)).astimezone(prague):%Y-%m-%d %H:%M}" for hours in (8, 10, 12)]
    assert f"to {times[0]} (Europe/Prague)  Jana\n" in shown
    assert f"  {times[0]} to {times[1]} (Europe/Prague)  nobody\n" in shown
    assert f"  {times[1]} to {times[2]} (Europe/Prague)  Petr, then Jana\n" in shown


def test_times_are_shown_in_the_desks_zone_as_they_were_typed(begun: Path, admin: Admin) -> None:
    assert begun
    set_up(admin)
    shown = ok(admin, "absence", "jana", "--begin", "2099-02-01", "--end", "2099-02-14")
    assert "2099-02-01 00:00 (Europe/Prague)" in shown
    assert "2099-02-15 00:00 (Europe/Prague)" in shown
    terms = ok(admin, "contract", "gold", "--rate", "90 EUR", "--from", "2099-01-01")
    assert "from 2099-01-01 00:00 (Europe/Prague): Jana" in terms
    assert "UTC" not in shown + terms + ok(admin, "rota")


@pytest.mark.parametrize("command", ["absence", "schedule", "customer", "user", "machine", "contract", "calendar"])
def test_an_empty_list_says_that_it_is_empty(begun: Path, admin: Admin, command: str) -> None:
    assert begun
    assert ok(admin, command).startswith(("No", "None yet"))


def test_who_left_is_marked_gone_and_no_longer_chosen(begun: Path, admin: Admin) -> None:
    set_up(admin)
    ok(admin, "staff-profile", "petr", "--gone")
    assert book_of(begun).away(datetime.now(UTC)) == {"petr"}
    assert "nobody of the staff" in admin("absence", "petr", "--end", "2099-01-01").said()


def test_p01_who_left_is_called_by_no_rota_and_what_still_names_him_is_said(
    begun: Path, admin: Admin, tmp_path: Path
) -> None:
    set_up(admin)
    ok(admin, "user", "eva", "--name", "Eva", "--contact", "petr")
    assert "On call now: Petr, then Jana." in ok(admin, "rota", "--csv", table(tmp_path, (-1, 8, "petr jana")))
    left = ok(admin, "staff-profile", "petr", "--gone")
    assert "deputy of the contract gold: athand-admin contract gold --deputy NAME" in left
    assert "contact of Eva: athand-admin user eva --contact NAME" in left
    assert "Still in the rota" in left
    assert "On call now: Jana." in ok(admin, "rota")
    assert book_of(begun).on_call(datetime.now(UTC)) == ("jana",)
    assert "Still" not in ok(admin, "staff-profile", "petr")


def test_p37_a_schedule_is_set_changed_and_stopped(begun: Path, admin: Admin) -> None:
    set_up(admin)
    assert "--title" in admin("schedule", "backup", "--rule", "FREQ=DAILY").said()
    when = ("--begin", "2099-01-05 09:00", "--zone", "Europe/Prague")
    shown = ok(admin, "schedule", "backup", "--title", "Look after the backup", "--rule", "FREQ=WEEKLY", *when)
    assert "2099-01-05 09:00, Europe/Prague" in shown
    ok(admin, "schedule", "backup", "--customer", "firma", "--stop")
    schedule = book_of(begun).duty.schedules["backup"]
    assert (schedule.rule, schedule.customer, schedule.stopped) == ("FREQ=WEEKLY", "firma", True)
    assert "no rule" in admin("schedule", "backup", "--rule", "every day").said()
    assert "customer “none”" in admin("schedule", "backup", "--customer", "none").said()


def test_p34_an_admin_says_what_is_watched_on_all_machines_or_one_customers(begun: Path, admin: Admin) -> None:
    set_up(admin)
    assert "Nothing is watched" in ok(admin, "threshold")
    shown = ok(admin, "threshold", "disk.used_percent", "--above", "90", "--clear", "85", "--for", "10m", "--ticket")
    assert "10m\n" in shown  # as it was typed
    ok(admin, "threshold", "memory.available_mb", "--below", "500", "--customer", "firma")
    thresholds = book_of(begun).watch.thresholds
    (disk,), (memory,) = thresholds[""], thresholds["firma"]
    assert (disk.limit, disk.clear, disk.for_s, disk.ticket, disk.above) == (90, 85, 600, True, True)
    assert (memory.limit, memory.clear, memory.above) == (500, 500, False)
    for never in ("nan", "inf"):
        said = admin("threshold", "disk.used_percent", "--above", never, "--for", "10m").said()
        assert said.startswith("A limit is a number")
    ok(admin, "threshold", "disk.used_percent", "--off")
    assert book_of(begun).watch.thresholds[""] == ()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("disk.used_percent",), "--above or --below"),
        (("disk.used_percent", "--above", "90", "--clear", "95"), "above 90 is over once it is below that"),
        (("disk.free_mb", "--below", "500", "--clear", "400"), "below 500 is over once it is above that"),
        (("disk.used_percent", "--above", "90", "--for", "soon"), "duration"),
        (("disk.fullness", "--above", "90"), "no figure"),
        (("disk.used_percent", "--above", "90", "--customer", "none"), "customer “none”"),
    ],
)
def test_a_threshold_that_cannot_be_gets_a_sentence(
    begun: Path, admin: Admin, arguments: tuple[str, ...], word: str
) -> None:
    set_up(admin)
    assert word in admin("threshold", *arguments).said()
    assert book_of(begun).watch.thresholds == {}


def test_p29_a_customers_month_is_written_as_pdf_and_csv_and_never_over_a_file(
    begun: Path, admin: Admin, tmp_path: Path
) -> None:
    assert begun
    set_up(admin)
    for ending, begins in (("pdf", b"%PDF"), ("csv", b"\xef\xbb\xbf")):
        file = tmp_path / f"march.{ending}"
        assert "0 pieces of work" in ok(admin, "report", "firma", "2026-03", "--output", str(file))
        assert file.read_bytes().startswith(begins)
        assert admin("report", "firma", "2026-03", "--output", str(file)).code == 2
    assert ".pdf or .csv" in admin("report", "firma", "2026-03", "--output", str(tmp_path / "x.doc")).said()
    assert "no month" in admin("report", "firma", "march", "--output", str(tmp_path / "x.pdf")).said()
    assert "no customer" in admin("report", "none", "2026-03", "--output", str(tmp_path / "x.pdf")).said()


def test_p22_an_export_is_verified_with_its_signature_its_chain_and_an_anchor(
    begun: Path, admin: Admin, tmp_path: Path
) -> None:
    set_up(admin)
    assert begun
    file = tmp_path / "desk.jsonl"
    ok(admin, "export", str(file))
    shown = ok(admin, "verify", str(file))
    assert "was signed in the organisation" in shown
    standing = shown.strip().rpartition(" ")[2]
    assert standing in ok(admin, "verify")
    assert admin("verify", str(file), "--anchor", standing).code == 0
    assert admin("verify", str(file), "--anchor", "1:" + "0" * 64).code == 1
    file.write_bytes(file.read_bytes().replace(b"Firma", b"Firmb"))
    changed = admin("verify", str(file))
    assert (changed.code, changed.out) == (1, "")
    assert "does not hold" in changed.err


def test_the_whole_history_goes_out_and_comes_in_by_two_commands(begun: Path, admin: Admin, tmp_path: Path) -> None:
    set_up(admin)
    before, file = book_of(begun), tmp_path / "desk.jsonl"
    assert "Exported" in ok(admin, "export", str(file))
    assert admin("export", str(file)).code == 2, "never over a file"
    assert "history already" in admin("import", str(file)).said()
    for name in ("athand.db", "athand.db-wal", "athand.db-shm"):
        (begun / "relay" / name).unlink(missing_ok=True)
    assert "Read" in ok(admin, "import", str(file))
    after = book_of(begun)
    assert after.revision == before.revision
    assert after.register.customers == before.register.customers


def test_a_rota_says_which_hour_it_means_by_its_zone_or_by_an_offset_of_its_own(
    begun: Path, admin: Admin, tmp_path: Path
) -> None:
    set_up(admin)
    day = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    rows = tmp_path / "rota.csv"
    rows.write_text(f"begin;end;staff\n{day} 01:00+02:00;{day} 12:00;jana\n")
    ok(admin, "rota", "--csv", str(rows), "--zone", "UTC")
    (rota,) = book_of(begun).duty.rotas
    assert rota.shifts[0].end - rota.shifts[0].begin == timedelta(hours=13)
    rows.write_bytes(b"begin;end;staff\n\xff;\xfe;jana\n")
    assert "is not in UTF-8" in admin("rota", "--csv", str(rows)).said()
