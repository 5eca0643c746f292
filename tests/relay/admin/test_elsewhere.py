"""The relay on another machine than the organisation: what README says of it, followed with two folders."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relay.admin.desk.ledger import Ledger
from relay.admin.folder import RelayFolder
from relay.admin.home import Home
from relay.desk.ledger import take_in_alone
from relay.web.links import read_key
from relay.web.signing_in import SigningIn
from tests.relay.admin.conftest import Admin
from tests.relay.admin.desk.test_readme import INVITED, enrolled, with_whom


@pytest.fixture
def server(home: Path, folder: RelayFolder, tmp_path: Path) -> Path:
    """The relay's folder on the other machine, copied there once."""
    assert folder.path == home / "relay"
    path = tmp_path / "srv" / "athand"
    shutil.copytree(folder.path, path)
    return path


@pytest.fixture
def bring(folder: RelayFolder, server: Path) -> Callable[[], None]:
    """README's second rsync."""

    def run() -> None:
        shutil.copytree(folder.mailbox, server / "enrolment", dirs_exist_ok=True)
        for file in (folder.tokens_file, folder.revocations_file):
            shutil.copy2(file, server)

    return run


@pytest.fixture
def staffed(admin: Admin, folder: RelayFolder, bring: Callable[[], None], tmp_path: Path) -> None:
    """Jana and Petr, approved at home; the answers are where the relay is."""
    for name, file in INVITED:
        enrolled(admin, folder, name, tmp_path / file)
    assert admin("approve").code == 0
    bring()


@pytest.mark.usefixtures("staffed")
def test_p04_readme_sets_the_desk_up_where_only_the_relay_is(
    admin: Admin, server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATHAND_HOME", str(server))
    for command in with_whom():
        outcome = admin(*command)
        assert (outcome.code, outcome.err) == (0, ""), (command, outcome)
    register = Ledger.find(server).read().register
    assert sorted(profile.name for profile in register.staff.values()) == [name for name, _ in INVITED]
    assert {profile.phone for profile in register.staff.values()} == {"+420 123 456 789"}
    assert register.contracts["gold"].versions[-1].contact in register.staff


@pytest.mark.usefixtures("staffed")
def test_whoever_was_revoked_at_home_gets_no_profile_and_no_link_there(
    admin: Admin, server: Path, bring: Callable[[], None]
) -> None:
    assert admin("staff-profile", "--home", server, "Jana").code == 0
    assert admin("revoke", "Jana Nováková").code == 0
    bring()
    for command in (("staff-profile",), ("web-link",)):
        assert "no certificate of a technician called Jana" in admin(*command, "--home", server, "Jana").said()


@pytest.mark.usefixtures("home")
def test_nobody_gets_a_profile_there_by_a_certificate_of_another_organisation(
    admin: Admin, folder: RelayFolder, server: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    assert admin("init", other, "--name", "Other", "--relay-url", "wss://help.other.example").code == 0
    (server / "organisation.json").write_bytes((other / "relay" / "organisation.json").read_bytes())
    (server / "revocations.crl").write_bytes((other / "relay" / "revocations.crl").read_bytes())
    enrolled(admin, folder, "Jana Nováková", tmp_path / "jana")
    assert admin("approve").code == 0
    shutil.copytree(folder.mailbox, server / "enrolment", dirs_exist_ok=True)
    (server / "enrolment" / "nonsense.certificate").write_bytes(b"{")
    assert "no certificate of a technician called Jana" in admin("staff-profile", "--home", server, "Jana").said()


@pytest.mark.usefixtures("staffed")
def test_a_link_to_the_pages_for_staff_is_made_where_only_the_relay_is(admin: Admin, home: Path, server: Path) -> None:
    outcome = admin("web-link", "--home", server, "jana", "--page", "https://desk.example")
    assert outcome.code == 0, outcome
    link = SigningIn(read_key(server / "web.key"), datetime(2026, 1, 1, tzinfo=UTC), frozenset).read(
        outcome.out.strip().rpartition("/")[2], datetime.now(UTC)
    )
    jana = next(person for person in Home.find(home).register().people if person.name.startswith("Jana"))
    assert (link.staff, link.serials) == (jana.identifier, (jana.certificates[0].serial,))


def test_whoever_changes_a_desk_on_which_no_relay_runs_is_told_that_one_elsewhere_hears_nothing_of_it(
    admin: Admin, home: Path
) -> None:
    firma = ("customer", "firma", "--name")
    assert "If it runs on another machine already, say it there" in admin(*firma, "Firma s.r.o.").out
    asyncio.run(take_in_alone(home / "relay"))  # a relay has run here once
    said = admin(*firma, "Firma a.s.").out
    assert "It holds from now on. No relay runs on" in said
    assert "one on another machine hears nothing of it" in said
