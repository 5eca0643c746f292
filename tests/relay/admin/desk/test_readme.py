"""README's commands, typed as they are printed there."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

from protocol.trust import Invitation, Waiting, make_request, new_key
from relay.admin.desk.ledger import Ledger
from relay.admin.folder import RelayFolder
from tests.relay.admin.conftest import RELAY_PASSPHRASE, Admin

README = (Path(__file__).parents[4] / "README.md").read_text()
INVITED = (("Jana Nováková", "jana"), ("Petr Malý", "petr"))


def with_whom() -> list[list[str]]:
    """The commands of the block on with whom the desk works, without the program's name."""
    found = re.search(r"Then say with whom the desk works.*?```\n(.*?)```", README, re.DOTALL)
    assert found is not None
    lines = found[1].replace("\\\n", " ").splitlines()
    assert lines.pop(0) == "export ATHAND_HOME=acme"
    commands = [shlex.split(line) for line in lines]
    assert {command[0] for command in commands} == {"athand-admin"}
    return [command[1:] for command in commands]


def enrolled(admin: Admin, folder: RelayFolder, name: str, path: Path) -> None:
    """Invited, and the console has asked: what is left is to approve."""
    person = ("--name", name, "--title", "Support engineer", "--phone", "+420 123 456 789")
    assert admin("invite", *person, "--output", path).code == 0
    request = make_request(Invitation.decode(path.read_bytes()), new_key())
    assert folder.enrol(request, folder.device_authority(RELAY_PASSPHRASE), now=datetime.now(UTC)) == Waiting()


def test_p04_readme_sets_the_desk_up_when_it_is_followed_line_by_line(
    admin: Admin, folder: RelayFolder, home: Path, tmp_path: Path
) -> None:
    for name, file in INVITED:
        assert f"'{name}'" in README.partition("Then say")[0], "whoever the desk works with is invited before"
        enrolled(admin, folder, name, tmp_path / file)
    assert admin("approve").code == 0
    for command in with_whom():
        outcome = admin(*command)
        assert (outcome.code, outcome.err) == (0, ""), (command, outcome)
    register = Ledger.find(home).read().register
    terms = register.contracts["gold"].versions[-1]
    assert [register.staff[who].name for who in (terms.contact, terms.deputy)] == [name for name, _ in INVITED]
    assert register.users["eva"].may_accept_quotes


def test_p04_a_contract_without_a_deputy_is_refused_with_who_may_be_one(
    admin: Admin, folder: RelayFolder, tmp_path: Path
) -> None:
    enrolled(admin, folder, "Jana Nováková", tmp_path / "jana")
    assert "approve" in admin("staff-profile", "Jana Nováková").said()
    assert "invite and approve" in admin("staff-profile", "Petr Malý").said()
    admin("approve")
    assert admin("staff-profile", "Jana Nováková").code == 0
    alone = ("contract", "gold", "--contact", "Jana Nováková", "--rate", "90 EUR")
    assert "technicians with a profile" in admin(*alone).said()
    assert "staff-profile" in admin(*alone, "--deputy", "Petr Malý").said()
