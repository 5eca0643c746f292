"""Which tickets keep a check as proof, since when their solution stands, and which phases were run for it."""

from collections.abc import Iterable, Sequence

from protocol.desk.events import ProofPhase
from protocol.desk.ticket import Ticket
from relay.store.projections.base import Step, Write

_SET = "INSERT OR REPLACE INTO proofs (ticket, solved_us, after_a_day, after_a_week) VALUES (?, ?, ?, ?)"


class ProofsProjection:
    """See the module. Tickets without a kept check are not in it."""

    name = "proofs"
    version = 1
    tables = ("proofs",)
    compared = ("proofs",)
    ddl = (
        """
        CREATE TABLE proofs (
            ticket INTEGER PRIMARY KEY,
            solved_us INTEGER,
            after_a_day INTEGER NOT NULL,
            after_a_week INTEGER NOT NULL
        ) STRICT
        """,
    )

    def derive(self, steps: Sequence[Step]) -> Iterable[Write]:
        """How each ticket with a proof stands after its last step."""
        for step in steps:
            if step.after is not None and step.after.proofs.kept:
                ran = phases(step.after)
                day, week = ProofPhase.AFTER_A_DAY in ran, ProofPhase.AFTER_A_WEEK in ran
                yield _SET, [(step.after.number, step.after.track.solved_us, int(day), int(week))]


def phases(ticket: Ticket) -> frozenset[ProofPhase]:
    """Which were run for the solution that stands: each kept check was."""
    since_us = ticket.track.solved_us
    if since_us is None:
        return frozenset()
    run = [
        {run.phase for run in proof.runs if run.at.timestamp() * 1e6 >= since_us}
        for proof in ticket.proofs.kept.values()
    ]
    return frozenset(set.intersection(*run)) if run else frozenset()
