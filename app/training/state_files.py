"""State dicts in files of others: ``.pt`` and ``.pth`` of torch, and safetensors. Nothing but tensors is ever read.

Torch's files are pickles in a ZIP archive. They are read with ``weights_only``, which builds tensors and plain
containers and refuses everything else that a pickle could ask for.
"""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from app.system.unfolding import refuse_zip_bomb
from app.training.checkpoints import read
from graph.errors import NetloomError
from graph.user_files import opened

TORCHS = (".pt", ".pth")
"""Endings of torch's own files."""
SUFFIXES = (*TORCHS, ".safetensors")
"""Endings of all files of weights."""
LARGEST = 2**33
"""Files over this many bytes are refused."""
USUAL = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "params", "weights")
"""Keys under which training scripts keep the state dict beside what else they keep, the likeliest first."""
WRAPPERS = ("module.", "_orig_mod.", "model.", "net.", "network.")
"""What stands before every name where a module was wrapped: by DataParallel, torch.compile, Lightning."""
DEPTH = 4
"""How deep a state dict may lie within other dictionaries."""


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a state dict by their names, on the processor; numbers of half precision as float32.

    A dictionary within others is found (``{"epoch": 3, "state_dict": {…}}``), and what stands before all names
    (``module.``) is left out.

    Raises
    ------
    NetloomError
        if the file cannot be opened, is broken, or holds no state dict or more than tensors.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise NetloomError(f"{path.name} is no file of weights: these end in {', '.join(SUFFIXES)}.")
    if not path.is_file():
        raise NetloomError(f"{path} cannot be opened: there is no such file. Check the name and the folder.")
    if path.stat().st_size > LARGEST:
        raise NetloomError(f"{path.name} is larger than {LARGEST >> 30} GB, which no file of weights here is.")
    held: object = read(path)[0] if path.suffix.lower() not in TORCHS else _unpickled(path)
    state = _state_in(held)
    if not state:
        raise NetloomError(
            f"{path.name} holds no state dict: no tensors with names, as `model.state_dict()` gives them."
        )
    return {name: _own(tensor, name, path) for name, tensor in unwrapped(state).items()}


def _unpickled(path: Path) -> object:
    with opened(path) as stream:
        try:
            if not zipfile.is_zipfile(stream):
                raise NetloomError(
                    f"{path.name} is no file of torch's, is broken, or was written before torch 1.6; save it again "
                    "by a newer one."
                )
            with zipfile.ZipFile(stream) as archive:
                refuse_zip_bomb(path.name, archive)
                _refuse_programs(path, archive)
            stream.seek(0)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return torch.load(stream, map_location="cpu", weights_only=True)
        except NetloomError:
            raise
        except Exception as error:  # a broken pickle may raise anything
            asked = isinstance(error, pickle.UnpicklingError) and "GLOBAL" in str(error)
            broken = f"{path.name} is broken or cut short. Get it again."
            raise NetloomError(_more_than_tensors(path, str(error)) if asked else broken) from None


def _refuse_programs(path: Path, archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if any(
        name.endswith(("/constants.pkl", "/models/model.json", "archive_format")) or "/code/" in name for name in names
    ):
        raise NetloomError(
            f"{path.name} holds a program (TorchScript or torch.export) and not weights alone; save "
            "model.state_dict() instead, or import the network from its .py, .pt2 or .onnx file."
        )


def _more_than_tensors(path: Path, reason: str) -> str:
    """The sentence where a pickle asks for more, with what it asks for where torch says that."""
    words = reason.split()
    named = next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "GLOBAL"), "")
    named = "".join(letter for letter in named if letter.isprintable()).strip("`.,")[:60]
    what = f" ({named})" if named else ""
    return (
        f"{path.name} holds more than tensors{what}, such as a whole model, and to read that could run a program. Save "
        "model.state_dict() in its place."
    )


def _state_in(held: object, depth: int = 0) -> dict[str, Tensor]:
    """The state dict: what is held itself, or the likeliest dictionary within it."""
    if not isinstance(held, Mapping):
        return {}
    tensors = {name: value for name, value in held.items() if isinstance(name, str) and isinstance(value, Tensor)}
    if depth == DEPTH:
        return tensors
    inner = {name: value for name, value in held.items() if isinstance(value, Mapping) and name != "optimizer"}
    usual = [name for name in USUAL if name in inner]
    found = (state for name in usual if (state := _state_in(inner[name], depth + 1)))
    others = (state for name in inner if name not in USUAL and (state := _state_in(inner[name], depth + 1)))
    return next(found, {}) or tensors or next(others, {})


def unwrapped(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same without what wrappers put before all of the names."""
    names = dict(state)
    while (found := next((each for each in WRAPPERS if all(name.startswith(each) for name in names)), "")) and names:
        names = {name.removeprefix(found): tensor for name, tensor in names.items()}
    return names


def _own(tensor: Tensor, name: str, path: Path) -> Tensor:
    """A dense tensor with memory of its own, in float32 where it is of other floating-point numbers."""
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.is_complex() or tensor.is_meta:
        raise NetloomError(f"{path.name}: “{name}” is sparse, quantised or complex, which no layer here holds.")
    if tensor.untyped_storage().nbytes() < tensor.nbytes:
        raise NetloomError(f"{path.name}: “{name}” repeats few numbers many times, which no weights do.")
    tensor = tensor.detach()
    return tensor.float().contiguous() if tensor.is_floating_point() else tensor.contiguous()
