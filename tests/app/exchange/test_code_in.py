"""Exported code is read back layer for layer, and never run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.exchange.code_in import read_code
from app.exchange.import_network import import_code, import_network
from app.project.presets import preset
from graph.build.code import generate
from graph.errors import NetloomError
from graph.network import Network
from graph.project import read_project
from tests.app.cli.calling import Caller
from tests.app.exchange.side_by_side import defaults, side_by_side
from tests.app.training.projects import chain, cnn

UNREAD = {"table_conv2d", "rbf"}
"""Kinds that are not read back: their numbers stand in no argument."""


def written(network: Network, folder: Path) -> Path:
    path = folder / "net.py"
    path.write_text(generate(network, "net"), "utf-8")
    return path


@pytest.mark.parametrize("open_time", [False, True], ids=["known lengths", "open lengths"])
def test_every_kind_of_layer_is_read_back_as_it_was(tmp_path: Path, open_time: bool) -> None:
    unread = set()
    for layer, shapes in defaults(open_time):
        network = side_by_side([(layer, shapes)])
        try:
            found = read_code(written(network, tmp_path))
        except NetloomError as error:
            assert "no layer that is read back" in str(error)
            unread.add(layer.kind)
            continue
        assert generate(found) == generate(network)
    assert unread <= UNREAD


@pytest.mark.parametrize("id_", ["residual_cnn", "vgg_blocks", "digits_bilstm", "seasons_causal", "light_cnn", "lenet"])
def test_presets_are_read_back(tmp_path: Path, id_: str) -> None:
    network = preset(id_).project.network
    found = read_code(written(network, tmp_path))
    assert generate(found) == generate(network)
    plain = {node.id: node.layer for node in network if node.layer.kind not in ("block", "output")}
    assert {node.id: node.layer for node in found if node.layer.kind not in ("block", "output")} == plain


def test_layers_that_share_weights_share_them_again(tmp_path: Path) -> None:
    from dataclasses import replace

    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [4]}}),
        ("dense1", "dense", {"units": 4}),
        ("dense2", "dense", {"units": 4}),
        ("output1", "output", {}),
    )
    network.replace_node(replace(network.node("dense2"), tied="dense1"))
    assert read_code(written(network, tmp_path)).node("dense2").tied == "dense1"


def test_weights_beside_the_code_come_along(call: Caller, tmp_path: Path) -> None:
    call("train", "preset:iris_mlp", "--epochs", 1, "--out", tmp_path / "run")
    call("export", tmp_path / "run", "--to", "code", "-o", tmp_path / "net.py")
    told = call("import", tmp_path / "net.py", "-o", tmp_path / "back.netloom", "--json").json
    assert told["weights"] == str(tmp_path / "back.safetensors")
    brought = read_project(tmp_path / "back.netloom")
    assert brought.sections["start"]["weights"] == "back.safetensors"  # type: ignore[index,call-overload]
    assert brought.network.layer("dense1") == preset("iris_mlp").project.network.layer("dense1")
    assert "is there already" in call.refused("import", tmp_path / "net.py", "-o", tmp_path / "back.netloom")
    alone = import_code(written(cnn(), tmp_path / "run"), tmp_path / "alone.netloom")
    assert alone.weights is None
    assert "fresh" in alone.told[0]


def test_nothing_is_run(tmp_path: Path) -> None:
    code = generate(cnn(), "net") + f"\nopen({str(tmp_path / 'ran')!r}, 'w').close()\n"
    (tmp_path / "net.py").write_text(code, "utf-8")
    read_code(tmp_path / "net.py")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("class Network(", "class Other(", "no class “Network”"),
        ("relu1 = self.relu1(conv1)", "relu1 = self.relu1(conv1 * 2)", "relu1 is written as no layer"),
        ("kernel_size=3", "kernel_size=big", "conv1 is written as no layer"),
        ("; returns ", "; gives ", "does not say what it takes"),
        ("return dense1", "pass", "without a result"),
        ("return dense1", "return dense1 + 1", "is not a layer's"),
        ("def forward", "def backward", "no forward pass"),
        ("def forward", "def (", "not Python"),
    ],
)
def test_code_that_was_changed_is_refused_with_the_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = written(cnn(), tmp_path)
    code = path.read_text("utf-8")
    assert old in code
    path.write_text(code.replace(old, new, 1), "utf-8")
    with pytest.raises(NetloomError, match=message):
        read_code(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "net.pt").write_bytes(b"")
    with pytest.raises(NetloomError, match="neither"):
        import_network(tmp_path / "net.pt", tmp_path / "a.netloom")
    with pytest.raises(NetloomError, match="cannot be opened"):
        import_network(tmp_path / "gone.py", tmp_path / "a.netloom")
