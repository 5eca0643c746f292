"""The stages of a session and the one function that changes them. Pure."""

import enum


class Stage(enum.StrEnum):
    """Where a session is, as the technician is told."""

    DIALLING = "dialling"
    WAITING = "waiting"
    SECURING = "securing"
    ASKING = "asking"
    REFUSED = "refused"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    OVER = "over"


class Step(enum.StrEnum):
    """What can happen to it."""

    SIGNED_IN = "signed_in"
    PAIRED = "paired"
    SECURED = "secured"
    ALLOWED = "allowed"
    REFUSED = "refused"
    CUT = "cut"
    RESUMED = "resumed"
    END = "end"


class StepRefused(Exception):  # noqa: N818 - a peer said something at the wrong moment
    """The step is not possible at this stage."""


_S, _P = Stage, Step
_NEXT: dict[tuple[Stage, Step], Stage] = {
    (_S.DIALLING, _P.SIGNED_IN): _S.WAITING,
    (_S.WAITING, _P.PAIRED): _S.SECURING,
    (_S.SECURING, _P.SECURED): _S.ASKING,
    (_S.ASKING, _P.ALLOWED): _S.RUNNING,
    (_S.ASKING, _P.REFUSED): _S.REFUSED,  # the goodbye that follows says whether it was a no or no answer
    (_S.RUNNING, _P.ALLOWED): _S.RUNNING,  # more was asked for and given, or something was taken back
    (_S.RUNNING, _P.REFUSED): _S.RUNNING,  # more was asked for and not given
    (_S.RUNNING, _P.CUT): _S.INTERRUPTED,
    (_S.INTERRUPTED, _P.CUT): _S.INTERRUPTED,  # an attempt to come back
    (_S.INTERRUPTED, _P.RESUMED): _S.RUNNING,
} | {(stage, _P.END): _S.OVER for stage in Stage}


def advance(stage: Stage, step: Step) -> Stage:
    """The stage after `step`.

    Raises:
        StepRefused: it is not possible at this stage.
    """
    try:
        return _NEXT[stage, step]
    except KeyError:
        raise StepRefused(f"{step.value} at stage {stage.value}") from None
