"""Faults that machines report: written down, told, told again when over, and what they have in common.

Promises 34 (thresholds are logged), 35 (whoever is concerned is told), 36 (patterns), 12 (problems), 8 (advice).

Guarantees: one open fault for each device and check; whoever is told of a fault is told of its end, each once; a
recovery closes nobody's ticket. Distrusts the agents: a machine speaks only of itself, and not without end.
"""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from protocol import envelope
from protocol.desk import events
from protocol.desk.book import Book
from protocol.desk.events import Channel, CheckResult, FaultRaised, NoticeKind, Threshold, TicketKind
from protocol.desk.watch import OpenFault
from protocol.envelope import RefusalReason
from protocol.envelope.watching import MAX_THRESHOLDS
from protocol.trust import Party
from relay.admission import Buckets
from relay.desk.room import AgentHandlers, ConsoleHandlers, Requester, Room, by_staff
from relay.errors import Refused
from relay.notices import announce, leads
from relay.store import THE_DESK, By, Work

FAULTS_PER_DEVICE = (12 / 3600, 60.0)
"""A second, and at once: each is told to several people, and once more when it is over. Thresholds have minutes of
patience, so that an honest machine has fewer; what it found during a day offline fits at once."""
FAULTS_OPEN = 50
"""Of one machine; more is a broken machine or a lying one, and 50 say so as well."""
SHOWN = 200
"""Faults and clusters in one list."""
PROBLEM_FROM = 3
"""The third ticket with one fingerprint proposes a problem (promise 12)."""
RECOMMEND_FROM, RECOMMEND_WITHIN = 3, timedelta(days=31)
"""Three alerts about one thing within a month make a recommendation (promise 8)."""
_FINGERPRINT_CHARS = 64


