"""P45: a register of the support staff: name, title and phone are mandatory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stage.scene import Scene
from tests.stage.world import World

WHO = {"--name": "Tina Tech", "--title": "Support Engineer", "--phone": "+49 30 1234567"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("office")) as world:
        yield world


def _invite(office: World, who: dict[str, str], output: Path, *, code: int) -> str:
    options = [part for option in who.items() for part in option]
    return office.admin("invite", *options, "--output", str(output), codes=(code,))


@pytest.mark.parametrize("left_out", WHO)
def test_p45_nobody_is_invited_without_name_title_and_phone(office: World, tmp_path: Path, left_out: str) -> None:
    for value in (None, "", "  ", "\u200b"):
        who = {option: text for option, text in WHO.items() if option != left_out}
        if value is not None:
            who[left_out] = value
        said = _invite(office, who, tmp_path / "x.invitation", code=2)
        assert said.startswith("athand-admin: ")
        assert len(said.splitlines()) == 1, said
        assert left_out.strip("-") in said
        assert not (tmp_path / "x.invitation").exists()
    assert "Tina" not in office.admin("staff")


def test_p45_a_phone_is_a_phone(office: World, tmp_path: Path) -> None:
    said = _invite(office, WHO | {"--phone": "call me maybe"}, tmp_path / "x.invitation", code=2)
    assert "phone" in said


def test_p45_the_register_lists_everybody_with_the_three(office: World, tmp_path: Path) -> None:
    _invite(office, WHO, tmp_path / "tina.invitation", code=0)
    _invite(office, WHO | {"--name": "Jana Nováková", "--title": "Dispatcher"}, tmp_path / "jana.invitation", code=0)
    staff = office.admin("staff")
    assert "Tina Tech, Support Engineer, +49 30 1234567" in staff
    assert "Jana Nováková, Dispatcher, +49 30 1234567" in staff


def test_p45_the_user_reads_the_three_as_they_were_certified(at_the_desk: Scene) -> None:
    number = at_the_desk.user.ask_for_help("Whom do I talk to?")
    at_the_desk.technician.take(number)
    session = at_the_desk.technician.connect(number)
    said = at_the_desk.user.question().texts()
    assert "Tina Tech" in said
    assert any("Support Engineer" in text and "+49 30 1234567" in text for text in said)
    assert "Vouched for by Helpful Ltd" in said
    at_the_desk.user.refuse()
    session.button("Close").press()
