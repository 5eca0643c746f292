from datetime import datetime, timedelta

import msgspec
import pytest

from protocol.desk.contract import (
    Contract,
    ContractError,
    ContractVersion,
    LossLevels,
    Metric,
    Pauses,
    Rate,
    ServiceLevel,
    Target,
)
from protocol.desk.versions import VersionError
from tests.protocol.desk.hours import LONG_AGO

RATE = Rate(6000, "EUR")


def terms(**changes: object) -> ContractVersion:
    return msgspec.structs.replace(ContractVersion(LONG_AGO, "jana", "petr", RATE), **changes)


def test_p04_a_ticket_goes_to_the_contact_and_to_the_deputy_when_the_contact_is_absent() -> None:
    agreed = terms()
    assert agreed.responsible(frozenset()) == "jana"
    assert agreed.responsible({"jana"}) == "petr"
    assert agreed.responsible({"petr"}) == "jana"
    assert agreed.responsible({"jana", "petr"}) is None


@pytest.mark.parametrize(("contact", "deputy"), [("", "petr"), ("jana", ""), ("jana", "jana")])
def test_p04_a_contract_without_a_contact_and_another_as_deputy_is_refused(contact: str, deputy: str) -> None:
    with pytest.raises(ContractError, match="deputy"):
        ContractVersion(LONG_AGO, contact, deputy, RATE)


def test_each_metric_has_its_own_target_and_its_own_pauses() -> None:
    targets = [Target(number) for number in range(1, 5)]
    level = ServiceLevel(*targets)
    assert [level.target(metric) for metric in Metric] == targets
    pauses = Pauses()
    assert [pauses.of(metric) for metric in Metric] == [
        pauses.first_response,
        pauses.next_response,
        pauses.next_update,
        pauses.resolution,
    ]


def test_a_contract_names_the_calendars_it_speaks_of() -> None:
    level = ServiceLevel(first_response=Target(15, "day"), resolution=Target(60, "night"))
    levels = (ServiceLevel(),) * 4 + (level,)
    assert terms(levels=levels, hours="shop").calendars == {"day", "night", "shop"}
    assert terms().calendars == frozenset()


def test_p25_until_somebody_judged_it_the_impact_is_taken_as_agreed() -> None:
    assert [terms().unjudged_priority(urgency) for urgency in (1, 2, 3)] == [2, 3, 4]
    assert terms(unjudged_impact=1).unjudged_priority(1) == 1


@pytest.mark.parametrize(("per_hour", "impact"), [(None, 3), (0, 3), (99, 3), (100, 2), (999, 2), (1000, 1), (9999, 1)])
def test_p43_the_more_an_hour_costs_the_higher_the_impact(per_hour: int | None, impact: int) -> None:
    assert LossLevels().impact(per_hour) == impact


def test_a_contract_survives_being_written_down() -> None:
    level = ServiceLevel(Target(15, "day"), None, Target(120), Target(480, "day"))
    contract = Contract("c1", "Lípa s.r.o.", (terms(levels=(level,) * 5),))
    assert msgspec.json.decode(msgspec.json.encode(contract), type=Contract) == contract
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(contract), type=Contract) == contract


@pytest.mark.parametrize(
    "broken",
    [
        {"contact": "petr"},
        {"unjudged_impact": 4},
        {"levels": []},
        {"rate": {"per_hour_cents": -1, "currency": "EUR"}},
        {"rate": {"per_hour_cents": 1, "currency": "euro"}},
        {"valid_from": "2026-01-01T00:00:00"},
        {"discount": 3},
    ],
)
def test_what_is_no_contract_is_refused_when_read(broken: dict[str, object]) -> None:
    good = msgspec.to_builtins(terms())
    assert msgspec.convert(good, ContractVersion) == terms()
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(good | broken, ContractVersion)


def test_a_contract_cannot_change_in_hindsight() -> None:
    now = LONG_AGO + timedelta(days=100)
    contract = Contract("c1", "Lípa s.r.o.", (terms(),))
    with pytest.raises(VersionError, match="past"):
        contract.changed(terms(valid_from=now - timedelta(days=1)), now)
    later = contract.changed(terms(valid_from=now, contact="eva"), now)
    assert later.in_force(now).contact == "eva"
    assert later.in_force(now - timedelta(days=1)).contact == "jana"


def test_a_version_needs_an_instant_and_five_levels() -> None:
    with pytest.raises(ContractError):
        terms(valid_from=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake
    with pytest.raises(ContractError):
        terms(levels=(ServiceLevel(),) * 4)
