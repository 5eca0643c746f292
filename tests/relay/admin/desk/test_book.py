"""The desk's book from the command line: beside a relay that runs, without one, and before the first."""

import asyncio
import io
import threading
from pathlib import Path

import pytest
from PIL import Image

from protocol.desk import book as books
from protocol.desk import events
from protocol.desk.contract import Target
from protocol.desk.events import User
from relay.admin.desk.ledger import Ledger
from relay.admin.folder import RelayFolder
from relay.admin.spool import Change, Spool
from relay.desk.ledger import take_in_alone
from relay.files import Shelf
from relay.store import EventStore
from tests.relay.admin.conftest import Admin
from tests.relay.drawn import drawn
from tests.relay.rig import House, scene

pytestmark = pytest.mark.usefixtures("staffed")

OFFICE = ("calendar", "office", "--zone", "Europe/Prague", "--hours", "Mo-Fr 08:00-17:00", "--holidays", "CZ")
CONTRACT = ("--contact", "Jana", "--deputy", "petr", "--rate", "87.50 EUR", "--hours", "office")


async def _book(home: Path) -> books.Book:
    store = await EventStore.open(home / "relay" / "athand.db")
    try:
        return await store.book()
    finally:
        await store.close()


def book_of(home: Path) -> books.Book:
    return asyncio.run(_book(home))


@pytest.fixture
def begun(home: Path) -> Path:
    """An organisation whose relay has run once."""
    book_of(home)
    return home


def ok(admin: Admin, *arguments: str) -> str:
    outcome = admin(*arguments)
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


def set_up(admin: Admin) -> None:
    for who in ("jana", "petr"):
        ok(admin, "staff-profile", who, "--skill", "network=3", "--mail", f"{who}@desk.example")
    ok(admin, *OFFICE)
    ok(admin, "customer", "firma", "--name", "Firma s.r.o.", "--domain", "firma.example", "--tier", "1")
    ok(admin, "contract", "gold", "--customer", "firma", *CONTRACT, "--level", "P1 first=15min solve=8h@24/7")


def test_a_customer_with_all_that_was_agreed_is_set_up_by_five_commands(begun: Path, admin: Admin) -> None:
    set_up(admin)
    ok(admin, "user", "eva", "--name", "Eva", "--customer", "firma", "--mail", "Eva@Firma.example")
    ok(admin, "user", "eva", "--phone", "00420 777 123 456", "--may-accept-quotes")
    register = book_of(begun).register
    eva = register.user_of_phone("+420777123456")
    assert eva == User("eva", "Eva", "firma", ("eva@firma.example",), ("+420777123456",), may_accept_quotes=True)
    assert register.user_of_mail("eva@firma.example") == eva
    contract = register.contract_of("firma")
    assert contract is not None
    version = contract.versions[-1]
    assert (version.contact, version.deputy, version.rate.per_hour_cents) == ("jana", "petr", 8750)
    assert version.level(1).first_response == Target(15, "office")
    assert version.level(1).resolution == Target(480, "")
    assert any(day.name for day in register.calendars["office"].versions[0].special_days)
    listed = ok(admin, "contract")
    assert "P1 first=15min solve=8h@24/7" in listed
    assert "Jana, deputy Petr; 87.50 EUR an hour; hours office" in listed
    assert "Mo-Fr 08:00-17:00, public holidays of CZ" in ok(admin, "calendar", "office")


def test_only_what_is_given_changes_and_the_past_stays(begun: Path, admin: Admin) -> None:
    set_up(admin)
    ok(admin, "contract", "gold", "--rate", "99 EUR", "--from", "2099-01-01")
    ok(admin, "calendar", "office", "--day", "2098-12-24 off Christmas Eve", "--from", "2098-01-01")
    register = book_of(begun).register
    before, after = register.contracts["gold"].versions
    assert (before.rate.per_hour_cents, after.rate.per_hour_cents) == (8750, 9900)
    assert after.levels == before.levels
    assert f"{after.valid_from:%Y-%m-%d %H:%M}" == "2098-12-31 23:00"  # midnight in Prague
    said = admin("contract", "gold", "--rate", "1 EUR", "--from", "2020-01-01").said()
    assert "past" in said


