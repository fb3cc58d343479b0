"""ONNX export of a network, with a parity check against torch."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from app.exchange.deployed_module import DeployedInfo, DeployedModule, info_of_model, info_of_network
from app.exchange.onnx_drawing import embed_drawing
from app.exchange.onnx_rewrites import apply_rewrites
from app.exchange.parity_check import ParityCheck, check_parity
from app.exchange.quiet_exporters import quiet
from app.training.initial_weights import InitialWeights
from app.training.plan import Plan
from app.training.runs import Run
from app.training.training_session import load_model
from graph.atomic_write import write_atomically
from graph.build.compile import Compiled, compile_network
from graph.build.order import Program, program
from graph.errors import NetloomError
from graph.layers.io import Input, InputLike
from graph.network import Network
from graph.project import Project
from graph.shapes import TIMED

if TYPE_CHECKING:
    from onnx import ModelProto

LARGEST = 2**31 - 2**16
"""Bytes that one ONNX file can hold."""

TIMES = (24, 96, 400, 1600)
"""Numbers of steps that are tried for a length that is not known, until one is long enough for all windows."""

CLEAN = re.compile(r"\x1b\[\d+m")


@dataclass(frozen=True)
class OnnxExport:
    """What was written: the file, its parity check (None where nothing here can run it), and what the file tells."""

    file: Path
    parity: ParityCheck | None
    info: DeployedInfo
    trained: bool

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        proof = None if self.parity is None else self.parity.to_json()
        return {"proof": proof, "scaling": self.info.scaling, "trained": self.trained}

    def sentences(self) -> list[str]:
        """What the person should know about the file."""
        untrained = "The weights are untrained: this is a project; export a run of it for trained ones."
        parity = (
            "Its outputs are not checked: nothing installed here can run all its operators; install onnxruntime and "
            "export again."
            if self.parity is None
            else self.parity.sentence()
        )
        return [parity, self.info.sentence(), *([] if self.trained else [untrained])]


def export_onnx(
    project: Project, title: str, out: Path, run: Run | None = None, inside: bool = True, base: Path | None = None
) -> OnnxExport:
    """Write the network, for a run with its weights, as one ONNX file whose batch (and unknown time) may vary.

    Parameters
    ----------
    project
        what to export where there is no run, with the weights that it starts from, or fresh ones by the plan's seed.
    title
        name of the graph in the file.
    out
        the file.
    run
        a run of the project; its weights are used.
    inside
        whether standardisation is part of the file, so that it takes and gives numbers in the data's own units.
    base
        folder of the project, where relative paths start.

    Raises
    ------
    NetloomError
        if the network cannot run, a layer cannot be expressed in ONNX, the file would give other outputs than the
        network, or it cannot be written; nothing is written then.
    """
    compiled, info, deployed, trained = _prepared(project, run, inside, base)
    _refuse(program(project.network))
    samples = info.samples(1, _time(deployed, compiled, info))
    model = _converted(project.network, deployed, samples, compiled, info)
    _describe(model, title, info)
    if info.scaling != "inside":
        state = {name: one.numpy() for name, one in compiled.module.state_dict().items()}
        embed_drawing(model, project.network, title, state)
    content = _checked(model)
    parity = check_parity(content, deployed, info, len(samples[0][0]) if info.open_times else None)
    write_atomically(out, content)
    return OnnxExport(out, parity, info, trained)


def _prepared(
    project: Project, run: Run | None, inside: bool, base: Path | None
) -> tuple[Compiled, DeployedInfo, DeployedModule, bool]:
    """The network, what the file tells of it, the module to compare with, and whether it is trained."""
    trained = True
    if run is None:
        with torch.random.fork_rng():
            torch.manual_seed(Plan.of(project).seed)
            compiled = compile_network(project.network)
        trained = InitialWeights.of(project).load_into(compiled.module, base)
        compiled.module.eval()
        info = info_of_network(project.network, compiled)
    else:
        _, model = load_model(run.place)
        compiled = model.compiled
        compiled.module.to(device="cpu", memory_format=torch.contiguous_format)  # type: ignore[call-overload]
        info = info_of_model(model, inside, run.base)
    return compiled, info, DeployedModule(compiled.module, info).eval(), trained


def _time(deployed: DeployedModule, compiled: Compiled, info: DeployedInfo) -> int | None:
    """A number of steps that the network takes; None where no input has an open time."""
    if not info.open_times:
        return None
    for time in TIMES:
        with contextlib.suppress(RuntimeError, ValueError), torch.inference_mode():
            deployed(*info.samples(1, time))
            return time
    raise NetloomError(f"The network takes no sequence of up to {TIMES[-1]:,} steps, so it could not be tried.")


# Converting


def _refuse(plan: Program, within: str = "") -> None:
    """Refuse layers that cannot be written as ONNX; the sentence names the layer."""
    for id_ in plan.order:
        obstacle = plan.network.layer(id_).onnx_obstacle(plan.layer_info[id_].inputs)
        if obstacle and not plan.network.node(id_).muted:
            raise NetloomError(f"{within}{id_} cannot be exported: {obstacle}")
        for part in plan.parts(id_)[:1]:
            _refuse(part, f"{within}{id_}.")


def _converted(
    network: Network, deployed: DeployedModule, samples: list[Tensor], compiled: Compiled, info: DeployedInfo
) -> ModelProto:
    import copy

    rewritten = copy.deepcopy(deployed)
    apply_rewrites(rewritten)
    try:
        model = convert(rewritten, samples, info)
    except Exception as error:
        raise _unsayable(network, compiled, error) from None
    return model


def convert(module: DeployedModule, samples: list[Tensor], info: DeployedInfo) -> ModelProto:
    """``module`` in ONNX's terms, from one example for each input; batches and open times may vary.

    Raises
    ------
    Exception
        of many kinds, if torch's exporter has no translation.
    """
    dynamic = torch.export.Dim.DYNAMIC
    axes = tuple(
        {0: dynamic} | ({1: dynamic} if shape.time is None and shape.kind in TIMED else {}) for shape in info.shapes
    )
    # An example of one sample would be taken for a fixed batch.
    pair = tuple(torch.cat([sample, sample]) for sample in samples)
    with quiet():
        made = torch.onnx.export(
            module,
            pair,
            dynamo=True,
            dynamic_shapes=(axes,),
            input_names=[end.name for end in info.inputs],
            output_names=[end.name for end in info.outputs],
            verbose=False,
        )
    assert made is not None
    model: ModelProto = made.model_proto
    return model


def _unsayable(network: Network, compiled: Compiled, error: Exception) -> NetloomError:
    """The sentence for a network that torch's exporter refuses: the first layer that it refuses alone."""
    for id_ in compiled.layer_info:
        layer = network.layer(id_)
        if isinstance(layer, InputLike) or network.node(id_).muted or not compiled.layer_info[id_].inputs:
            continue
        try:
            alone, info = _alone(network, compiled, id_)
            convert(alone, info.samples(1, TIMES[0]), info)
        except NetloomError:
            continue
        except Exception:
            return NetloomError(
                f"{id_} cannot be exported: a {layer.title} with these settings has no form in ONNX. Export the "
                "network as code instead, or put another layer in its place."
            )
    reason = CLEAN.sub("", str(error)).strip().splitlines()
    return NetloomError(f"The network cannot be written as ONNX: {reason[0] if reason else type(error).__name__}")


