import msgspec
import pytest
from msgspec import Struct

from protocol import envelope, limits
from protocol.connection import Connection
from protocol.desk.events import NoticeKind
from protocol.envelope import versions
from protocol.envelope.versions import FIELDS, KINDS, VALUES, spoken
from protocol.signin import Hello, Welcome, encode, version_for
from protocol.trust import Role
from tests.parties import Parties
from tests.protocol.wording import kept, wording

VERSIONS = range(limits.OLDEST_VERSION, limits.PROTOCOL_VERSION + 1)


class _Inner(Struct, frozen=True, omit_defaults=True):
    old: int
    new: str = ""


class _NewKind(Struct, frozen=True):
    what: int


class _Line(Struct, frozen=True):
    of: _Inner | _NewKind
    kind: NoticeKind = NoticeKind.ANSWER


class _Message(Struct, frozen=True):
    lines: tuple[_Line, ...]
    last: _Inner | None = None


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_said_in_a_version_is_what_its_programs_can_read(version: int) -> None:
    """Whoever lets a message grow gives it a row in envelope.versions; a released version's lines never change."""
    assert wording(version) == kept(version), "see protocol/envelope/versions.py and tests/protocol/wording.py"


def test_a_field_that_came_later_can_be_left_out() -> None:
    for kind, fields in FIELDS.items():
        assert kind.__struct_config__.omit_defaults, kind
        named = {field.name: field for field in msgspec.structs.fields(kind)}
        assert all(limits.OLDEST_VERSION < since <= limits.PROTOCOL_VERSION for since in fields.values())
        assert all(named[name].default is not msgspec.NODEFAULT for name in fields), kind
    since = [*KINDS.values(), *(at for values in VALUES.values() for at in values.values())]
    assert all(limits.OLDEST_VERSION < at <= limits.PROTOCOL_VERSION for at in since)


def test_fields_and_kinds_that_came_later_are_left_out_wherever_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "FIELDS", {_Inner: {"new": limits.PROTOCOL_VERSION}})
    monkeypatch.setattr(versions, "KINDS", {_NewKind: limits.PROTOCOL_VERSION})
    monkeypatch.setattr(versions, "VALUES", {NoticeKind: {"fault": limits.PROTOCOL_VERSION}})
    before = limits.PROTOCOL_VERSION - 1
    unread = _Line(_NewKind(2)), _Line(_Inner(2), NoticeKind.FAULT)
    whole = _Message((_Line(_Inner(1, "x")), *unread, _Line(_Inner(3))), _Inner(4, "y"))
    assert spoken(whole, limits.PROTOCOL_VERSION) is whole
    left = spoken(whole, before)
    assert left == _Message((_Line(_Inner(1)), _Line(_Inner(3))), _Inner(4))
    assert b"new" not in msgspec.json.encode(left)
    assert spoken(_NewKind(2), before) is None


@pytest.mark.parametrize(
    ("offered", "version"),
    [
        ((), 1),
        (("chat",), 1),
        (("athand-1",), 1),
        ((f"athand-{limits.PROTOCOL_VERSION}",), limits.PROTOCOL_VERSION),
        (("athand-1", f"athand-{limits.PROTOCOL_VERSION}"), limits.PROTOCOL_VERSION),
        (("athand-999999",), limits.PROTOCOL_VERSION),
        (("athand-0", "athand-", "athand-٣", "athand-2x", "athand-9999999"), 1),
    ],
)
def test_a_relay_speaks_the_older_version_of_the_two(offered: tuple[str, ...], version: int) -> None:
    assert version_for(offered) == version


def test_a_client_says_to_an_older_relay_what_that_one_can_read(ours: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "FIELDS", {envelope.AnswerQuote: {"text": limits.PROTOCOL_VERSION}})
    for version, text in ((limits.OLDEST_VERSION, ""), (limits.PROTOCOL_VERSION, "Gladly")):
        client = Connection(Role.DEVICE, ours.laptop, ours.organisation, host="127.0.0.1")
        client.receive_text(encode(Hello(version, bytes(32), ours.now)), ours.now)
        client.receive_text(encode(Welcome(ours.encoded_revocations())), ours.now)
        client.texts_to_send()
        client.send(envelope.AnswerQuote(1, 7, "a" * 32, accepted=True, text="Gladly"))
        (said,) = map(envelope.decode_from_agent, client.texts_to_send())
        assert isinstance(said, envelope.AnswerQuote)
        assert said.text == text
