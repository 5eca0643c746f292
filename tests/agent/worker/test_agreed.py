import hashlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from agent.worker import agreed
from protocol.consent import Consent, ConsentError, sign
from protocol.scopes import Scope
from protocol.session.messages import Ask
from protocol.trust import Identity, Role, verify_chain
from protocol.tunnel import Secured
from tests.parties import Parties

OURS = Parties()
SESSION, BINDING, TICKET = "a" * 32, b"b" * 32, 7
CONTROL = frozenset({Scope.SEE, Scope.CONTROL})
JANA = verify_chain(
    OURS.jana.chain,
    organisation=OURS.organisation,
    role=Role.TECHNICIAN,
    now=OURS.now,
    revocations=OURS.revocations(),
)
SECURED = Secured(JANA, OURS.jana.leaf, OURS.jana.chain, BINDING, bytes(32))
GIVEN = Consent(
    session=SESSION,
    ticket=TICKET,
    binding=BINDING,
    technician=hashlib.sha256(OURS.jana.leaf).digest(),
    device=hashlib.sha256(OURS.laptop.leaf).digest(),
    technician_name="Jana",
    scopes=CONTROL,
    monitors=(),
    text="May she?",
    language="en",
    begin=OURS.now,
    end=OURS.now + timedelta(minutes=30),
)

ASKED = Ask(TICKET, CONTROL, 30)


def check(
    consent: Consent,
    *,
    signer: Identity = OURS.laptop,
    asked: Ask | None = ASKED,
    in_force: Consent | None = None,
) -> Consent:
    return agreed.check(
        sign(consent, signer),
        device=OURS.laptop,
        session=SESSION,
        secured=SECURED,
        ticket=TICKET,
        asked=asked,
        in_force=in_force,
        now=OURS.now,
    )


def test_what_was_asked_and_signed_here_is_taken() -> None:
    assert check(GIVEN) == GIVEN


@pytest.mark.parametrize(
    "change",
    [
        {"session": "c" * 32},
        {"ticket": 8},
        {"binding": b"c" * 32},
        {"technician": b"c" * 32},
        {"device": b"c" * 32},
        {"scopes": CONTROL | {Scope.FILES_TO}},
        {"scopes": frozenset({Scope.CONTROL})},
        {"end": GIVEN.end + timedelta(hours=1)},
        {"end": GIVEN.begin},
        {"begin": GIVEN.end},
        {"version": 2},
    ],
    ids=lambda change: next(iter(change)),
)
def test_each_field_that_is_not_as_asked_makes_it_worthless(change: dict[str, Any]) -> None:
    with pytest.raises(ConsentError):
        check(msgspec.structs.replace(GIVEN, **change))


def test_another_devices_signature_is_worth_nothing() -> None:
    with pytest.raises(ConsentError, match="not signed"):
        check(GIVEN, signer=OURS.device("other", "Another"))


def test_the_monitors_are_the_users_choice_once_and_stay_as_they_are() -> None:
    one = msgspec.structs.replace(GIVEN, monitors=("DP-1",))
    assert check(one) == one
    assert check(one, in_force=one) == one
    for now, before in ((GIVEN, one), (one, GIVEN), (msgspec.structs.replace(GIVEN, monitors=("DP-2",)), one)):
        with pytest.raises(ConsentError, match="other monitors"):
            check(now, in_force=before)


def test_unasked_it_may_only_narrow_what_is_in_force() -> None:
    narrower = msgspec.structs.replace(GIVEN, scopes=frozenset({Scope.SEE}))
    assert check(narrower, asked=None, in_force=GIVEN) == narrower
    with pytest.raises(ConsentError, match="more than was asked"):
        check(GIVEN, asked=None, in_force=narrower)
    longer = msgspec.structs.replace(narrower, end=GIVEN.end + timedelta(minutes=5))
    with pytest.raises(ConsentError, match="longer"):
        check(longer, asked=None, in_force=GIVEN)


def test_more_is_never_more_than_the_certificate_allows() -> None:
    limited = msgspec.structs.replace(JANA, scopes=frozenset({Scope.SEE}))
    with pytest.raises(ConsentError, match="more than was asked"):
        agreed.check(
            sign(GIVEN, OURS.laptop),
            device=OURS.laptop,
            session=SESSION,
            secured=Secured(limited, OURS.jana.leaf, OURS.jana.chain, BINDING, bytes(32)),
            ticket=TICKET,
            asked=Ask(TICKET, CONTROL, 30),
            in_force=None,
            now=OURS.now,
        )


def prolonged(**changes: Any) -> Consent:
    """As the user would prolong `GIVEN` by ten minutes, but for these changes."""
    facts = {"end": GIVEN.end + timedelta(minutes=10)} | changes
    return agreed.check_prolonged(
        sign(msgspec.structs.replace(GIVEN, **facts), OURS.laptop),
        device=OURS.laptop,
        session=SESSION,
        secured=SECURED,
        ticket=TICKET,
        in_force=GIVEN,
        now=OURS.now,
    )


def test_the_user_prolongs_what_is_allowed_unasked() -> None:
    assert prolonged().end == GIVEN.end + timedelta(minutes=10)


@pytest.mark.parametrize(
    "change",
    [
        {"session": "c" * 32},
        {"ticket": 8},
        {"binding": b"c" * 32},
        {"technician": b"c" * 32},
        {"scopes": CONTROL | {Scope.FILES_TO}},
        {"scopes": frozenset({Scope.SEE})},
        {"monitors": ("DP-1",)},
        {"end": GIVEN.end - timedelta(minutes=1)},
        {"end": OURS.now + timedelta(hours=9)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_with_more_time_nothing_else_comes_along(change: dict[str, Any]) -> None:
    with pytest.raises(ConsentError):
        prolonged(**change)