def _alone(network: Network, compiled: Compiled, id_: str) -> tuple[DeployedModule, DeployedInfo]:
    """One layer as a network of its own, in its form for ONNX."""
    from graph.layers.io import Output
    from graph.network import Connection, Node

    single = Network()
    layer = network.layer(id_)
    single.insert_node(Node("layer", layer, (0.0, 0.0)))
    for number, (port, shape) in enumerate(compiled.layer_info[id_].inputs.items()):
        single.insert_node(Node(f"in{number}", Input(shape=shape), (0.0, 0.0)))
        single.insert_connection(Connection(f"in{number}", "out", "layer", port))
    for number, port in enumerate(each.name for each in layer.output_ports()):
        single.insert_node(Node(f"out{number}", Output(), (0.0, 0.0)))
        single.insert_connection(Connection("layer", port, f"out{number}", "in"))
    made = compile_network(single)
    made.module.eval()
    apply_rewrites(made.module)
    info = info_of_network(single, made)
    return DeployedModule(made.module, info).eval(), info


# The file


def _describe(model: ModelProto, title: str, info: DeployedInfo) -> None:
    """Names of axes, the layers' own names for weights, and what whoever uses the file needs to know."""
    from onnx import helper

    _strip_metadata(model)
    renamed = {weight.name: weight.name.removeprefix("network.") for weight in model.graph.initializer}
    for weight in model.graph.initializer:
        weight.name = renamed[weight.name]
    for node in model.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
    _name_axes(model, info)
    model.graph.name = title
    model.producer_name = "Netloom"
    helper.set_model_props(model, {"title": title, **info.metadata()})


def _strip_metadata(message: Any) -> None:
    """Remove what torch's exporter notes at every part: stack traces with folders of this machine among it."""
    for field, value in message.ListFields():
        if field.name in ("metadata_props", "doc_string"):
            message.ClearField(field.name)
        elif field.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                _strip_metadata(part)


def _name_axes(model: ModelProto, info: DeployedInfo) -> None:
    """``batch`` and ``time`` in the place of the exporter's symbols."""
    names: dict[str, str] = {}
    for value, shape in zip(model.graph.input, info.shapes, strict=True):
        dims = value.type.tensor_type.shape.dim
        names[dims[0].dim_param] = "batch"
        if shape.kind in TIMED and shape.time is None:
            names.setdefault(dims[1].dim_param, "time" if "time" not in names.values() else f"time_{value.name}")
    names.pop("", None)
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_param = re.sub(r"\w+", lambda found: names.get(found[0], found[0]), dim.dim_param)


def _checked(model: ModelProto) -> bytes:
    from onnx import checker

    if model.ByteSize() > LARGEST:
        raise NetloomError("The weights are more than 2 GB, which one ONNX file cannot hold; export safetensors.")
    content: bytes = model.SerializeToString()
    checker.check_model(content, full_check=True)
    return content
