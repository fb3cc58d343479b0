"""All sources of data: those that ship, and those that read the user's files."""

from __future__ import annotations

from app.data.dataset import DatasetInfo
from app.data.sources.arrays import Arrays
from app.data.sources.bundled import BreastCancer, Diabetes, Digits, Iris, Wine
from app.data.sources.cifar import Cifar
from app.data.sources.cmapss import Cmapss
from app.data.sources.downloadable import Cifar10, FashionMnist, Kmnist, Mnist
from app.data.sources.images import Images
from app.data.sources.series import Series
from app.data.sources.source import Source
from app.data.sources.synthetic.dates import Dates
from app.data.sources.synthetic.digit_lines import DigitLines
from app.data.sources.synthetic.fleet import Fleet
from app.data.sources.synthetic.letters import XOrO
from app.data.sources.synthetic.memory_tasks import Adding, BinaryAddition, Brackets
from app.data.sources.synthetic.points import Blobs, Checkerboard, Circles, Moons, Spirals, Xor
from app.data.sources.synthetic.reviews import Reviews
from app.data.sources.synthetic.scenes import Captions, Clips
from app.data.sources.synthetic.waves import Seasons, Sine
from app.data.sources.table import Table
from app.data.sources.texts import Text
from graph.errors import NetloomError

SHIPPED: tuple[type[Source], ...] = (
    Digits,
    Iris,
    Wine,
    BreastCancer,
    Diabetes,
    Spirals,
    Circles,
    Xor,
    Moons,
    Blobs,
    Checkerboard,
    XOrO,
    Sine,
    Seasons,
    Fleet,
    Adding,
    BinaryAddition,
    Brackets,
    Reviews,
    Dates,
    DigitLines,
    Captions,
    Clips,
)
"""Data that needs no file, in the order in which it is shown."""

FETCHED: tuple[type[Source], ...] = (Mnist, FashionMnist, Kmnist, Cifar10)
"""Data that is downloaded once, by `app.data.download.download`."""

FILES: tuple[type[Source], ...] = (Table, Series, Images, Arrays, Text, Cmapss, Cifar)
"""Sources that read a file or folder of the user's."""


def sources() -> tuple[type[Source], ...]:
    """Every source, those that ship first."""
    return SHIPPED + FETCHED + FILES


def source(kind: str) -> type[Source]:
    """The source called ``kind``.

    Raises
    ------
    NetloomError
        if there is none; the sentence lists those there are.
    """
    for known in sources():
        if known.kind == kind:
            return known
    raise NetloomError(f"There is no data called “{kind}”; there are {', '.join(one.kind for one in sources())}.")


def datasets() -> list[DatasetInfo]:
    """What ships, with default settings; nothing is loaded."""
    return [one().info() for one in SHIPPED]
