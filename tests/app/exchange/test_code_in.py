"""Exported code is read back layer for layer, and never run."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from app.exchange.code_in import read_code
from app.exchange.code_search import MOST, WantedLines
from app.exchange.import_network import import_code, import_network
from app.project.presets import preset
from graph.build.code import generate
from graph.build.embedded_drawing import code_with_drawing, read_drawing
from graph.errors import NetloomError
from graph.layers.base import Layer
from graph.layers.catalogue import parse_layer
from graph.layers.convolution import Conv2d
from graph.network import Annotation, AnnotationKind, Connection, Network, Node
from graph.project import network_json, read_project
from graph.shapes import Kind, Shape
from graph.structure.blocks import Block, Body
from tests.app.cli.calling import Caller
from tests.app.exchange.side_by_side import defaults, side_by_side
from tests.app.training.projects import chain, cnn

EVERYTHING = Path(__file__).parents[2] / "old" / "projects" / "everything.netloom"


def written(network: Network, folder: Path) -> Path:
    path = folder / "net.py"
    path.write_text(generate(network, "net"), "utf-8")
    return path


@pytest.mark.parametrize("open_time", [False, True], ids=["known lengths", "open lengths"])
def test_every_kind_of_layer_is_read_back_as_it_was(tmp_path: Path, open_time: bool) -> None:
    for layer, shapes in defaults(open_time):
        network = side_by_side([(layer, shapes)])
        assert generate(read_code(written(network, tmp_path))) == generate(network)


@pytest.mark.parametrize(
    ("kind", "settings", "sizes"),
    [
        (
            "conv2d",
            {"filters": 5, "kernel_size": [5, 3], "padding": "custom", "padding_size": [2, 1], "groups": 1},
            [4, 9, 8],
        ),
        (
            "conv3d",
            {"filters": 16, "frames": 3, "kernel_size": [3, 3], "stride": [6, 1], "time_stride": 6},
            [6, 1, 9, 8],
        ),
        ("fixed_conv2d", {"choice": "typed", "numbers": [[0.5, 0.5], [0.5, 0.0]], "border": "zeros"}, [1, 6, 6]),
        (
            "fixed_conv2d",
            {
                "choice": "typed per channel",
                "channel_kernels": [[[0.5, 2]], [[1, 0]]],
                "bias": 0.25,
                "padding": "valid",
            },
            [2, 6, 6],
        ),
        ("pool3d", {"frames": 1, "kernel_size": [1, 2], "mode": "average"}, [3, 9, 5, 6]),
        ("pyramid_pool2d", {"levels": [6, 3]}, [3, 8, 6]),
        ("slice", {"first": 1, "count": 2}, [8, 3, 5]),
        ("squeeze_excitation", {"reduction": 3}, [9, 4, 4]),
        ("lstm", {"hidden_size": 7, "layers": 2, "bidirectional": True, "output_mode": "sequence"}, [12, 3]),
        ("repeat_vector", {"steps": 9}, [5]),
    ],
)
def test_settings_are_found_by_search(tmp_path: Path, kind: str, settings: dict[str, Any], sizes: list[int]) -> None:
    layer = parse_layer(kind, settings, kind)
    names = {1: Kind.VECTOR, 2: Kind.SEQUENCE, 3: Kind.IMAGE, 4: Kind.VIDEO}
    network = side_by_side([(layer, {"in": Shape(names[len(sizes)], tuple(sizes))})])
    assert generate(read_code(written(network, tmp_path))) == generate(network)


@pytest.mark.parametrize("id_", ["multi_column", "jordan_network", "lstm_peephole", "captions_cnn_gru", "vgg_blocks"])
def test_exported_code_brings_its_drawing(tmp_path: Path, id_: str) -> None:
    assert_comes_back(preset(id_).project.network, tmp_path)


def test_drawings_of_every_kind_come_back(tmp_path: Path) -> None:
    network = read_project(EVERYTHING).network
    network.annotations["odd"] = Annotation(
        "odd", AnnotationKind.NOTE, f"größe 层\u2028\u202e\\ {' ' * 300}{'x' * 300},", (0, 0, 9, 9), 1
    )
    assert_comes_back(network, tmp_path)


def assert_comes_back(network: Network, folder: Path) -> None:
    """The project of a network's exported code holds the very network, and its lines are short and plain."""
    code = code_with_drawing(network, "A title")
    drawn = code[len(generate(network, "A title")) :]
    assert all(line.isprintable() and (len(line) <= 120 or " " * 100 in line) for line in drawn.splitlines())
    (folder / "net.py").write_text(code, "utf-8")
    told = import_code(folder / "net.py", folder / "net.netloom").messages
    assert not any("changed" in sentence for sentence in told)
    brought = read_project(folder / "net.netloom")
    assert network_json(brought.network) == network_json(network)
    assert brought.sections["about"] == {"title": "A title"}


