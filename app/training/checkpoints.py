"""Tensors and their state in one safetensors file, written atomically and checked when read; never pickled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from app.system.unfolding import refuse_long_header
from graph import strict_json
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.user_files import opened

STATE = "netloom"
"""The one metadata entry: digest and state together, because safetensors writes several entries in random order and
equal trainings shall leave equal files."""


def save(path: Path, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
    """Write ``tensors`` and ``state`` (JSON values, infinity allowed) so that the file is whole or unchanged.

    Raises
    ------
    NetloomError
        if there is no room, or the folder cannot be written.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps(state)
    # Tensors may share memory (a best copy that is also the last); safetensors wants each to own its bytes.
    plain = {
        name: tensor.clone() if tensor.untyped_storage().nbytes() != tensor.nbytes else tensor
        for name, tensor in plain.items()
    }
    metadata = {STATE: f"{_digest(plain, text)} {text}"}
    write_atomically(path, safetensors.torch.save(_unshared(plain), metadata))


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors (on the processor) and state that `save` wrote.

    Raises
    ------
    NetloomError
        if the file is missing, cut short, altered, or not one of Netloom's.
    """
    tensors, metadata = read(path)
    digest, _, text = metadata.get(STATE, "").partition(" ")
    if digest != _digest(tensors, text):
        raise NetloomError(f"{path} was altered after Netloom wrote it. Put the original back, or train again.")
    try:
        state = strict_json.parse(text, path.name, strict=False)
    except NetloomError:
        state = None
    if not isinstance(state, dict):
        raise NetloomError(f"{path} is broken: its state cannot be understood. Put the original back, or train again.")
    return tensors, state


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of any safetensors file.

    Raises
    ------
    NetloomError
        if the file is missing or cannot be understood.
    """
    if not path.is_file():
        raise NetloomError(f"{path} is missing. Put it back, or train the project again.")
    try:
        with opened(path) as stream:
            refuse_long_header(str(path), stream.read(8))
        with safetensors.safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
            return tensors, file.metadata() or {}
    except (safetensors.SafetensorError, OSError, ValueError, RuntimeError):
        raise NetloomError(f"{path} is broken or cut short. Put the original back, or train again.") from None


def fill_module(module: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Copy ``tensors`` into the parameters and buffers of ``module``, all of them, by name.

    Raises
    ------
    NetloomError
        if a name is missing or unknown, or sizes differ; the sentence names it.
    """
    wanted = module.state_dict()
    odd = sorted(set(wanted) ^ set(tensors))
    if odd:
        side = "lacks" if odd[0] in wanted else "has, beside those of this network,"
        raise NetloomError(f"{path} {side} the weights “{odd[0]}”: it belongs to another network.")
    with torch.no_grad():
        for name, mine in wanted.items():
            if mine.shape != tensors[name].shape:
                sizes, given = tuple(mine.shape), tuple(tensors[name].shape)
                raise NetloomError(f"{path}: “{name}” has the sizes {given}, but this network needs {sizes}.")
            mine.copy_(tensors[name])


def subset(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose name begins with ``prefix``, without it."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def prefixed(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors with ``prefix`` before their names."""
    return {prefix + name: tensor for name, tensor in tensors.items()}


def _unshared(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors that own their memory, each alone."""
    seen: set[int] = set()
    own: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        own[name] = tensor.clone() if tensor.data_ptr() in seen else tensor
        seen.add(tensor.data_ptr())
    return own


def _digest(tensors: Mapping[str, Tensor], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name}:{tensor.dtype}{tuple(tensor.shape)};".encode())
        digest.update(tensor.contiguous().view(-1).view(torch.uint8).numpy().data if tensor.numel() else b"")
    return digest.hexdigest()
