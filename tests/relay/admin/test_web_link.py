"""`web-link`, as an administrator types it; what the link opens is tested where the pages are."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from relay.admin.home import Home
from relay.admin.register import Certified
from relay.web.links import read_key
from relay.web.signing_in import SigningIn
from tests.relay.admin.conftest import Admin


def enrolled(path: Path, admin: Admin) -> str:
    """Jana, invited and certified; her identifier."""
    assert admin("invite", "--home", path, "--name", "Jana", "--title", "Engineer", "--phone", "+420 1").code == 0
    home, now = Home.find(path), datetime.now(UTC)
    (person,) = home.register().people
    home.save_register(home.register().certified(person.identifier, Certified("2a", now, now + timedelta(days=9))))
    return person.identifier


def test_a_link_is_for_one_technician_whose_certificate_holds(home: Path, admin: Admin) -> None:
    identifier = enrolled(home, admin)
    outcome = admin("web-link", "--home", home, "jana", "--page", "https://desk.example/")
    assert outcome.code == 0, outcome
    address, _, token = outcome.out.strip().rpartition("/")
    assert address == "https://desk.example/signin"
    assert "For Jana alone, once" in outcome.err
    assert "--page ADDRESS" not in outcome.err
    assert "--staff-port" in admin("web-link", "--home", home, "jana").err  # who listens elsewhere has to say it
    key, now = read_key(home / "relay" / "web.key"), datetime.now(UTC)
    trusted: Callable[[], frozenset[int]] = frozenset
    link = SigningIn(key, now - timedelta(minutes=1), trusted).read(token, now)
    assert (link.staff, link.serials) == (identifier, ("2a",))


def test_wrong_use_gets_one_sentence(home: Path, admin: Admin) -> None:
    assert "no technician called Nobody" in admin("web-link", "--home", home, "Nobody").said()
    admin("invite", "--home", home, "--name", "Petr", "--title", "Engineer", "--phone", "+420 1")
    assert "Petr is not approved" in admin("web-link", "--home", home, "Petr").said()
    enrolled_page = admin("web-link", "--home", home, "Petr", "--page", "desk.example")
    assert "is no address of a page" in enrolled_page.said()


def test_the_beginning_of_a_name_is_enough_where_it_is_one_persons_only(home: Path, admin: Admin) -> None:
    enrolled(home, admin)
    assert admin("web-link", "--home", home, "ja").code == 0
    admin("invite", "--home", home, "--name", "Jan", "--title", "Engineer", "--phone", "+420 1")
    assert admin("web-link", "--home", home, "jana").code == 0
    assert "Jan is not approved" in admin("web-link", "--home", home, "jan").said()
