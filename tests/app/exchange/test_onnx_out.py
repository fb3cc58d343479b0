"""ONNX files answer as the network does, for every kind of layer, and say what they need."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from app.exchange import onnx_out, onnx_runner, parity_check
from app.exchange.onnx_out import export_onnx
from app.training.runs import Run
from app.training.trainer import train
from app.training.training_session import begin
from graph.errors import NetloomError
from graph.network import Connection
from graph.project import Project
from tests.app.exchange.side_by_side import defaults, side_by_side
from tests.app.training.projects import chain, cnn, project

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("open_time", [False, True], ids=["known lengths", "open lengths"])
def test_every_kind_of_layer_answers_as_in_torch(tmp_path: Path, open_time: bool) -> None:
    cases = [(layer, shapes) for layer, shapes in defaults(open_time) if layer.onnx_obstacle(shapes) is None]
    assert len(cases) > len(defaults(open_time)) - 3
    made = export_onnx(Project(side_by_side(cases)), "all", tmp_path / "all.onnx")
    assert made.parity is not None
    assert made.parity.difference < 1e-3 * max(1.0, made.parity.largest)
    assert bool(made.parity.times) is open_time


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_kernels_typed_per_channel_answer_as_in_torch(tmp_path: Path, padding: str) -> None:
    network = chain(
        ("input1", "input", {"shape": {"kind": "image", "sizes": [3, 6, 6]}}),
        ("kernel1", "fixed_conv2d", {"choice": "typed per channel", "bias": 1.0, "padding": padding}),
        ("output1", "output", {}),
    )
    made = export_onnx(Project(network), "kernels", tmp_path / "net.onnx")
    assert made.parity is not None
    assert made.parity.difference < 1e-5


def test_recurrent_layers_take_any_length_however_often_they_are_exported(tmp_path: Path) -> None:
    for kind in ("lstm", "gru", "rnn", "lstm"):
        network = chain(
            ("input1", "input", {"shape": {"kind": "sequence", "sizes": [None, 3]}}),
            ("state1", kind, {"hidden_size": 4, "layers": 2, "bidirectional": True}),
            ("output1", "output", {}),
        )
        export_onnx(Project(network), "states", tmp_path / "net.onnx")
        session = runtime.InferenceSession(tmp_path / "net.onnx")
        assert session.get_inputs()[0].shape == ["batch", "time", 3]
        for batch, time in ((1, 1), (4, 50)):
            [answer] = session.run(None, {"input1": torch.randn(batch, time, 3).numpy()})
            assert answer.shape == (batch, 8)


def test_sequences_of_unequal_length_stop_at_their_own_steps(tmp_path: Path) -> None:
    from app.project.presets import preset

    made = export_onnx(preset("gru_and_lstm").project, "lengths", tmp_path / "net.onnx")
    assert made.parity is not None
    session = runtime.InferenceSession(tmp_path / "net.onnx")
    long, steps = torch.randn(2, 9, session.get_inputs()[0].shape[2]), torch.tensor([[4.0], [9.0]])
    names = [one.name for one in session.get_inputs()]
    both = session.run(None, {names[0]: long.numpy(), names[1]: steps.numpy()})[0]
    alone = session.run(None, {names[0]: long[:1, :4].numpy(), names[1]: steps[:1].numpy()})[0]
    assert both[0].tolist() == pytest.approx(alone[0].tolist(), abs=1e-5)


def test_a_trained_network_takes_and_gives_the_datas_own_units(tmp_path: Path) -> None:
    run = _trained(tmp_path / "run", {"source": "diabetes"}, 10)
    made = export_onnx(run.project, "diabetes", tmp_path / "inside.onnx", run)
    raw = export_onnx(run.project, "diabetes", tmp_path / "raw.onnx", run, inside=False)
    assert (made.info.scaling, raw.info.scaling) == ("inside", "outside")
    from app.inference.predict import predict

    given_values = made.info.inputs[0].rows
    assert given_values is not None
    said = predict(run.path, {made.info.inputs[0].field.name: given_values.numpy()})  # type: ignore[union-attr]
    session = runtime.InferenceSession(tmp_path / "inside.onnx")
    [answers] = session.run(None, {"input1": given_values.numpy()})
    assert answers[:, 0].tolist() == pytest.approx([one["values"][0] for one in said], rel=1e-4)
    # By the numbers in the metadata the other file gives the same.
    told = session.get_modelmeta().custom_metadata_map
    source, target = json.loads(told["inputs"])[0], json.loads(told["outputs"])[0]
    scaled = (given_values - torch.tensor(source["mean"])) / torch.tensor(source["scale"])
    [plain] = runtime.InferenceSession(tmp_path / "raw.onnx").run(None, {"input1": scaled.float().numpy()})
    assert (plain[:, 0] * target["scale"][0] + target["mean"][0]).tolist() == pytest.approx(
        answers[:, 0].tolist(), rel=1e-4
    )


def test_the_file_tells_classes_fields_and_where_the_scaling_is(tmp_path: Path) -> None:
    run = _trained(tmp_path / "run", {"source": "iris"}, 4, classes=3)
    export_onnx(run.project, "Iris", tmp_path / "iris.onnx", run)
    model = onnx.load(tmp_path / "iris.onnx")
    told = {one.key: one.value for one in model.metadata_props}
    assert json.loads(told["classes"]) == ["setosa", "versicolor", "virginica"]
    assert json.loads(told["inputs"])[0]["units"] == ["cm"] * 4
    assert json.loads(told["outputs"])[0]["gives"] == "scores"
    assert "inside the file" in told["scaling"]
    assert (model.producer_name, model.graph.name) == ("Netloom", "Iris")
    assert {"dense1.weight", "dense1.bias"} <= {held.name for held in model.graph.initializer}


def test_nothing_of_the_machine_leaves_in_the_file(tmp_path: Path) -> None:
    export_onnx(project(cnn()), "digits", tmp_path / "net.onnx")
    content, model = (tmp_path / "net.onnx").read_bytes(), onnx.load(tmp_path / "net.onnx")
    assert str(Path(onnx_out.__file__).parents[2]).encode() not in content
    assert b".py" not in content
    parts = (model.graph, *model.graph.node, *model.graph.input, *model.graph.initializer, *model.graph.value_info)
    assert not any(len(part.metadata_props) or part.doc_string for part in parts)


def test_the_parity_check_by_onnx_itself_where_onnxruntime_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parity_check, "runner", onnx_runner.reference)
    made = export_onnx(project(), "digits", tmp_path / "net.onnx")
    assert made.parity is not None
    assert made.parity.engine == "ONNX's own evaluator"
    assert "the same outputs" in made.sentences()[0]
    monkeypatch.setattr(parity_check, "runner", lambda content: None)
    assert "install onnxruntime" in export_onnx(project(), "digits", tmp_path / "net.onnx").sentences()[0]


def test_a_file_that_answers_otherwise_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = onnx_runner.runner

    def wrong(content: bytes) -> tuple[str, onnx_runner.Runner] | None:
        engine, ask = found(content) or ("", lambda inputs: [])
        return engine, lambda inputs: [answer + 1 for answer in ask(inputs)]

    monkeypatch.setattr(parity_check, "runner", wrong)
    with pytest.raises(NetloomError, match="gives other outputs"):
        export_onnx(project(), "digits", tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def test_a_layer_without_a_form_in_onnx_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = ("input1", "input", {"shape": {"kind": "sequence", "sizes": [8, 3]}})
    projected = chain(reading, ("cells", "lstm", {"projection": 2}), ("output1", "output", {}))
    with pytest.raises(NetloomError, match=r"cells cannot be exported: .* projection"):
        export_onnx(Project(projected), "", tmp_path / "net.onnx")
    monkeypatch.setattr(onnx_out, "apply_rewrites", lambda module: None)  # torch's exporter then lacks this one
    image = ("input1", "input", {"shape": {"kind": "image", "sizes": [1, 8, 8]}})
    pooled = chain(image, ("relu1", "relu", {}), ("odd", "fractional_pool2d", {}), ("output1", "output", {}))
    with pytest.raises(NetloomError, match="odd cannot be exported"):
        export_onnx(Project(pooled), "", tmp_path / "net.onnx")
    assert not (tmp_path / "net.onnx").exists()


def test_states_are_handed_from_encoder_to_decoder(tmp_path: Path) -> None:
    for kind in ("lstm", "gru", "rnn"):
        both = {"hidden_size": 4, "layers": 2, "output_mode": "sequence"}
        network = chain(
            ("input1", "input", {"shape": {"kind": "sequence", "sizes": [None, 3]}}),
            ("encoder", kind, {**both, "final_state": True}),
            ("decoder", kind, {**both, "initial_state": True}),
            ("output1", "output", {}),
        )
        ends = [port.name for port in network.layer("encoder").output_ports() if port.name != "out"]
        starts = [port.name for port in network.layer("decoder").input_ports() if port.name != "in"]
        for end, start in zip(ends, starts, strict=True):
            network.insert_connection(Connection("encoder", end, "decoder", start))
        made = export_onnx(Project(network), kind, tmp_path / "net.onnx")
        assert made.parity is not None


def _trained(folder: Path, data: dict[str, object], features: int, classes: int = 1) -> Run:
    network = chain(
        ("input1", "input", {"shape": {"kind": "vector", "sizes": [features]}}),
        ("dense1", "dense", {"units": classes}),
        ("output1", "output", {}),
    )
    for _ in train(begin(project(network, data, epochs=1), out=folder)):
        pass
    return Run.open(folder)


def test_windows_that_stick_out_leave_as_torch_keeps_them(tmp_path: Path) -> None:
    # Of 5 pixels with a border of 1, windows of 2 by steps of 3: ONNX would keep a last one that lies in the border.
    image = ("input1", "input", {"shape": {"kind": "image", "sizes": [2, 5, 6]}})
    for kind, more in (
        ("max_pool2d", {}),
        ("max_pool2d", {"dilation": 2, "padding": 0}),
        ("average_pool2d", {}),
        ("average_pool2d", {"count_padding": False}),
    ):
        pooled = (kind, kind, {"kernel_size": 2, "stride": 3, "padding": 1, "ceil": True, **more})
        made = export_onnx(Project(chain(image, pooled, ("output1", "output", {}))), "ceil", tmp_path / "net.onnx")
        assert made.parity is not None and made.parity.difference < 1e-6
