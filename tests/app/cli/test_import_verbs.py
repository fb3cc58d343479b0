"""Bringing in hand-written torch on the command line: what is asked, refused and told, and weights for a project."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from app.exchange import module_in
from app.exchange.import_network import ImportResult
from app.exchange.module_source import ModuleSource
from app.training.start_section import StartSection
from graph.project import Project, read_project, write_project
from tests.app.cli.calling import Caller
from tests.app.training.projects import mlp

TEXT = """
from torch import nn

class Part(nn.Module):
    def forward(self, x): ...

class Net(nn.Module):
    def __init__(self, classes):
        self.part, self.conv = Part(), nn.Conv2d(3, 8, 3)
"""


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[ModuleSource]:
    """What was run, in place of running it."""
    wanted: list[ModuleSource] = []

    def run(source: ModuleSource, out: Path) -> ImportResult:
        wanted.append(source)
        return ImportResult(out, None, 3, 12, ("Checked.",), 1e-7)

    monkeypatch.setattr(module_in, "import_module", run)
    return wanted


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "model.py").write_text(TEXT)
    return tmp_path / "model.py"


def test_without_a_terminal_a_file_is_run_with_yes_alone(
    call: Caller, model: Path, ran: list[ModuleSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    given = (
        "import",
        model,
        "--class",
        "Net",
        "--input",
        "1,3,8,8",
        "--args",
        "classes=3",
        "-o",
        model.parent / "n.netloom",
    )
    said = call.refused(*given)
    assert said.startswith("model.py is a program: to have its network it is run with your rights")
    assert said.endswith("Add --yes if you trust it.")
    assert ran == []
    result = call(*given, "--yes")
    assert ran == [ModuleSource(model, "Net", "classes=3", ((1, 3, 8, 8),))]
    assert result.out.splitlines()[1] == "Checked."


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "runs"), [("y\n", True), ("n\n", False), ("\n", False), ("", False)])
def test_at_a_terminal_the_user_is_asked(
    call: Caller, model: Path, ran: list[ModuleSource], monkeypatch: pytest.MonkeyPatch, typed: str, runs: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    result = call("import", model, "--input", "1,3,8,8", "-o", model.parent / "n.netloom", "--json")
    assert "Run it? [y/N]" in result.err
    assert (result.code == 0, bool(ran)) == (runs, runs)
    if runs:
        assert ran[0].name == "Net" and result.json["layers"] == 3


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--class", "Nat"), "model.py has no class “Nat”; it has Part, Net."),
        (("--class", "Net"), "Say what Net takes, the batch first, such as --input 1,3,32,32."),
        (("--class", "Net", "--input", "1,a"), "“1,a” is no shape"),
        (("--class", "Net", "--input", "1,3", "--args", "exec('')"), "The arguments “exec('')” cannot be read"),
        (("--class", "Net", "--input", "1,3", "--weights", "gone.pt"), "gone.pt cannot be opened"),
        ((), "Its module Net comes in by running the file: --class Net, with --input"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_asked(
    call: Caller, model: Path, ran: list[ModuleSource], options: tuple[str, ...], reason: str
) -> None:
    assert reason in call.refused("import", model, *options, "-o", model.parent / "n.netloom")
    assert ran == []


def test_an_exported_program_is_run_with_yes_alone_as_well(
    call: Caller, tmp_path: Path, ran: list[ModuleSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    (tmp_path / "net.pt2").write_bytes(b"any")
    assert "net.pt2 is a program" in call.refused("import", tmp_path / "net.pt2", "-o", tmp_path / "n.netloom")
    assert call("import", tmp_path / "net.pt2", "-o", tmp_path / "n.netloom", "--yes").code == 0
    assert ran == [ModuleSource(tmp_path / "net.pt2")]


def test_weights_go_to_the_layers_of_a_project(call: Caller, tmp_path: Path) -> None:
    file, state = tmp_path / "digits.netloom", tmp_path / "theirs.pt"
    write_project(file, Project(mlp()))
    theirs = nn.Sequential(nn.Linear(64, 16), nn.BatchNorm1d(16), nn.Linear(16, 7))
    torch.save(theirs.state_dict(), state)
    said = call("transfer", file, state, "--freeze", "dense1")
    assert said.code == 0, said.err
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[1] == ["dense1", "0", "by", "shape", "and", "order"]
    assert rows[3][:3] == ["dense2", "begins", "anew:"]
    assert "Left over in the file: 2.weight, 2.bias." in said.out
    start = StartSection.of(read_project(file))
    assert (start.weights, start.frozen, start.fresh) == ("digits-from-theirs.safetensors", ("dense1",), ("dense2",))
    again = call("transfer", file, state, "--json").json
    assert again["weights"] == start.weights
    assert again["left"] == ["2.weight", "2.bias"]
    assert again["layers"][0] == {"layer": "dense1", "takes": "0", "how": "by shape and order"}


def test_weights_that_nothing_takes_are_refused(call: Caller, tmp_path: Path) -> None:
    file, state = tmp_path / "digits.netloom", tmp_path / "theirs.pt"
    write_project(file, Project(mlp()))
    before = file.read_bytes()
    torch.save(nn.Linear(3, 3).state_dict(), state)
    assert "No layer of the project takes weights of the file" in call.refused("transfer", file, state)
    assert "holds weights and no network. `transfer PROJECT theirs.pt`" in call.refused(
        "import", state, "-o", tmp_path / "n.netloom"
    )
    torch.save(nn.Linear(64, 16).state_dict(), state)
    assert "nobody cannot be frozen" in call.refused("transfer", file, state, "--freeze", "nobody")
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digits.netloom", "theirs.pt"]
