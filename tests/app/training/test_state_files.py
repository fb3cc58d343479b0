"""State dicts of others: found within what training scripts keep beside them, and nothing but tensors is ever built."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

from app.training.state_files import read_state
from graph.errors import NetloomError

STATE = {"fc.weight": torch.ones(2, 3), "fc.bias": torch.zeros(2)}


def saved(value: Any, folder: Path, name: str = "net.pt") -> Path:
    torch.save(value, folder / name)
    return folder / name


@pytest.mark.parametrize(
    "value",
    [
        STATE,
        {"module." + name: tensor for name, tensor in STATE.items()},
        {"_orig_mod.module." + name: tensor for name, tensor in STATE.items()},
        {"epoch": 3, "optimizer": {"state": {0: {"exp_avg": torch.ones(2)}}}, "state_dict": STATE},
        {"model": STATE, "loss": [0.1, 0.2]},
        {"run": {"checkpoint": {"model": {"model." + name: tensor for name, tensor in STATE.items()}}}},
        {name: nn.Parameter(tensor.half()) for name, tensor in STATE.items()},
    ],
)
def test_a_state_dict_is_found_wherever_it_lies(tmp_path: Path, value: Any) -> None:
    state = read_state(saved(value, tmp_path))
    assert state.keys() == STATE.keys()
    assert all(state[name].equal(STATE[name]) and not state[name].requires_grad for name in STATE)


def test_safetensors_are_read_alike(tmp_path: Path) -> None:
    safetensors.torch.save_file(
        {"module." + name: tensor for name, tensor in STATE.items()}, tmp_path / "a.safetensors"
    )
    assert read_state(tmp_path / "a.safetensors").keys() == STATE.keys()


class Hostile:
    """What runs a command when an unwary program unpickles it."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> Any:
        return os.system, (self.command,)


def test_a_pickle_that_would_run_a_command_runs_none(tmp_path: Path) -> None:
    path = saved({"fc.weight": torch.ones(2), "more": Hostile(f"touch {tmp_path / 'ran'}")}, tmp_path)
    with pytest.raises(NetloomError, match=r"net\.pt holds more than tensors \((posix|nt)\.system\)"):
        read_state(path)
    assert not (tmp_path / "ran").exists()


def test_a_whole_model_is_refused_with_what_to_save_instead(tmp_path: Path) -> None:
    with pytest.raises(NetloomError, match=r"holds more than tensors \(torch\.nn\..*Save model\.state_dict\(\)"):
        read_state(saved(nn.Linear(2, 2), tmp_path))


def test_programs_of_torchscript_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "net.pt", "w") as archive:
        archive.writestr("net/data.pkl", b"")
        archive.writestr("net/code/__torch__.py", b"print()")
    with pytest.raises(NetloomError, match="holds a program"):
        read_state(tmp_path / "net.pt")


def repeated() -> bytes:
    stream = io.BytesIO()
    torch.save({"fc.weight": torch.zeros(1).expand(10**6, 10**6)}, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no file of torch's"),
        (b"not a model", "no file of torch's"),
        (repeated(), "repeats few numbers many times"),
    ],
)
def test_what_is_no_state_dict_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "net.pth").write_bytes(content)
    with pytest.raises(NetloomError, match=reason):
        read_state(tmp_path / "net.pth")


def test_a_broken_file_and_one_without_tensors_are_refused(tmp_path: Path) -> None:
    whole = saved(STATE, tmp_path).read_bytes()
    for content in (whole[:-50], whole.replace(b"_rebuild_tensor_v2", b"_rebuild_tensor_\xff2")):
        (tmp_path / "broken.pt").write_bytes(content)
        with pytest.raises(NetloomError, match=r"broken\.pt"):
            read_state(tmp_path / "broken.pt")
    with pytest.raises(NetloomError, match="holds no state dict"):
        read_state(saved({"epoch": 3, "names": ["a"]}, tmp_path, "none.pt"))
    with pytest.raises(NetloomError, match="sparse, quantised or complex"):
        read_state(saved({"a.weight": torch.ones(2, dtype=torch.complex64)}, tmp_path, "odd.pt"))
    with pytest.raises(NetloomError, match="no such file"):
        read_state(tmp_path / "gone.pt")
    with pytest.raises(NetloomError, match="no file of weights"):
        read_state(tmp_path / "net.h5")
