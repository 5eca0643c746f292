"""Makes recordings, or says what there is. See the package."""

import sys

import click

from tests.bench.recordings import RECORDINGS, recording
from tests.bench.recordings.record import SECONDS, path_of
from tests.stage import StageError


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(RECORDINGS))
@click.option("--seed", default=1, show_default=True, help="Another one shows other contents.")
@click.option("--seconds", default=SECONDS, show_default=True, help="How long to look.")
@click.option("--again", is_flag=True, help="Make them anew even if they are there.")
def main(names: tuple[str, ...], seed: int, seconds: float, *, again: bool) -> None:
    """Make the recordings NAMES (by default all) and print what is in them."""
    for name in names or RECORDINGS:
        path = path_of(name, seed)
        if again:
            path.unlink(missing_ok=True)
        try:
            frames = [moment.time_s for moment in recording(name, seed=seed, seconds=seconds)]
        except StageError as error:
            sys.exit(f"{name}: {error}")
        print(
            f"{name:14} seed {seed}: {len(frames):4} frames in {frames[-1]:4.1f} s, {path.stat().st_size >> 20:4} MiB"
        )


main()
