"""Compiling and writing code: both compute the same, with the layers' own names."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from graph.build import compile as compiling
from graph.build.code import generate
from graph.build.compile import compile_network, resolve
from graph.document import Document
from graph.errors import NetloomError
from graph.layers.catalogue import catalogue
from graph.layers.construct import Module
from graph.layers.grid import compact
from graph.naming import RESERVED, check_name
from graph.shapes import image, sequence, tokens, vector, video
from tests.graph.networks import chain, layer, lenet, wire

TORCH_NAMES = {
    "ceil": "ceil_mode",
    "count_padding": "count_include_pad",
    "divisor": "divisor_override",
    "extra": "output_padding",
    "padding_index": "padding_idx",
    "track": "track_running_stats",
}
"""Settings that torch calls by other names."""


def branched() -> Document:
    """Two inputs, a skip, a merge and two outputs."""
    document = Document()
    with document.transaction("Draw"):
        picture = document.add(layer("input", shape=image(1, 8, 8)), name="picture")
        series = document.add(layer("input", shape=sequence(None, 3)), name="series")
        conv = document.add(layer("conv2d", filters=1))
        add, flat = document.add(layer("add")), document.add(layer("flatten"))
        gru = document.add(layer("gru", hidden_size=5, output_mode="last", bidirectional=True))
        both, dense = document.add(layer("concatenate")), document.add(layer("dense", units=4))
        out, side = document.add(layer("output")), document.add(layer("output", target="side"))
        unused = document.add(layer("relu"))
        for connection in (
            wire(picture, conv),
            wire(picture, add, "in1"),
            wire(conv, add, "in2"),
            wire(add, flat),
            wire(series, gru),
            wire(flat, both, "in1"),
            wire(gru, both, "in2"),
            wire(both, dense),
            wire(dense, out),
            wire(gru, side),
            wire(gru, unused),
        ):
            document.connect(connection)
    return document


def test_submodules_carry_the_layers_names() -> None:
    module = compile_network(lenet().network).module
    assert {"conv1.weight", "conv1.bias", "dense2.weight"} <= set(module.state_dict())
    assert sum(parameter.numel() for parameter in module.parameters()) == sum(
        facts.parameters for facts in compile_network(lenet().network).layer_info.values()
    )


def test_the_same_seed_gives_the_same_weights() -> None:
    states = []
    for _ in range(2):
        torch.manual_seed(7)
        states.append(compile_network(branched().network).module.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_any_graph_runs_with_several_inputs_and_outputs() -> None:
    compiled = compile_network(branched().network)
    assert compiled.inputs == ("picture", "series")
    results = compiled.module(torch.randn(3, 1, 8, 8), torch.randn(3, 6, 3))
    assert {name: tuple(result.shape) for name, result in zip(compiled.outputs, results, strict=True)} == {
        "output1": (3, 4),
        "output2": (3, 10),
    }
    assert "relu1" not in compiled.module.code, "what leads to no output is not computed"


def test_a_network_with_errors_is_refused_with_its_first_problem() -> None:
    with pytest.raises(NetloomError, match="dense1: Dense needs a vector"):
        compile_network(chain([layer("input"), layer("dense"), layer("output")]).network)


def inputs_of(document: Document) -> list[torch.Tensor]:
    compiled = compile_network(document.network)
    shapes = [compiled.layer_info[name].outputs["out"] for name in compiled.inputs]
    return [torch.randn(2, *[size or 7 for size in shape.sizes]) for shape in shapes]


def test_the_exported_file_runs_alone_and_gives_equal_outputs(tmp_path: Path) -> None:
    drawn = {"lenet": lenet(), "branched": branched()}
    made = {name: compile_network(document.network).module.eval() for name, document in drawn.items()}
    inputs = {name: inputs_of(document) for name, document in drawn.items()}
    for name, document in drawn.items():
        (tmp_path / f"{name}.py").write_text(generate(document.network, "Test"), encoding="utf-8")
        save_file(made[name].state_dict(), tmp_path / f"{name}.safetensors")
        torch.save(inputs[name], tmp_path / f"{name}.pt")
    script = (
        "import importlib, runpy, sys, torch; sys.path.insert(0, '.')\n"
        f"for name in {list(drawn)}:\n"
        "    network = importlib.import_module(name).load(f'{name}.safetensors')\n"
        "    torch.save(network(*torch.load(f'{name}.pt')), f'{name}.out')\n"
        "runpy.run_path('lenet.py', run_name='__main__')\n"
        "assert not any(m.startswith(('graph', 'app', 'networkx', 'safetensors')) for m in sys.modules)\n"
    )
    command = [sys.executable, "-I", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "output of shape (2, 10) for 2 random samples\n"), done.stderr
    for name, module in made.items():
        torch.testing.assert_close(torch.load(tmp_path / f"{name}.out"), module(*inputs[name]))


def test_generated_code_reads_well() -> None:
    source = generate(lenet().network, "LeNet")
    assert 'self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding="same")' in source
    assert "conv1 = self.conv1(input1)  # 6 × 28 × 28" in source
    assert "Takes input1 [batch, 1, 28, 28]; returns output1 [batch, 10]." in source
    compile(source, "network.py", "exec")


def test_arguments_left_out_of_the_code_are_torchs_defaults() -> None:
    seen = 0
    shapes = (vector(8), image(8, 8, 8), sequence(8, 8), tokens(8), video(8, 8, 8, 8))
    for kind in catalogue().values():
        layer = kind()
        shape = next(shape for shape in shapes if shape.kind in kind.accepts)
        module = (
            layer.recipe({port.name: shape for port in layer.input_ports()}).module if layer.input_ports() else None
        )
        if module is None or not module.target.startswith("torch.nn."):
            continue
        parameters = inspect.signature(resolve(module.target)).parameters
        for setting in kind.settings():
            name = TORCH_NAMES.get(setting.name, setting.name)
            if name not in parameters or name in module.arguments:
                continue
            seen += 1
            value = setting.default
            value = compact(value) if isinstance(value, tuple) else value
            assert parameters[name].default == value, f"{module.target}: {name}"
    assert seen > 40


def test_reserved_names_cover_all_that_a_module_has() -> None:
    taken = {name for name in dir(torch.fx.GraphModule) if not name.startswith("_")}
    assert taken <= RESERVED
    for name in ("input1", "conv1", "F6", "C1"):
        check_name(name)


def test_resolve_finds_torch_and_own_modules() -> None:
    assert resolve("torch.nn.Conv2d") is torch.nn.Conv2d
    assert resolve("operator.add")(1, 2) == 3


def test_weights_beyond_the_memory_of_the_machine_are_refused_before_they_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiling, "_memory", lambda: 64 * 2**30)
    document = chain([layer("input", shape=vector(200_000)), layer("dense", units=200_000), layer("output")])
    with pytest.raises(NetloomError, match=r"take 149 GB, and this machine has 64 GB.*dense1.*40,000,200,000 of them"):
        compile_network(document.network)


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't allocate memory"), OverflowError()])
def test_a_layer_for_which_there_is_no_memory_is_told(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(compiling, "resolve", lambda target: fails)
    with pytest.raises(NetloomError, match="do not fit into the memory"):
        compiling.build_module(Module("torch.nn.Linear", {}))