def test_p45_a_profile_is_for_an_approved_technician_and_bears_name_title_and_phone(begun: Path, admin: Admin) -> None:
    assert "not approved" in admin("staff-profile", "Olga", "--skill", "x=1").said()
    assert "no technician" in admin("staff-profile", "Mallory", "--lead").said()
    shown = ok(admin, "staff-profile", "Jana", "--lead", "--skill", "Excel=2", "--skill", "network=1")
    assert "Jana, Engineer, +420 777 1" in shown
    assert "excel 2, network 1" in shown
    assert ok(admin, "staff-profile", "jana", "--skill", "network=0").count("network") == 0
    profile = book_of(begun).register.staff["jana"]
    assert (profile.name, profile.title, profile.phone, profile.lead) == ("Jana", "Engineer", "+420 777 1", True)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("customer", "firma", "--contract", "none"), "contract “none”"),
        (("customer", "new"), "--name"),
        (("customer", "UPPER", "--name", "x"), "identifier"),
        (("user", "eva", "--name", "Eva", "--mail", "eva"), "mail address"),
        (("user", "eva", "--name", "Eva", "--phone", "call me"), "phone"),
        (("user", "eva", "--name", "Eva", "--phone", "777 123 456"), "country"),
        (("user", "eva", "--name", "Eva\u202e"), "hidden"),
        (("user", "eva", "--name", "Eva", "--customer", "nobody"), "customer “nobody”"),
        (("user", "adam", "--name", "Adam", "--mail", "bara@firma.example"), "bara's already"),
        (("user", "--csv", "missing.csv"), "missing.csv"),
        (("machine", "laptop", "--user", "eva"), "laptop"),
        (("contract", "gold", "--level", "P9 first=1h"), "priority"),
        (("contract", "gold", "--level", "P1 first=soon"), "first=soon"),
        (("contract", "gold", "--level", "P1 first=1h@moon"), "calendar “moon”"),
        (("contract", "gold", "--contact", "petr"), "somebody else"),
        (("contract", "gold", "--rate", "cheap"), "rate"),
        (("contract", "new", "--rate", "1 EUR"), "--contact"),
        (("calendar", "x", "--zone", "Mars/Base", "--hours", "24/7"), "Mars/Base"),
        (("calendar", "x", "--zone", "UTC"), "--hours"),
        (("calendar", "office", "--hours", "always"), "always"),
        (("calendar", "office", "--holidays", "XX"), "XX"),
        (("calendar", "office", "--day", "Christmas"), "Christmas"),
        (("calendar", "office", "--from", "soon"), "soon"),
        (("desk", "--contract", "none"), "contract “none”"),
        (("desk", "--page", "help"), "help"),
        (("desk", "--remind-days", "never"), "never"),
        (("staff-profile", "jana", "--skill", "excel=9"), "excel=9"),
    ],
)
def test_each_mistake_gets_one_sentence_and_changes_nothing(
    begun: Path, admin: Admin, arguments: tuple[str, ...], word: str
) -> None:
    set_up(admin)
    ok(admin, "user", "bara", "--name", "Bára", "--customer", "firma", "--mail", "bara@firma.example")
    revision = book_of(begun).revision
    assert word in admin(*arguments).said()
    assert book_of(begun).revision == revision


def test_a_table_of_users_is_taken_whole_or_told_line_by_line(begun: Path, admin: Admin, tmp_path: Path) -> None:
    set_up(admin)
    table = tmp_path / "people.csv"
    table.write_text(
        "name;mails;phones;customer;may_accept_quotes\n"
        "Eva;eva@firma.example;+420 777 1 23;firma;yes\n"
        ";x@firma.example;;firma;\n"
        "Adam;not a mail;;firma;\n"
        "Jan;eva@firma.example;;firma;\n"
        "Ola;;12;firma;\n"
        "Pia;;;nobody;perhaps\n"
    )
    outcome = admin("user", "--csv", str(table))
    assert outcome.code == 2
    lines = outcome.err.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == [f"line {number}" for number in (3, 4, 5, 6, 7)]
    assert lines[-1].endswith("5 of 6 lines cannot be taken, so nothing was changed.")
    assert not book_of(begun).register.users
    table.write_text("id,name,mails\neva,Eva,eva@x.example|e@x.example\n,Žofie Nováková,\n")
    assert "2 users" in ok(admin, "user", "--csv", str(table))
    users = book_of(begun).register.users
    assert users["eva"].mails == ("eva@x.example", "e@x.example")
    assert "zofie.novakova" in users
    assert "stood so already" in ok(admin, "user", "--csv", str(table))


