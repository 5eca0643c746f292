import base64
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.desk import events
from protocol.desk.events import Actor, Entry, Event
from protocol.desk.ticket import Ticket, fold
from relay.admin.files import AdminError
from relay.web.links import LIFETIME, Link, LinkForgedError, LinkOverError, Links, check, read_key

NOW = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
LINKS = Links(bytes(range(32)))


def ticket(*later: tuple[timedelta, Event]) -> Ticket:
    opened = events.Opened("0" * 32, "", "", "Eva", "The printer is on fire", 2, 20, (), NOW, user="eva")
    happened = [(timedelta(), opened), *later]
    return fold(Entry(7, NOW + after, Actor.STAFF, "jana", "Jana", event) for after, event in happened)


@given(st.integers(1, 2**53), st.timedeltas(timedelta(), timedelta(days=30_000)))
def test_a_link_opens_the_ticket_it_was_made_for(number: int, after: timedelta) -> None:
    now = NOW + after
    assert LINKS.read(LINKS.token(number, now), now) == Link(number, now)


def test_the_address_is_the_pages_with_the_token_behind() -> None:
    token = LINKS.token(7, NOW)
    assert LINKS.address("https://help.example.org/", 7, NOW) == f"https://help.example.org/t/{token}"
    assert not LINKS.address("", 7, NOW)


@given(st.integers(0, 43), st.characters(codec="ascii"))
def test_a_link_with_one_other_character_opens_nothing(position: int, other: str) -> None:
    token = LINKS.token(7, NOW)
    changed = token[:position] + other + token[position + 1 :]
    if changed != token:
        with pytest.raises(LinkForgedError):
            LINKS.read(changed, NOW)


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda b: base64.urlsafe_b64encode(b).decode()))
def test_what_is_no_link_opens_nothing(token: str) -> None:
    with pytest.raises(LinkForgedError):
        LINKS.read(token, NOW)


def test_a_link_of_another_desk_opens_nothing() -> None:
    with pytest.raises(LinkForgedError):
        LINKS.read(Links(bytes(32)).token(7, NOW), NOW)


def test_a_link_opens_until_its_time_is_over() -> None:
    token = LINKS.token(7, NOW)
    LINKS.read(token, NOW + LIFETIME - timedelta(seconds=1))
    with pytest.raises(LinkOverError):
        LINKS.read(token, NOW + LIFETIME)


def test_taken_back_links_open_nothing_and_later_ones_do() -> None:
    taken_back = ticket((timedelta(hours=1), events.LinksRevoked()))
    check(Link(7, NOW), ticket())
    check(Link(7, NOW + timedelta(hours=2)), taken_back)
    with pytest.raises(LinkOverError):
        check(Link(7, NOW), taken_back)
    with pytest.raises(LinkOverError):
        check(Link(8, NOW), None)


def test_links_sent_to_somebody_else_open_nothing_once_the_ticket_is_anothers() -> None:
    with pytest.raises(LinkOverError):
        check(Link(7, NOW), ticket((timedelta(hours=1), events.RequesterSet("adam", "Adam", "", ""))))
    check(Link(7, NOW), ticket((timedelta(hours=1), events.RequesterSet("eva", "Eva Nová", "firma", "cs"))))
    # Whoever was not in the register when he asked has had links, too.
    unknown = (timedelta(minutes=1), events.RequesterSet("", "Stranger", "", ""))
    for again in (events.RequesterSet("eva", "Eva Nová", "firma"), events.RequesterSet("", "Adam", "")):
        with pytest.raises(LinkOverError):
            check(Link(7, NOW + timedelta(minutes=2)), ticket(unknown, (timedelta(hours=1), again)))
    check(Link(7, NOW + timedelta(minutes=2)), ticket(unknown, (timedelta(hours=1), unknown[1])))


def test_the_key_is_made_once_and_is_the_owners_only(tmp_path: Path) -> None:
    file = tmp_path / "web.key"
    key = read_key(file)
    assert len(key) == 32
    assert read_key(file) == key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"short")
    with pytest.raises(AdminError, match="is damaged"):
        read_key(file)