class WatchRequests:
    """One function for each request, of both sides."""

    def __init__(self, room: Room) -> None:
        """In the desk's `room`."""
        self._room = room
        self._reports = Buckets(*FAULTS_PER_DEVICE)

    def agent_handlers(self) -> AgentHandlers:
        """What an agent may ask."""
        return {
            envelope.ReadWatch: self.read,
            envelope.ReportFault: self.raised,
            envelope.ReportRecovery: self.cleared,
        }

    def console_handlers(self) -> ConsoleHandlers:
        """What a console may ask."""
        return {envelope.ListFaults: self.list_faults, envelope.OpenProblem: self.open_problem}

    async def read(self, requester: Requester, message: envelope.ReadWatch) -> envelope.Watch:
        """What is to be watched on this machine, and what is open there."""
        book, device = await self._room.store.book(), requester.party.identifier
        return envelope.Watch(
            message.ref,
            thresholds_of(book, device)[:MAX_THRESHOLDS],
            tuple(
                envelope.KnownFault(fault.raised.fault, fault.raised.check, fault.raised.target)
                for fault in _open_on(book, device)
            ),
        )

    async def raised(self, requester: Requester, message: envelope.ReportFault) -> envelope.Done:
        """A fault: written down, and everybody concerned is told."""
        device = requester.party.identifier
        self._check_pace(device)
        async with self._room.work() as work:
            watch = work.book.watch
            known = watch.open_fault(device, message.check, message.target)
            if known is not None or message.fault in watch.open or watch.is_over(message.fault):
                return envelope.Done(message.ref)
            if len(_open_on(work.book, device)) >= FAULTS_OPEN:
                raise Refused(RefusalReason.NOT_NOW, "Too many faults of this computer are open already.")
            _, customer = work.book.register.whose(device)
            fault = FaultRaised(
                message.fault,
                device,
                message.check,
                message.target,
                message.value,
                fingerprint(message.check, message.target),
                customer,
            )
            await self._write(work, requester.party, fault)
        return envelope.Done(message.ref)

    async def cleared(self, requester: Requester, message: envelope.ReportRecovery) -> envelope.Done:
        """It is over: whoever was told of it is told."""
        device = requester.party.identifier
        async with self._room.work() as work:
            open_one = work.book.watch.open.get(message.fault)
            if open_one is None or open_one.raised.device != device:
                return envelope.Done(message.ref)
            fault = open_one.raised
            text = f"{_label(work.book, requester.party)}: {fault.check} {fault.target} {message.value}".strip()
            told = sorted(to for kind, to, about in work.book.said if (kind, about) == (NoticeKind.FAULT, fault.fault))
            work.record((events.FaultCleared(fault.fault, message.value),), THE_DESK)
            for to in told:
                work.record(announce(work.book, NoticeKind.RECOVERY, to, about=fault.fault, text=text), THE_DESK)
            ticket = await work.ticket(fault.ticket) if fault.ticket else None
            if ticket is not None and ticket.is_open:
                note = events.MessageAdded(f"It is over by itself: {text}", internal=True, automatic=True)
                work.happens(ticket, (note,), THE_DESK)
        return envelope.Done(message.ref)

    async def list_faults(self, _party: Party, message: envelope.ListFaults) -> envelope.Faults:
        """What is wrong now, newest first, and what goes wrong again and again."""
        book = await self._room.store.book()
        newest = sorted(book.watch.open.values(), key=lambda fault: fault.since, reverse=True)
        often = sorted(book.watch.clusters.items(), key=lambda item: item[1].count, reverse=True)
        return envelope.Faults(
            message.ref,
            tuple(_fault_view(book, fault) for fault in newest[:SHOWN]),
            tuple(
                envelope.ClusterView(
                    fingerprint=key,
                    check=key.partition(" ")[0],
                    count=cluster.count,
                    devices=len(cluster.devices),
                    first=cluster.first,
                    last=cluster.last,
                    problem=book.watch.problems[key].problem if key in book.watch.problems else None,
                )
                for key, cluster in often[:SHOWN]
                if cluster.count > 1
            ),
        )

    async def open_problem(self, party: Party, message: envelope.OpenProblem) -> envelope.Ticket:
        """A ticket of its own for what is behind many; each of those is named its case."""
        async with self._room.work() as work:
            proposed = work.book.watch.problems.get(message.fingerprint)
            if proposed is None:
                raise Refused(RefusalReason.NOT_NOW, "Nothing of that kind has come up three times yet.")
            if proposed.problem:
                raise Refused(
                    RefusalReason.NOT_NOW, "Ticket {number} looks for the cause of it already.", number=proposed.problem
                )
            problem = work.open(_problem(message.fingerprint, party, proposed.tickets, work.now), by_staff(party))
            for number in proposed.tickets:
                case = await work.ticket(number)
                if case is not None and not case.kinship.merged_into:
                    work.happens(case, (events.ProblemNamed(problem.number),), by_staff(party))
            known = events.ProblemProposed(message.fingerprint, proposed.tickets, problem.number)
            work.record((known,), by_staff(party))
        return await self._room.whole(message.ref, await self._room.find(problem.number), for_staff=True)

    # --- inside
    async def _write(self, work: Work, party: Party, fault: FaultRaised) -> None:
        book, by = work.book, By(events.Actor.DESK, party.identifier, party.name)
        threshold = next((t for t in thresholds_of(book, fault.device) if t.check == fault.check), None)
        if threshold is not None and threshold.ticket:
            fault = _with_ticket(work, party, fault)
            await self._propose(work, fault)
        work.record((fault,), by)
        text = f"{_label(book, party)}: {fault.check} {fault.target} {fault.value}".strip()
        for to in concerned(book, fault):
            work.record(announce(book, NoticeKind.FAULT, to, about=fault.fault, text=text), THE_DESK)
        work.record(tuple(_recommended(book, party, fault, work.now)), THE_DESK)

    async def _propose(self, work: Work, fault: FaultRaised) -> None:
        """The third ticket with one fingerprint: somebody should look for what is behind them (promise 12)."""
        found = await work.rows("SELECT number FROM tickets WHERE fingerprint = ? LIMIT 1000", (fault.fingerprint,))
        numbers = (*(row[0] for row in found), fault.ticket)
        if len(numbers) >= PROBLEM_FROM and fault.fingerprint not in work.book.watch.problems:
            work.record((events.ProblemProposed(fault.fingerprint, numbers[-1000:]),), THE_DESK)

    def _check_pace(self, device: str) -> None:
        if not self._reports.take(device, self._room.seconds()):
            self._room.counts.add("faults_too_fast", device=device)
            raise Refused(RefusalReason.TOO_FAST, "That was very much at once; please wait a minute.")


def thresholds_of(book: Book, device: str) -> tuple[Threshold, ...]:
    """What is watched on a machine: the desk's usual thresholds, and its customer's own in their place."""
    _, customer = book.register.whose(device)
    usual = book.watch.thresholds.get("", ())
    own = book.watch.thresholds.get(customer, ()) if customer else ()
    return tuple({threshold.check: threshold for threshold in (*usual, *own)}.values())


