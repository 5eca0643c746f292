"""The checks kept as proof, and what they showed. A facet of a ticket's fold. Pure."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from protocol.desk import events
from protocol.desk.events import CheckResult, ProofPhase
from protocol.desk.states import StepRefused


class Run(Struct, frozen=True):
    """One run of a kept check."""

    at: datetime
    phase: ProofPhase
    result: CheckResult


class Proof(Struct, frozen=True):
    """One kept check and its runs, the failing one first."""

    device: str
    runs: tuple[Run, ...]

    @property
    def verified(self) -> bool:
        """Failed before, and passed whenever it was run for the solution and after."""
        later = [run for run in self.runs if run.phase is not ProofPhase.BEFORE]
        return bool(later) and later[-1].result.passed


class Proofs(Struct, frozen=True):
    """All of a ticket's.

    Attributes:
        kept: number → check.
        problem: the ticket of the problem it is a case of; 0: none.
        articles: those that helped, or were made of it.
    """

    kept: dict[str, Proof] = {}
    problem: int = 0
    articles: tuple[str, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether the solution is more than a guess (promise 10)."""
        return bool(self.kept) and all(proof.verified for proof in self.kept.values())


Proved = events.CheckKept | events.CheckRan | events.ProblemNamed | events.ArticleUsed


def follow(proofs: Proofs, event: Proved, at: datetime) -> Proofs:
    """The proofs after one more event at an instant. Raises StepRefused for a run of a check that was not kept."""
    match event:
        case events.CheckKept(proof=key, device=device, result=result):
            return replace(proofs, kept=proofs.kept | {key: Proof(device, (Run(at, ProofPhase.BEFORE, result),))})
        case events.CheckRan(proof=key, phase=phase, result=result):
            kept = proofs.kept.get(key)
            if kept is None or (kept.runs[0].result.check, kept.runs[0].result.target) != (result.check, result.target):
                raise StepRefused("This check was not kept with the ticket.")
            return replace(proofs, kept=proofs.kept | {key: Proof(kept.device, (*kept.runs, Run(at, phase, result)))})
        case events.ProblemNamed(problem=problem):
            return replace(proofs, problem=problem)
        case events.ArticleUsed(article=article):
            return replace(proofs, articles=(*(a for a in proofs.articles if a != article), article))
