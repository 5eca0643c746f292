import itertools

import pytest

from console.session.stages import Stage, Step, StepRefused, advance

ALLOWED = {
    (Stage.DIALLING, Step.SIGNED_IN): Stage.WAITING,
    (Stage.WAITING, Step.PAIRED): Stage.SECURING,
    (Stage.SECURING, Step.SECURED): Stage.ASKING,
    (Stage.ASKING, Step.ALLOWED): Stage.RUNNING,
    (Stage.ASKING, Step.REFUSED): Stage.REFUSED,
    (Stage.RUNNING, Step.ALLOWED): Stage.RUNNING,
    (Stage.RUNNING, Step.REFUSED): Stage.RUNNING,
    (Stage.RUNNING, Step.CUT): Stage.INTERRUPTED,
    (Stage.INTERRUPTED, Step.CUT): Stage.INTERRUPTED,
    (Stage.INTERRUPTED, Step.RESUMED): Stage.RUNNING,
}


@pytest.mark.parametrize(("stage", "step"), list(itertools.product(Stage, Step)))
def test_every_step_at_every_stage_is_handled_or_refused(stage: Stage, step: Step) -> None:
    if step is Step.END:
        assert advance(stage, step) is Stage.OVER
    elif (stage, step) in ALLOWED:
        assert advance(stage, step) is ALLOWED[stage, step]
    else:
        with pytest.raises(StepRefused):
            advance(stage, step)