def test_before_the_relays_first_start_changes_wait_and_build_on_each_other(home: Path, admin: Admin) -> None:
    assert "when it starts" in ok(admin, "staff-profile", "jana")
    ok(admin, "staff-profile", "petr")
    ok(admin, *OFFICE)
    assert "Jana" in ok(admin, "contract", "gold", *CONTRACT)
    assert not (home / "relay" / "athand.db").exists()


@scene
async def test_a_relay_that_runs_takes_a_change_in_within_seconds_and_says_no_to_a_damaged_one(tmp_path: Path) -> None:
    house = House(tmp_path / "relay")
    async with house.relay():
        ledger = Ledger.find(house.path)

        def write(*sets: events.BookEvent) -> str:
            return ledger.write(ledger.read(), *sets)

        assert "holds from now on" in await asyncio.to_thread(write, events.UserSet(User("eva", "Eva")))
        spool = Spool(house.folder.book)
        bad = spool.put(Change("somebody", (events.CustomerSet(events.Customer("x", "X", contract="none")),)))
        broken = spool.path / "0-broken.change"
        broken.write_bytes(b"{")
        assert "holds from now on" in await asyncio.to_thread(write, events.UserSet(User("adam", "Adam")))
        assert "“none”" in (spool.refusal(bad) or "")
        assert spool.refusal(broken)
        assert spool.refusal(broken) is None
        assert not spool.waiting()


def test_what_is_found_again_after_a_power_cut_changes_nothing_more(begun: Path, admin: Admin) -> None:
    ok(admin, "user", "eva", "--name", "Eva")
    revision = book_of(begun).revision
    Spool(RelayFolder(begun / "relay").book).put(Change("x", (events.UserSet(User("eva", "Eva")),)))
    ok(admin, "user", "adam", "--name", "Adam")
    assert book_of(begun).revision == revision + 1


def test_two_administrators_at_once_both_get_theirs_in(begun: Path) -> None:
    def write(number: int) -> None:
        ledger = Ledger.find(begun)
        ledger.write(ledger.read(), events.UserSet(User(f"u{number}", f"U {number}")))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(book_of(begun).register.users) == 4


def test_the_desk_takes_no_language_that_it_cannot_write(begun: Path, admin: Admin) -> None:
    assert "it can write en and de" in admin("desk", "--language", "xx").said()
    ok(admin, "desk", "--language", "de")
    assert book_of(begun).register.desk.language == "de"


def face_in(home: Path, who: str) -> Image.Image | None:
    """As it is kept."""
    sha256 = book_of(home).register.face(who)
    kept = Shelf(home / "relay" / "files").get(sha256) if sha256 else None
    return None if kept is None else Image.open(io.BytesIO(kept), formats=("JPEG",))


def test_p04_a_technicians_picture_is_set_and_taken_away_and_stays_when_something_else_changes(
    begun: Path, admin: Admin, tmp_path: Path
) -> None:
    photograph = tmp_path / "jana.jpg"
    photograph.write_bytes(drawn((1600, 1200), kind="JPEG"))
    assert "picture: yes" in " ".join(ok(admin, "staff-profile", "jana", "--picture", str(photograph)).split())
    kept = face_in(begun, "jana")
    assert kept is not None
    assert kept.size == (256, 256)
    assert "picture:" in ok(admin, "staff-profile", "jana", "--skill", "network=2")
    assert face_in(begun, "jana") == kept
    assert "picture:" not in ok(admin, "staff-profile", "jana", "--no-picture")
    assert face_in(begun, "jana") is None


def test_a_file_that_is_no_picture_is_refused_with_a_sentence_and_sets_nothing(
    begun: Path, admin: Admin, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.jpg"
    wrong.write_bytes(b"no picture")
    for arguments, said in (
        (("--picture", str(wrong)), "no picture that can be shown"),
        (("--picture", str(tmp_path / "gone.jpg")), "does not exist"),
        (("--picture", str(wrong), "--no-picture"), "not both"),
    ):
        outcome = admin("staff-profile", "jana", *arguments)
        assert outcome.code == 2
        assert said in outcome.said()
        assert "Traceback" not in outcome.said()
    assert "jana" not in book_of(begun).register.staff


def test_a_picture_waits_for_a_relay_that_has_never_run(home: Path, admin: Admin, tmp_path: Path) -> None:
    photograph = tmp_path / "petr.png"
    photograph.write_bytes(drawn())
    ok(admin, "staff-profile", "petr", "--picture", str(photograph))
    assert not (home / "relay" / "athand.db").exists()
    asyncio.run(take_in_alone(home / "relay"))
    assert face_in(home, "petr") is not None
