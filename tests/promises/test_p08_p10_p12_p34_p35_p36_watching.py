"""P34 systems are watched, P35 whoever is concerned is told twice, P36 patterns, P12 problems, P8 advice, P10 proof."""

import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from protocol import envelope
from protocol.desk import events
from protocol.desk.events import CheckResult, Customer, Machine, Threshold, User
from relay.store import THE_DESK
from tests.relay.rig import Actor, House, Running, scene

DISK = Threshold("disk.used_percent", limit=90, clear=85, for_s=0)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "relay")


@asynccontextmanager
async def watched(house: House, *thresholds: Threshold) -> AsyncIterator[tuple[Running, Actor, Actor]]:
    """A relay whose desk watches Eva's laptop; its agent, and a console."""
    book = (
        events.ThresholdsSet(thresholds or (DISK,)),
        events.CustomerSet(Customer("firma", "Firma")),
        events.UserSet(User("eva", "Eva", "firma")),
        events.MachineSet(Machine("laptop", "Eva's laptop", "eva")),
        events.StaffSet(events.StaffProfile("lead", "Lena", "Head of support", "+420 1", lead=True)),
    )
    async with house.relay() as relay:
        await relay.relay._store.record(lambda _: book, THE_DESK, datetime.now(UTC))
        yield relay, await relay.agent(), await relay.console()


async def reports(agent: Actor, value: str = "95 % used", target: str = "/", key: str = "") -> str:
    fault = key or secrets.token_hex(16)
    answer = await agent.ask(envelope.ReportFault, fault, "disk.used_percent", target, value)
    assert isinstance(answer, envelope.Done), answer
    return fault


def logged(house: House, kind: str) -> list[Any]:
    with closing(sqlite3.connect(house.database)) as connection:
        rows = connection.execute("SELECT body FROM events WHERE kind = ? ORDER BY number", (kind,)).fetchall()
    return [events.decode(body).event for (body,) in rows]


@scene
async def test_p34_an_agent_learns_what_to_watch_and_one_fault_is_one_row(house: House) -> None:
    async with watched(house) as (_, agent, console):
        watch = await agent.ask(envelope.ReadWatch)
        assert (watch.thresholds, watch.open) == ((DISK,), ())
        fault = await reports(agent)
        await reports(agent, key=fault)  # sent again after a cut
        await reports(agent)  # and by a program that forgot that it had told it
        assert len(logged(house, "FaultRaised")) == 1
        again = await agent.ask(envelope.ReadWatch)
        assert [known.fault for known in again.open] == [fault]
        (shown,) = (await console.ask(envelope.ListFaults)).open
        assert (shown.device_label, shown.value, shown.customer) == ("Eva's laptop", "95 % used", "firma")


@scene
async def test_p35_each_recipient_gets_exactly_two_messages_one_for_the_fault_and_one_for_its_end(house: House) -> None:
    async with watched(house) as (_, agent, _console):
        fault = await reports(agent)
        for _ in range(2):
            await agent.ask(envelope.ReportRecovery, fault, "50 % used")
        said = [(notice.to, notice.kind.value) for notice in logged(house, "Announced")]
        assert sorted(said) == [("eva", "fault"), ("eva", "recovery"), ("lead", "fault"), ("lead", "recovery")]


@scene
async def test_a_machine_clears_no_fault_of_another_one(house: House) -> None:
    async with watched(house) as (relay, agent, console):
        fault = await reports(agent)
        other = await relay.agent("desktop")
        await other.ask(envelope.ReportRecovery, fault, "")
        assert len((await console.ask(envelope.ListFaults)).open) == 1
        await agent.ask(envelope.ReportRecovery, fault, "")  # the control
        assert (await console.ask(envelope.ListFaults)).open == ()


@scene
async def test_a_late_report_of_a_fault_that_is_over_does_not_bring_it_back(house: House) -> None:
    async with watched(house) as (_, agent, console):
        fault = await reports(agent)
        await agent.ask(envelope.ReportRecovery, fault, "50 % used")
        await reports(agent, key=fault)
        assert (await console.ask(envelope.ListFaults)).open == ()


@scene
async def test_p36_five_equal_errors_are_one_cluster(house: House) -> None:
    async with watched(house) as (_, agent, console):
        for _ in range(5):
            await agent.ask(envelope.ReportRecovery, await reports(agent), "")
        await reports(agent, target="/home")
        (cluster,) = (await console.ask(envelope.ListFaults)).clusters
        assert (cluster.count, cluster.devices, cluster.check) == (5, 1, "disk.used_percent")


