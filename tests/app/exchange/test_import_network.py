"""ONNX files come in as projects that answer as the file does, and nothing else of them is believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from app.exchange.import_network import import_onnx
from app.exchange.onnx_drawing import DRAWING
from app.exchange.onnx_out import export_onnx
from app.training.checkpoints import read
from app.training.initial_weights import InitialWeights
from app.training.trainer import train
from app.training.training_session import begin, resume
from graph.errors import NetloomError
from graph.layers.catalogue import catalogue
from graph.project import Project, encode, project_json, read_project
from graph.shapes import Kind
from tests.app.exchange.side_by_side import defaults, side_by_side
from tests.app.training.projects import DIGITS, chain, cnn, mlp, project

onnx = pytest.importorskip("onnx")
pytestmark = pytest.mark.filterwarnings("ignore")

COMES_BACK = """
conv2d conv1d conv_transpose2d depthwise_conv2d separable_conv2d fixed_conv2d global_pool2d global_pool1d
max_pool1d average_pool1d max_pool2d average_pool2d pool3d dense time_distributed_dense embedding
rnn gru lstm relu leaky_relu elu gelu sigmoid tanh softmax absolute batch_norm layer_norm
flatten last_step channel_split slice add multiply concatenate
""".split()
"""Kinds whose ONNX form is made of operators that are read."""


def test_layers_come_back_and_answer_alike(tmp_path: Path) -> None:
    cases = [case for case in defaults(False) if case[0].kind in COMES_BACK]
    assert {layer.kind for layer, _ in cases} == set(COMES_BACK) <= set(catalogue())
    export_onnx(Project(side_by_side(cases)), "all", tmp_path / "all.onnx")
    _without_drawing(tmp_path / "all.onnx")
    made = import_onnx(tmp_path / "all.onnx", tmp_path / "all.netloom")
    assert made.difference is not None
    assert made.difference < 1e-4
    kinds = {node.layer.kind for node in read_project(tmp_path / "all.netloom").network}
    assert kinds >= {"conv1d", "lstm", "embedding", "max_pool1d", "slice", "global_pool1d"}


def _without_drawing(path: Path, drawing: str = "") -> None:
    """The file with another drawing in its metadata, or without any: its operators have to say all."""
    model = onnx.load(path)
    held = {one.key: one.value for one in model.metadata_props}
    del model.metadata_props[:]
    if drawing:
        onnx.helper.set_model_props(model, held | {DRAWING: drawing})
    onnx.save(model, path)


def test_what_netloom_wrote_comes_back_as_it_was_drawn(tmp_path: Path) -> None:
    drawn = project(cnn())
    export_onnx(drawn, "digits", tmp_path / "net.onnx")
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-5
    assert read_project(tmp_path / "net.netloom").network.computes_as(drawn.network)


def test_a_drawing_that_says_otherwise_is_not_believed(tmp_path: Path) -> None:
    drawn = project(cnn())
    export_onnx(drawn, "digits", tmp_path / "net.onnx")
    relu = next(node for node in drawn.network if node.layer.kind == "relu")
    drawn.network.replace_node(replace(relu, layer=catalogue()["tanh"]()))
    for other in (encode(project_json(Project(drawn.network))).decode("utf-8"), '{"netloom": 2, "layers": 3}', "{"):
        _without_drawing(tmp_path / "net.onnx", other)
        made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
        assert made.difference is not None and made.difference < 1e-5
        kinds = {node.layer.kind for node in read_project(tmp_path / "net.netloom").network}
        assert "relu" in kinds and "tanh" not in kinds


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("prelu", {}),
        ("slice", {"along": "time", "first": 1, "count": 2}),
        *(
            pytest.param(kind, settings, marks=pytest.mark.slow)
            for kind, settings in (
                ("log_softmax", {}),
                ("silu", {}),
                ("hard_swish", {}),
                ("hard_sigmoid", {}),
                ("hardtanh", {"low": 0.0, "high": 6.0}),
                ("selu", {}),
                ("softplus", {}),
                ("pad2d", {"top": 2, "left": 0, "mode": "reflect"}),
                ("position_embedding", {}),
                ("class_token", {}),
                ("permute", {}),
            )
        ),
    ],
)
def test_a_layer_comes_back_from_its_operators_alone(tmp_path: Path, kind: str, settings: dict[str, object]) -> None:
    image = {"shape": {"kind": "image", "sizes": [3, 5, 4]}}
    steps = {"shape": {"kind": "sequence", "sizes": [6, 4]}}
    first = steps if catalogue()[kind].accepts == (Kind.SEQUENCE,) or "along" in settings else image
    network = chain(
        ("input1", "input", first), ("made", kind, settings), ("end", "relu", {}), ("output1", "output", {})
    )
    export_onnx(Project(network), "one", tmp_path / "net.onnx")
    _without_drawing(tmp_path / "net.onnx")
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-5
    kinds = [node.layer.kind for node in read_project(tmp_path / "net.netloom").network]
    assert kind == "permute" or kinds[1] == kind


def test_a_file_that_fixes_its_batch_is_compared_with_that_one(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(256, 3))
    for batch in (1, 3):
        torch.onnx.export(network.eval(), (torch.randn(batch, 1, 8, 8),), tmp_path / "net.onnx", dynamo=False)  # type: ignore[arg-type]
        made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
        assert made.difference is not None and made.difference < 1e-4
        assert any(f"batches of {batch} alone" in text for text in made.messages)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("AvgPool2d", ["average_pool2d"]),
        ("PReLU_2d_multiparam", ["prelu"]),
        ("Conv3d_stride_padding", ["conv3d"]),
        ("GLU_dim", ["slice", "slice", "sigmoid", "multiply"]),
        ("softmax_functional_dim3", ["reshape", "softmax", "reshape"]),
    ],
)
def test_files_with_operators_of_years_ago_are_compared_too(tmp_path: Path, name: str, kinds: list[str]) -> None:
    source = Path(onnx.__file__).parent / "backend" / "test" / "data" / "pytorch-converted" / f"test_{name}"
    (tmp_path / "net.onnx").write_bytes((source / "model.onnx").read_bytes())
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-4
    found = [node.layer.kind for node in read_project(tmp_path / "net.netloom").network]
    assert sorted(found[1:-1]) == sorted(kinds)


def test_pictures_with_their_channels_last_come_in_and_leave(tmp_path: Path) -> None:
    class ChannelsLast(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3, padding=1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.conv(x.permute(0, 3, 1, 2))).permute(0, 2, 3, 1)

    names: dict[str, Any] = {"input_names": ["x"], "output_names": ["y"], "dynamic_axes": {"x": {0: "batch"}}}
    samples = (torch.randn(2, 6, 5, 3),)
    torch.onnx.export(ChannelsLast().eval(), samples, tmp_path / "net.onnx", dynamo=False, **names)
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert made.difference is not None and made.difference < 1e-4
    assert sum("order of axes" in text for text in made.messages) == 2
    kinds = [node.layer.kind for node in read_project(tmp_path / "net.netloom").network]
    assert kinds == ["input", "conv2d", "relu", "output"]


def test_files_of_the_older_exporter(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 3))
    names = {"input_names": ["picture"], "output_names": ["answer"]}
    axes = {"dynamic_axes": {"picture": {0: "batch"}}}
    torch.onnx.export(network.eval(), (torch.randn(2, 1, 8, 8),), tmp_path / "old.onnx", dynamo=False, **names, **axes)  # type: ignore[arg-type]
    made = import_onnx(tmp_path / "old.onnx", tmp_path / "old.netloom")
    assert made.difference is not None
    kinds = [node.layer.kind for node in read_project(tmp_path / "old.netloom").network]
    assert kinds == ["input", "conv2d", "relu", "max_pool2d", "flatten", "dense", "output"]


def test_training_starts_from_the_weights_and_leaves_frozen_layers(tmp_path: Path) -> None:
    export_onnx(project(cnn()), "digits", tmp_path / "net.onnx")
    import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    brought = read_project(tmp_path / "net.netloom")
    start = InitialWeights.of(brought).model_copy(update={"frozen": ("conv1",)})
    tuned = Project(
        brought.network, {**brought.sections, "data": DIGITS, "plan": {"epochs": 1}, "start": start.to_json()}
    )
    first = begin(tuned, tmp_path, tmp_path / "run")
    before, _ = read(tmp_path / "net.safetensors")
    for name, values in first.model.module.state_dict().items():
        assert torch.equal(values.contiguous(), before[name])
    list(train(first))
    after = first.model.module.state_dict()
    assert torch.equal(after["conv1.weight"].contiguous(), before["conv1.weight"])
    assert not torch.equal(after["dense1.weight"], before["dense1.weight"])
    # A resumed run needs the weights it started from no more, and freezes the same layers.
    (tmp_path / "net.safetensors").unlink()
    again = resume(tmp_path / "run", epochs=2)
    assert "conv1.weight" not in again.weights.names


def test_frozen_statistics_stay(tmp_path: Path) -> None:
    frozen = project(mlp(), epochs=1)
    frozen.sections["start"] = {"frozen": ["norm1"]}
    session = begin(frozen, out=tmp_path / "run")
    before = session.model.module.state_dict()["norm1.running_mean"].clone()
    list(train(session))
    assert torch.equal(session.model.module.state_dict()["norm1.running_mean"], before)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"frozen": ["nobody"]}, "no layer of that name"),
        ({"weights": "gone.safetensors", "sha256": "0" * 64}, "cannot be opened"),
        ({"weights": 3}, "start"),
        ({"wieghts": "a"}, "start"),
    ],
)
def test_a_start_that_cannot_be(tmp_path: Path, section: dict[str, object], message: str) -> None:
    wrong = project()
    wrong.sections["start"] = section
    with pytest.raises(NetloomError, match=message):
        begin(wrong, tmp_path, tmp_path / "run")


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    export_onnx(project(cnn()), "digits", tmp_path / "net.onnx")
    import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    brought = read_project(tmp_path / "net.netloom")
    content = bytearray((tmp_path / "net.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "net.safetensors").write_bytes(content)
    brought.sections["data"] = DIGITS
    with pytest.raises(NetloomError, match="altered"):
        begin(brought, tmp_path, tmp_path / "run")


def _model(*nodes: Any, inputs: Any = None, initializer: Any = ()) -> Any:
    from onnx import TensorProto, helper

    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs or ["batch", 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    return helper.make_model(helper.make_graph(list(nodes), "net", [x], [y], list(initializer)))


def test_all_unknown_operators_are_named(tmp_path: Path) -> None:
    from onnx import helper

    nodes = [
        helper.make_node("Det", ["x"], ["a"], name="first"),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Det", ["b"], ["c"], name="second"),
        helper.make_node("Magic", ["c"], ["y"], name="third", domain="my.own"),
    ]
    onnx.save(_model(*nodes), tmp_path / "odd.onnx")
    with pytest.raises(NetloomError) as caught:
        import_onnx(tmp_path / "odd.onnx", tmp_path / "odd.netloom")
    assert "Det (first, second); my.own.Magic (third)" in str(caught.value)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "weights/../../secret.bin", ""])
def test_weights_outside_the_folder_are_refused(tmp_path: Path, location: str) -> None:
    from onnx import TensorProto, helper, numpy_helper

    (tmp_path / "secret.bin").write_bytes(bytes(64))
    tensor = numpy_helper.from_array(np.zeros((4, 4), np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    folder = tmp_path / "inner"
    folder.mkdir()
    model = _model(helper.make_node("MatMul", ["x", "w"], ["y"]), initializer=[tensor])
    (folder / "net.onnx").write_bytes(model.SerializeToString())  # type: ignore[attr-defined]
    with pytest.raises(NetloomError, match="outside its folder"):
        import_onnx(folder / "net.onnx", folder / "net.netloom")


@pytest.mark.parametrize("content", [b"", b"\x00" * 40, b"not a model at all", "ünï".encode()])
def test_what_is_no_onnx_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "net.onnx").write_bytes(content)
    with pytest.raises(NetloomError, match=r"net\.onnx is no ONNX file"):
        import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")


@pytest.mark.parametrize("name", [b"first-node", b"first-value", b"first-weight", b"first-entry"])
def test_a_file_with_a_name_that_is_no_text_is_refused(tmp_path: Path, name: bytes) -> None:
    from onnx import helper, numpy_helper

    weights = numpy_helper.from_array(np.zeros((4, 4), np.float32), "first-weight")
    first = helper.make_node("MatMul", ["x", "first-weight"], ["first-value"], name="first-node")
    model = _model(first, helper.make_node("Det", ["first-value"], ["y"]), initializer=[weights])
    model.metadata_props.add(key="first-entry", value="a")
    content = model.SerializeToString()
    assert name in content
    (tmp_path / "net.onnx").write_bytes(content.replace(name, name[:-1] + b"\xff"))
    with pytest.raises(NetloomError, match=r"net\.onnx is broken: a name in it is no text"):
        import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")


@pytest.mark.parametrize("kind", ["input", "initializer", "output", "node"])
@pytest.mark.parametrize("drawn", [True, False])
def test_a_file_in_which_two_values_have_one_name_is_refused(tmp_path: Path, kind: str, drawn: bool) -> None:
    path = tmp_path / "net.onnx"
    export_onnx(Project(mlp()), "net", path)
    if not drawn:
        _without_drawing(path)
    model = onnx.load(path)
    held = getattr(model.graph, kind)
    held.append(held[0])
    onnx.save(model, path)
    with pytest.raises(NetloomError, match=r"net\.onnx is broken: two values in it are called “"):
        import_onnx(path, tmp_path / "net.netloom")


def test_an_operator_that_cannot_be_is_named_with_the_reason(tmp_path: Path) -> None:
    from onnx import helper

    onnx.save(_model(helper.make_node("Softmax", ["x"], ["y"], name="soft", axis=0)), tmp_path / "net.onnx")
    with pytest.raises(NetloomError, match=r"soft \(Softmax\) takes the softmax over another axis"):
        import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    onnx.save(_model(helper.make_node("Relu", ["x"], ["y"]), inputs=["batch", "some"]), tmp_path / "net.onnx")
    with pytest.raises(NetloomError, match="leaves a size open"):
        import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")


def test_a_sequence_that_lies_otherwise_is_told(tmp_path: Path) -> None:
    network = nn.Sequential(nn.Conv1d(3, 4, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten())
    torch.onnx.export(network.eval(), (torch.randn(2, 3, 16),), tmp_path / "net.onnx", dynamo=False)
    made = import_onnx(tmp_path / "net.onnx", tmp_path / "net.netloom")
    assert any("time, features" in text for text in made.messages)
    layers = chain(("input1", "input", {"shape": {"kind": "sequence", "sizes": [16, 3]}}))
    found = read_project(tmp_path / "net.netloom").network
    assert next(iter(found)).layer == next(iter(layers)).layer


CASES = Path(__file__).resolve().parents[2] / "cases"


def test_a_classifier_of_scikit_learn_comes_in_without_its_label(tmp_path: Path) -> None:
    made = import_onnx(CASES / "skl_mlp3.onnx", tmp_path / "p.netloom")
    assert made.difference is not None and made.difference < 1e-5
    assert "The output “label” only names the likeliest class; it was left out." in made.messages
    project = read_project(tmp_path / "p.netloom")
    assert [node.layer.kind for node in project.network].count("output") == 1


def test_a_dictionary_of_probabilities_becomes_the_probabilities(tmp_path: Path) -> None:
    from onnx import TensorProto, helper, numpy_helper

    weights = np.arange(6, dtype=np.float32).reshape(2, 3)
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["chances"], axis=1),
        helper.make_node("ArgMax", ["chances"], ["place"], axis=1),
        helper.make_node("Reshape", ["place", "flat"], ["label"]),
        helper.make_node("ZipMap", ["chances"], ["maps"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2]),
    ]
    flat = numpy_helper.from_array(np.array([-1], np.int64), "flat")
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 2])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_value_info(
                "maps",
                helper.make_sequence_type_proto(
                    helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, []))
                ),
            ),
        ],
        [numpy_helper.from_array(weights, "w"), flat],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 8
    onnx.save(model, str(tmp_path / "zip.onnx"))
    made = import_onnx(tmp_path / "zip.onnx", tmp_path / "p.netloom")
    assert made.difference is not None and made.difference < 1e-5


@pytest.mark.parametrize("operator", ["Gemm", "MatMul", "Add", "Gather", "ReduceSum"])
def test_a_number_that_is_repeated_without_end_is_refused(tmp_path: Path, operator: str) -> None:
    """A file of a hundred bytes may ask for terabytes: what it repeats takes no memory before it is calculated with."""
    from onnx import TensorProto, helper, save

    size = 10**6
    value, sizes = helper.make_tensor_value_info, helper.make_tensor("sizes", TensorProto.INT64, [2], [size, size])
    nodes = [helper.make_node("ConstantOfShape", ["sizes"], ["many"])]
    if operator in ("Gather", "ReduceSum"):
        places = ["many", "many"] if operator == "Gather" else ["many"]
        nodes += [helper.make_node(operator, places, ["few"]), helper.make_node("Add", ["x", "few"], ["y"])]
    else:
        nodes.append(helper.make_node(operator, ["x", "many"], ["y"]))
    graph = helper.make_graph(
        nodes, "g", [value("x", 1, ["N", size])], [value("y", 1, ["N", size])], initializer=[sizes]
    )
    save(helper.make_model(graph), str(tmp_path / "a.onnx"))
    with pytest.raises(NetloomError, match=r"very much memory|very large|more often than there is memory for"):
        import_onnx(tmp_path / "a.onnx", tmp_path / "a.netloom")
