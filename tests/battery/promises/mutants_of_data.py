"""Altered files of data of every format give samples, or one sentence."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

import numpy as np

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.data.prepare import prepare
from app.data.sources import file_source
from app.data.sources.file_source import FileSource
from app.data.sources.images import Images
from app.data.sources.recordings import Recordings
from app.inference.new_inputs import read_inputs
from graph.errors import NetloomError
from tests.app.data.test_fuzz import BOXES, FORMATS, READERS, ROLES, VALID
from tests.battery.mutants import Case, hold, mutant
from tests.battery.promise import Promise, Round

CASES = 60
"""In one round."""
KINDS: tuple[tuple[str, type[FileSource], str], ...] = (
    *READERS, *((f"{kind}.{kind.lower()}", Images, kind) for kind in FORMATS), ("a.wav", Recordings, "wav"),
)  # fmt: skip


def read(place: Path, name: str, kind: type[FileSource], content: bytes, good: bytes) -> None:
    """Everything that is done with a file that a person chooses: find out what it is, read it, prepare it, predict."""
    file_source._loaded.cache_clear()
    if kind in (Images, Recordings):
        source: FileSource = kind(path=str(place))
        file = _beside_good_ones(place, name, content, good)
    else:
        file = place / name
        file.write_bytes(content)
        source = kind.parse({"path": str(file)} | ROLES.get(kind, {}), "test")
    with suppress(NetloomError):
        suggest(place if kind in (Images, Recordings) else file)
    dataset = source.load()
    np.asarray(dataset.input_field().values[:2])
    with suppress(NetloomError):
        prepare(DataChoice(source=source))
    with suppress(NetloomError):
        read_inputs(str(file), [dataset.info.input_field()], source)


def _beside_good_ones(place: Path, name: str, content: bytes, good: bytes) -> Path:
    """The file in a folder of two classes, with good ones beside it."""
    for number, inner in enumerate(("a/1", "a/2", "b/1", "b/2")):
        path = place / f"{inner}{Path(name).suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(good if number else content)
    return place / f"a/1{Path(name).suffix}"


def boxes(place: Path, name: str, content: bytes) -> None:
    """Files of boxes beside pictures."""
    for number in range(3):
        path = place / "boxes" / name.format(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if number == 0 else BOXES[name].format(number, number, number).encode())
        picture = place / "boxes" / "images" / f"{number}.png"
        picture.parent.mkdir(exist_ok=True)
        picture.write_bytes(VALID["PNG"])
    for task in ("auto", "number"):
        with suppress(NetloomError):
            Images.parse({"path": str(place / "boxes"), "boxes": task, "fit": "crop"}, "test").load()
    suggest(place / "boxes")


@cache
def _warm() -> None:
    """Read what is good first, which is no part of a case."""
    for name, kind, first in KINDS:
        with tempfile.TemporaryDirectory() as place, suppress(NetloomError):
            read(Path(place), name, kind, VALID[first], VALID[first])


def cases(round: Round) -> Iterator[Case]:
    """Mutants of every kind of file, each in a folder of its own; one in three is read row by row."""
    chance = round.chance
    everything = tuple(VALID.values())
    for number in range(CASES):
        place = round.place / str(number)
        place.mkdir()
        os.environ["NETLOOM_MEMORY"] = chance.choice(("1", "1", "1e-6"))
        if chance.random() < 0.15:
            name = chance.choice(tuple(BOXES))
            content = mutant(chance, BOXES[name].format(0, 0, 0).encode())
            yield name, content, partial(boxes, place, name, content)
        else:
            name, kind, first = chance.choice(KINDS)
            content = mutant(chance, VALID[first], everything)
            yield name, content, partial(read, place, name, kind, content, VALID[first])


def play(round: Round) -> int:
    """Mutants of every kind of file."""
    _warm()
    return hold(cases(round))


PROMISE = Promise("altered files of data of every format give samples, or one sentence", 70_000, play)