def concerned(book: Book, fault: FaultRaised) -> Sequence[str]:
    """Who is told of a fault: whoever works on the machine, and whoever knows the customer; else the leads."""
    user, customer = book.register.whose(fault.device)
    contract = book.register.contract_of(customer)
    newest = contract.versions[-1] if contract else None
    staff = (newest.contact,) if newest and newest.contact in book.register.staff else leads(book)
    return tuple(dict.fromkeys((*((user.identifier,) if user else ()), *staff)))


def fingerprint(check: str, target: str) -> str:
    """The same for equal faults on whatever machine."""
    plain = f"{check} {target}".strip()
    if len(plain) <= _FINGERPRINT_CHARS:
        return plain
    return f"{check[:40]} {hashlib.sha256(plain.encode()).hexdigest()[:20]}"


def _with_ticket(work: Work, party: Party, fault: FaultRaised) -> FaultRaised:
    """A ticket for it, with the failing check kept as proof."""
    user, customer = work.book.register.whose(fault.device)
    opened = events.Opened(
        request=fault.fault,
        device=fault.device,
        device_label=_label(work.book, party),
        requester=user.name if user else party.name,
        problem=f"{_label(work.book, party)}: {fault.check} {fault.target} {fault.value}".strip(),
        urgency=2,
        minutes=1,
        diagnostics=(),
        asked_at=work.now,
        channel=Channel.WATCH,
        user=user.identifier if user else "",
        customer=customer,
        language=user.language if user else "",
        fingerprint=fault.fingerprint,
        automatic=True,
    )
    result = CheckResult(fault.check, fault.target, fault.value, passed=False)
    kept = events.CheckKept(secrets.token_hex(16), fault.device, result)
    ticket = work.open(opened, THE_DESK, kept)
    return FaultRaised(
        fault.fault, fault.device, fault.check, fault.target, fault.value, fault.fingerprint, customer, ticket.number
    )


def _problem(fingerprint: str, party: Party, cases: Sequence[int], now: datetime) -> events.Opened:
    return events.Opened(
        request=hashlib.sha256(f"problem {fingerprint}".encode()).hexdigest()[:32],
        device="",
        device_label="",
        requester=party.name,
        problem=f"What is behind {fingerprint}: {', '.join(f'#{number}' for number in cases[:20])}",
        urgency=2,
        minutes=1,
        diagnostics=(),
        asked_at=now,
        kind=TicketKind.PROBLEM,
        channel=Channel.WATCH,
        automatic=True,
    )


def _recommended(book: Book, party: Party, fault: FaultRaised, now: datetime) -> Iterator[events.RecommendationMade]:
    """What would serve the customer better, once one thing is short again and again on one machine (promise 8)."""
    times = book.watch.times(fault.device, fault.check, fault.target, since=now - RECOMMEND_WITHIN)
    if not fault.customer or len(times) + 1 < RECOMMEND_FROM:
        return
    place = f"{_label(book, party)}: {fault.check} {fault.target}".strip()
    answered = set(book.knowledge.answers)
    if any(
        made.text.startswith(place) and (key not in answered or book.knowledge.made_at[key] > now - RECOMMEND_WITHIN)
        for key, made in book.knowledge.recommendations.items()
    ):
        return
    evidence = tuple(f"{at:%Y-%m-%d %H:%M} UTC: {place}" for at in (*times, now))
    text = f"{place} was beyond its limit {len(evidence)} times within a month; more room would spare you that."
    yield events.RecommendationMade(secrets.token_hex(16), fault.customer, text, evidence[-50:])


def _open_on(book: Book, device: str) -> list[OpenFault]:
    return [fault for fault in book.watch.open.values() if fault.raised.device == device]


def _label(book: Book, party: Party) -> str:
    machine = book.register.machines.get(party.identifier)
    return machine.label if machine else party.name


def _fault_view(book: Book, fault: OpenFault) -> envelope.FaultView:
    raised = fault.raised
    machine = book.register.machines.get(raised.device)
    return envelope.FaultView(
        fault=raised.fault,
        device=raised.device,
        device_label=machine.label if machine else "",
        customer=raised.customer,
        check=raised.check,
        target=raised.target,
        value=raised.value,
        since=fault.since,
        fingerprint=raised.fingerprint,
        ticket=raised.ticket,
    )
