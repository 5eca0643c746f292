"""`make bench`: what each step of the picture's way costs on this machine, as a table and a plot in docs/bench.

Steps are timed alone; recordings of real programs go the whole way, as plans and, to compare, as one plain zstd stream.
Times of the way are processor time, of all threads, so that a busy machine does not falsify them.
"""

import platform
import time
from pathlib import Path

import click
import matplotlib as mpl
from matplotlib.figure import Figure

from tests.bench import steps
from tests.bench.journeys import HEAD, LAN, Journey, Regions, Stream, travel
from tests.bench.recordings import RECORDINGS, recording
from tests.stage import Desk

FOLDER = Path(__file__).parent.parent.parent / "docs" / "bench"
LINKS = (("1 Gbit/s", LAN), ("10 Mbit/s", 1.25e6), ("2 Mbit/s", 0.25e6))
FRAMES = 75


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def journeys(names: tuple[str, ...], seed: int, frames: int) -> dict[str, list[Journey]]:
    """For each recording: plain stream, then plans over each link."""
    found = {}
    for name in names:
        moments = recording(name, seed=seed).load(frames).moments
        plain = travel(f"{name}, plain stream", moments, LAN, Stream)
        plans = [travel(f"{name}, {link}", moments, rate, Regions) for link, rate in LINKS]
        found[name] = [plain, *plans]
        print(f"  {name}", flush=True)
    return found


def plot(found: dict[str, list[Journey]], path: Path) -> None:
    """Time and size of a frame, on a local network: the plain stream beside the plans."""
    mpl.rcParams.update(
        {"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "athand"}
    )
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    colours = {"plan": "#94a3b8", "encode": "#0f766e", "decode": "#2dd4bf"}
    for at, ways in enumerate(found.values()):
        for shift, journey in ((-0.2, ways[0]), (0.2, ways[1])):
            bottom = 0.0
            for part, values in (
                ("plan", journey.plan_ms), ("encode", journey.encode_ms), ("decode", journey.decode_ms)
            ):  # fmt: skip
                mean = sum(values) / max(1, len(values))
                label = part if not at and shift < 0 else None
                left.bar(at + shift, mean, 0.34, bottom=bottom, color=colours[part], label=label)
                bottom += mean
            mean_kb = sum(journey.size) / max(1, len(journey.size)) / 1024
            right.bar(at + shift, mean_kb, 0.34, color="#94a3b8" if shift < 0 else "#0f766e")
    left.set_ylabel("ms a frame (processor, both ends)")
    left.legend(frameon=False)
    right.set_ylabel("KB a frame")
    right.set_yscale("log")
    right.set_title("left bar: one zstd stream; right bar: planned by region", fontsize=9)
    for axes in (left, right):
        axes.set_xticks(range(len(found)), list(found), rotation=30, ha="right")
    figure.savefig(path, dpi=110)


def write(singles: list[steps.Step], found: dict[str, list[Journey]], folder: Path) -> str:
    """The page; returns it."""
    rows = [[what, of, f"{ms:.3f}" if ms < 1 else f"{ms:.1f}"] for what, of, ms in singles]
    ways = [journey.row() for journeys_of in found.values() for journey in journeys_of]
    page = f"""# What each step costs

Made by `make bench` on {time.strftime("%-d %B %Y")}: {platform.machine()}, Python {platform.python_version()},
1920x1080. Compare only what one run measured.

## Steps alone

{table(["step", "of", "ms (median)"], rows)}

## Recordings of real programs, the whole way

Thirty frames a second. "ms": processor time, median / 95th percentile. "Frames sent": the others were overtaken by
newer ones while the link was busy. "Age": from the look at the screen to the picture at the far end, without the round
trip. "Exact in motion": share of the screen's pixels that were right while it moved. "Exact after": since the last
change.

{table(HEAD, ways)}

![](stages.png)
"""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "stages.md").write_text(page)
    plot(found, folder / "stages.png")
    return page


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(RECORDINGS))
@click.option("--seed", default=1, show_default=True, help="Of the recordings: another one shows other contents.")
@click.option("--frames", default=FRAMES, show_default=True, help="Of each recording.")
@click.option("--to", "folder", default=FOLDER, type=click.Path(path_type=Path), help="Where the page goes.")
def main(names: tuple[str, ...], seed: int, frames: int, folder: Path) -> None:
    """Measure, print, and write the page and the plot. Recordings that are missing are made first."""
    print("recordings:", flush=True)
    found = journeys(names or RECORDINGS, seed, frames)
    with Desk("bench") as desk:
        singles = steps.grab(desk)
    singles += [*steps.tunnel(), *steps.web_socket(), *steps.paint()]
    print(write(singles, found, folder))


if __name__ == "__main__":
    main()
