"""Altered ONNX files, exported code, weights, state dicts and checkpoints are read, or refused in a sentence."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import torch

from app.exchange.import_network import import_network
from app.exchange.onnx_out import export_onnx
from app.training import checkpoints
from app.training.runs import CHECKPOINT, WEIGHTS
from app.training.state_files import read_state
from app.training.training_session import load_model, resume
from graph.build.embedded_drawing import code_with_drawing
from graph.layers.base import Layer
from graph.network import Network
from graph.project import Project, read_project
from graph.shapes import Shape, image
from tests.battery.mutants import Case, Originals, Reading, hold, json_mutant, mutant, read_unaltered
from tests.battery.promise import Promise, Round
from tests.battery.rounds import ROOT
from tests.graph.networks import chain, layer

CASES = 60
"""In one round."""
RUN = ROOT / "tests/old/runs/stopped_classification"


def imported(ending: str) -> Reading:
    """A network from elsewhere: where it comes in, it opens as a project."""

    def read(place: Path, content: bytes) -> None:
        file, out = place / f"network{ending}", place / "out.netloom"
        file.write_bytes(content)
        result = import_network(file, out)
        assert len(read_project(out).network) == result.layers

    return read


def weights(place: Path, content: bytes) -> None:
    """Weights of a run, which are used and continued from."""
    file = place / "a.safetensors"
    file.write_bytes(content)
    checkpoints.read(file)
    checkpoints.load(file)


def state_dict(place: Path, content: bytes) -> None:
    """A state dict in torch's own format."""
    file = place / "a.pt"
    file.write_bytes(content)
    read_state(file)


def continued(place: Path, content: bytes) -> None:
    """A checkpoint with a right digest: a run goes on from it or says why not."""
    run = place / "run"
    if not run.exists():
        shutil.copytree(RUN, run)
    tensors, _ = checkpoints.load(RUN / CHECKPOINT)
    checkpoints.save(run / CHECKPOINT, tensors, json.loads(content))
    resume(run, 99)


def used(place: Path, content: bytes) -> None:
    """The weights to use, with a right digest and an odd state."""
    run = place / "run"
    if not run.exists():
        shutil.copytree(RUN, run)
    tensors, _ = checkpoints.load(RUN / WEIGHTS)
    checkpoints.save(run / WEIGHTS, tensors, json.loads(content))
    load_model(run)


@cache
def originals() -> Originals:
    """How each kind is read, and the good ones that are altered."""

    def network(shape: Shape, *layers: Layer) -> Network:
        return chain([layer("input", shape=shape), *layers, layer("output")]).network

    dense = network(image(1, 3, 3), layer("flatten"), layer("dense", units=4), layer("relu"))
    conv = network(image(1, 6, 6), layer("conv2d", filters=2), layer("relu"))
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.onnx" for number in range(2)]
        for file, drawn in zip(files, (dense, conv), strict=True):
            export_onnx(Project(drawn), "a", file)
        onnx = tuple(file.read_bytes() for file in files)
    code = tuple(code_with_drawing(drawn, "A network").encode() for drawn in (dense, conv))
    plain = tuple(text.split(b"# netloom-drawing")[0] for text in code)
    states = tuple(json.dumps(checkpoints.load(RUN / name)[1]).encode() for name in (CHECKPOINT, WEIGHTS))
    return {
        "onnx": (imported(".onnx"), onnx),
        "code": (imported(".py"), (*code, *plain)),
        "weights": (weights, ((RUN / WEIGHTS).read_bytes(), (RUN / CHECKPOINT).read_bytes())),
        "state dict": (state_dict, (_pickled(False), _pickled(True))),
        "checkpoint": (continued, states[:1]),
        "state of weights": (used, states[1:]),
    }


def _pickled(within: bool) -> bytes:
    """A state dict as `torch.save` writes it, perhaps with what a training keeps beside it."""
    state = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2)).state_dict()
    out = io.BytesIO()
    torch.save({"epoch": 3, "state_dict": state, "losses": [0.5]} if within else state, out)
    return out.getvalue()


def cases(round: Round) -> Iterator[Case]:
    """Mutants of every kind."""
    chance = round.chance
    for _ in range(CASES):
        name = chance.choice(tuple(originals()))
        read, good = originals()[name]
        original = chance.choice(good)
        state = read in (continued, used)
        content = json_mutant(chance, json.loads(original)) if state else mutant(chance, original, good)
        if not state or _is_object(content):
            yield name, content, partial(read, round.place, content)


def _is_object(content: bytes) -> bool:
    """Whether a state can be written into a checkpoint at all."""
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False


def play(round: Round) -> int:
    """Mutants of every kind."""
    read_unaltered(originals)
    return hold(cases(round))


PROMISE = Promise(
    "altered ONNX files, code, weights, state dicts and checkpoints are read, or refused in a sentence",
    30_000,
    play,
)