@scene
async def test_p12_the_third_ticket_with_one_fingerprint_proposes_a_problem_that_names_them_all(house: House) -> None:
    async with watched(house, Threshold("disk.used_percent", 90, 85, for_s=0, ticket=True)) as (_, agent, console):
        for _ in range(2):
            await agent.ask(envelope.ReportRecovery, await reports(agent), "")
        refused = await console.ask(envelope.OpenProblem, "disk.used_percent /")
        assert isinstance(refused, envelope.RequestRefused)
        await reports(agent)
        (proposed,) = logged(house, "ProblemProposed")
        assert proposed.tickets == (1, 2, 3)
        problem = await console.ask(envelope.OpenProblem, "disk.used_percent /")
        assert problem.ticket.kind.value == "problem"
        case = await console.ask(envelope.ReadTicket, 1)
        assert any(line.event == events.ProblemNamed(problem.ticket.number) for line in case.history)
        (cluster,) = (await console.ask(envelope.ListFaults)).clusters
        assert cluster.problem == problem.ticket.number
        assert isinstance(await console.ask(envelope.OpenProblem, "disk.used_percent /"), envelope.RequestRefused)


@scene
async def test_p08_three_disk_alerts_are_a_recommendation_with_its_evidence_made_once(house: House) -> None:
    async with watched(house) as (_, agent, _console):
        for _ in range(4):
            await agent.ask(envelope.ReportRecovery, await reports(agent), "")
        (made,) = logged(house, "RecommendationMade")
        assert made.customer == "firma"
        assert "Eva's laptop" in made.text
        assert len(made.evidence) == 3


@scene
async def test_a_recovery_closes_nobodys_ticket(house: House) -> None:
    async with watched(house, Threshold("disk.used_percent", 90, 85, for_s=0, ticket=True)) as (_, agent, console):
        fault = await reports(agent)
        await agent.ask(envelope.ReportRecovery, fault, "50 % used")
        ticket = await console.ask(envelope.ReadTicket, 1)
        assert ticket.ticket.state.value == "new"
        assert "over by itself" in str(ticket.history[-1].event)


async def answers(agent: Actor, *, passed: bool, value: str) -> None:
    run = await agent.hears(envelope.RunCheck)
    await sends(agent, envelope.ReportCheck(900, run.run, CheckResult(run.check, run.target, value, passed)))


async def sends(actor: Actor, message: envelope.FromAgent | envelope.FromConsole) -> None:
    """Without waiting for the answer."""
    actor.core.send(message)
    for text in actor.core.texts_to_send():
        await actor.socket.send(text)


@scene
async def test_p10_a_solution_is_verified_once_the_check_that_failed_passes_and_not_before(house: House) -> None:
    async with watched(house) as (_, agent, console):
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        for passed, expected in ((True, envelope.RequestRefused), (False, envelope.Ticket)):
            await sends(console, envelope.KeepCheck(800, number, "disk.used_percent", "/"))
            await answers(agent, passed=passed, value="95 % used")
            assert isinstance(await heard(console, 800), expected)
        await sends(console, envelope.ResolveTicket(801, number, "Emptied the bin"))
        await answers(agent, passed=True, value="50 % used")
        resolved = await heard(console, 801)
        assert isinstance(resolved, envelope.Ticket)
        assert resolved.ticket.verified
        seen = await agent.ask(envelope.ReadTicket, number)
        assert seen.ticket.verified


@scene
async def test_p10_without_evidence_a_solution_is_not_verified(house: House) -> None:
    async with watched(house) as (_, agent, console):
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        await console.ask(envelope.ResolveTicket, number, "Turned it off and on again")
        assert not (await agent.ask(envelope.ReadTicket, number)).ticket.verified


@scene
async def test_a_machine_cannot_answer_for_another_one(house: House) -> None:
    async with watched(house) as (relay, agent, console):
        number = (await agent.asks_for_help()).ticket.number
        await console.takes(number)
        liar = await relay.agent("desktop")
        await sends(console, envelope.KeepCheck(800, number, "disk.used_percent", "/"))
        run = await agent.hears(envelope.RunCheck)
        await liar.ask(envelope.ReportCheck, run.run, CheckResult(run.check, run.target, "", passed=True))
        agent.said.append(run)
        await answers(agent, passed=False, value="95 % used")
        assert isinstance(await heard(console, 800), envelope.Ticket)


async def heard(actor: Actor, ref: int) -> envelope.ToClient:
    """The answer to a request that was sent without waiting for it."""
    while True:
        for message in actor.said:
            if getattr(message, "ref", None) == ref:
                actor.said.remove(message)
                return message
        actor.said.append(await actor._message())