@pytest.mark.parametrize(
    ("old", "new", "intact"),
    [("\n", "\r\n", True), ("class", "\n\n# Mine\n\nclass", True), ("kernel_size=3", "kernel_size=5", False)],
)
def test_code_that_was_changed_is_read_from_its_lines(tmp_path: Path, old: str, new: str, intact: bool) -> None:
    code = code_with_drawing(cnn())
    assert old in code
    (tmp_path / "net.py").write_bytes(code.replace(old, new).encode("utf-8"))
    told = import_code(tmp_path / "net.py", tmp_path / "net.netloom").messages
    assert any("net.py was changed after it was exported" in sentence for sentence in told) is not intact
    conv = read_project(tmp_path / "net.netloom").network.layer("conv1")
    assert isinstance(conv, Conv2d)
    assert conv.kernel_size == ((5, 5) if "5" in new else (3, 3))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("conv1 = self.conv1(", f"conv1 = sel{'9' * 20_000}.conv1("),
        ("kernel_size=", "kernel_sizf="),
        ("conv1 = self.conv1(", "con61 = self.conv1("),
    ],
    ids=["a long word", "a misspelt argument", "a misspelt name"],
)
def test_lines_that_no_layer_writes_are_given_up_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    code = generate(cnn(), "net")
    assert old in code
    (tmp_path / "net.py").write_text(code.replace(old, new, 1), "utf-8")
    tried: list[Layer] = []
    distance = WantedLines._distance

    def counted(wanted: WantedLines, layer: Layer) -> float:
        tried.append(layer)
        return distance(wanted, layer)

    monkeypatch.setattr(WantedLines, "_distance", counted)
    with pytest.raises(NetloomError, match="is written as no layer that is read back"):
        import_code(tmp_path / "net.py", tmp_path / "net.netloom")
    assert 0 < len(tried) <= MOST


def test_changed_code_that_no_layer_writes_is_refused_with_a_remedy(tmp_path: Path) -> None:
    code = code_with_drawing(preset("lstm_by_hand").project.network)
    (tmp_path / "net.py").write_text(code.replace("nn.Sigmoid()", "nn.Hardsigmoid()"), "utf-8")
    with pytest.raises(NetloomError, match=r"Undo what was changed, and the drawing at the end of net\.py is opened"):
        import_code(tmp_path / "net.py", tmp_path / "net.netloom")
    assert not (tmp_path / "net.netloom").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# netloom-drawing 1", "# netloom-drawing 2", "newer Netloom"),
        ("# netloom-drawing ends", "", "damaged"),
        ("# netloom-drawing ends", "# netloom-drawing 1 " + "0" * 64, "damaged"),
        ('#   "network"', "run()", "damaged"),
        ('"network": {', '"network": [', "its drawing"),
        ('"kind": "relu"', '"kind": "os.system"', "there is no layer of kind"),
    ],
)
def test_drawings_are_read_strictly(old: str, new: str, message: str) -> None:
    code = code_with_drawing(cnn())
    assert old in code
    with pytest.raises(NetloomError, match=message):
        read_drawing(code.replace(old, new), "net.py")


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
    assert brought.sections["start"]["weights"] == "back.safetensors"  # type: ignore[index, call-overload]
    assert brought.network.layer("dense1") == preset("iris_mlp").project.network.layer("dense1")
    assert "is there already" in call.refused("import", tmp_path / "net.py", "-o", tmp_path / "back.netloom")
    alone = import_code(written(cnn(), tmp_path / "run"), tmp_path / "alone.netloom")
    assert alone.weights is None
    assert "fresh" in alone.messages[0]


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
        ("[batch, ", "[batch,0", "takes 1 input, and shapes are said of 0"),
        ("[batch, ", "[batch, 0, ", "no shape"),
        ("[batch, ", "[batch, wide, ", "no shape"),
        ("[batch, ", "[batch, 1, 2, 3, 4, ", "no shape"),
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


@pytest.mark.parametrize(
    "title",
    [r"C:\users\new\x", 'say """no"""', '"', "\\", "a\nb\r\tc\0d\u2028e", "Größe \U0001f600", '""""""', r"\N{no}"],
)
def test_any_title_may_stand_in_exported_code(title: str) -> None:
    code = code_with_drawing(cnn(), title)
    described = ast.get_docstring(ast.parse(code), clean=False) or ""
    line = "".join(letter if letter.isprintable() else " " for letter in title)
    assert described == f"{line}, drawn in Netloom. Needs only torch."
    drawing = read_drawing(code, "code.py")
    assert drawing is not None and drawing.intact and drawing.project.sections["about"] == {"title": title}


def test_names_in_every_script_are_read_back(tmp_path: Path) -> None:
    ends = {"kind": "vector", "sizes": [3]}
    inner = chain(("x", "input", {"shape": ends}), ("σ", "tanh", {}), ("y", "output", {}))
    network = chain(("данные", "input", {"shape": {"kind": "vector", "sizes": [4]}}), ("größe", "dense", {"units": 3}))
    network.insert_node(Node("हिन्दी", Block(body=Body.of(inner), repeat=2), (0.0, 0.0)))
    network.insert_node(Node("数据", parse_layer("output", {}, "数据"), (0.0, 0.0)))
    network.insert_connection(Connection("größe", "out", "हिन्दी", "x"))
    network.insert_connection(Connection("हिन्दी", "y", "数据", "in"))
    read = read_code(written(network, tmp_path))
    assert set(read.ids) == set(network.ids)
    assert generate(read) == generate(network)
