"""A network as one readable Python file that needs only torch.

The file is printed from the same constructs that the compiler builds, so both compute the same. It can load weights
that Netloom exported as safetensors, with a reader of its own.
"""

from __future__ import annotations

import keyword
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from graph.build.code_names import Variables, top_level_names
from graph.build.order import Program, program
from graph.build.own_modules import own_modules
from graph.layers.base import Layer
from graph.layers.construct import NESTED, Argument, BuildStep, Construct, Module, Ref
from graph.layers.io import Noise
from graph.naming import typed_name
from graph.network import Network
from graph.shapes import Kind, Shape
from graph.structure.blocks import Block, Loop, loop_arguments
from graph.structure.time_distributed import TimeDistributed

PLAIN = ("in_channels", "out_channels", "in_features", "out_features", "input_size", "hidden_size", "num_features")
"""Arguments that every reader of torch knows by position."""

SQUARE = ("kernel_size", "stride", "padding", "dilation", "output_padding")
"""Arguments for which torch reads one number as the same number along both axes."""

INFIX = {"operator.add": "+", "operator.mul": "*", "operator.sub": "-", "operator.truediv": "/"}

NETWORK = "Network"
"""The class of the whole network."""

DATA = "\n# What the data of this run was, so that raw values go in and answers come out in its own units.\n"

LOADER = '''
def load(path: str, device: str = "cpu") -> Network:
    """The network with the weights of a safetensors file.

    The file is a length (8 bytes, little end first), a JSON header with type, shape and place of every tensor, and
    the tensors' bytes.
    """
    types = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
             "I64": torch.int64, "I32": torch.int32, "U8": torch.uint8, "BOOL": torch.bool}
    with open(path, "rb") as file:
        content = bytearray(file.read())
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    state = {}
    for name, entry in header.items():
        if name != "__metadata__":
            first, last = entry["data_offsets"]
            raw = content[start + first : start + last]
            values = torch.frombuffer(raw, dtype=types[entry["dtype"]]) if raw else torch.empty(0)
            state[name] = values.reshape(entry["shape"])
    network = Network()
    network.load_state_dict(state)
    return network.to(device).eval()
'''


FREEZE = '''
def freeze(network: Network) -> Network:
    """The network with the layers frozen that were so in training: call this before you train it on (fine-tuning).

    After each ``network.train()`` too, because that wakes batch normalisation and dropout inside them.
    """
    for part in ({names}):
        part.requires_grad_(False)
        part.eval()
    return network
'''
"""What a file says of frozen layers."""


@dataclass(frozen=True)
class DataCode:
    """Source that a file has beside its network: what its data was, with the imports that needs and another end."""

    source: str
    imports: tuple[str, ...] = ()
    main: str = ""


def generate(network: Network, title: str = "", data: DataCode | None = None, frozen: Sequence[str] = ()) -> str:
    """The Python source of ``network``, with what is known of its ``data``, and the layers that are ``frozen``.

    Raises
    ------
    NetloomError
        if the network has errors.
    """
    plan = program(network)
    kept = [id_ for id_ in frozen if id_ in plan.order]
    extra = data.imports if data else ()
    beside = [LOADER, FREEZE.format(names=""), data.source if data else ""]
    source = _source_of(plan, [*_imports(extra), *beside])
    parts = [
        f'"""{quoted(title) or "A network"}, drawn in Netloom. Needs only torch."""\n',
        "\n".join(["from __future__ import annotations", "", *_imports([*source.imports, *extra])]) + "\n",
        *source.definitions,
        LOADER,
        *([FREEZE.format(names="".join(f"network.{id_}, " for id_ in kept).rstrip())] if kept else []),
        *([f"{DATA}\n{data.source}"] if data else []),
        data.main if data and data.main else _main(plan),
    ]
    return "\n".join(part if part.startswith("\n") or index < 2 else f"\n{part}" for index, part in enumerate(parts))


@dataclass(frozen=True)
class NetworkSource:
    """A network as Python source: its ``definitions``, of which the last is the class `NETWORK`, and their imports."""

    imports: tuple[str, ...]
    definitions: tuple[str, ...]


def network_source(network: Network, beside: str = "") -> NetworkSource:
    """The classes of ``network``, none called like something in the source ``beside`` which they stand.

    Raises
    ------
    NetloomError
        if the network has errors.
    """
    return _source_of(program(network), [beside])


def quoted(title: str) -> str:
    """A title as it may stand within three quotes: nothing in it ends them, escapes, or breaks the line."""
    line = "".join(letter if letter.isprintable() else " " for letter in title)
    return line.replace("\\", r"\\").replace('"""', r"\"\"\"")


def _source_of(plan: Program, beside: Sequence[str]) -> NetworkSource:
    """The classes of a file, none called like something else in it, which ``beside`` are the sources of."""
    classes = _Classes()
    classes.add(plan, NETWORK)
    imports, sources = own_modules(list(dict.fromkeys(classes.own)))
    others = top_level_names("\n".join([*beside, *imports, *sources]))
    if not others.isdisjoint(classes.written):
        classes = _Classes(others)
        classes.add(plan, NETWORK)
    return NetworkSource(tuple(imports), (*sources, *classes.written.values()))


def _imports(extra: Iterable[str]) -> list[str]:
    """The file's own imports and those of Netloom's modules, torch last."""
    lines = {"import json", "import sys", "import torch", "from torch import nn", *extra}
    ordered = sorted(lines, key=lambda line: (" torch" in line, line.startswith("from"), line))
    first_torch = next(index for index, line in enumerate(ordered) if " torch" in line)
    return [*ordered[:first_torch], "", *ordered[first_torch:]]


# The classes


class _Classes:
    """The classes of a file: one for each block inside, before the network that uses it.

    None of them takes a name in ``taken``.
    """

    def __init__(self, taken: Container[str] = ()) -> None:
        self._taken = taken
        self.written: dict[str, str] = {}
        self.own: list[str] = []

    def add(self, plan: Program, name: str) -> str:
        """Write the class of ``plan`` under ``name``, or find one with the same body; returns its name."""
        body = self._body(plan, name)
        for written, text in self.written.items():
            if text.partition("\n")[2] == body:
                return written
        while name in self.written or name in self._taken or keyword.iskeyword(name):
            name += "b"
        self.written[name] = f"class {name}(nn.Module):\n{body}"
        return name

    def _body(self, plan: Program, name: str) -> str:
        built = {}
        for id_ in plan.order:
            module = plan.construct(id_).module
            if module is not None and plan.owner(id_) not in built:
                built[plan.owner(id_)] = self._build(plan, id_, module, name)
        lines = [f'    """{_signature(plan)}"""', ""]
        if built:
            lines += ["    def __init__(self) -> None:", "        super().__init__()"]
            lines += [f"        self.{id_} = {text}" for id_, text in built.items()]
            lines.append("")
        variables = _variables(plan)
        arguments = ", ".join(f"{variables.of(id_, id_)}: torch.Tensor" for id_ in plan.inputs)
        result = "torch.Tensor" if len(plan.outputs) == 1 else "tuple[torch.Tensor, ...]"
        lines.append(f"    def forward(self, {arguments}) -> {result}:")
        return "\n".join([*lines, *(f"        {line}" for line in _forward(plan))]) + "\n"

    def _build(self, plan: Program, id_: str, module: Module, name: str) -> str:
        if module.target == NESTED:
            return self._nested(plan, id_, "" if name == NETWORK else name)
        if module.target.startswith("graph.modules."):
            self.own.append(module.target)
        return module_call(module)

    def _nested(self, plan: Program, id_: str, prefix: str) -> str:
        """A block: its class, its repetitions one after another, its loop, or all of it for every frame."""
        block = cast(Block, plan.network.layer(id_))
        stem = typed_name(prefix + "".join(word.capitalize() for word in id_.split("_")))
        stem = stem if stem != NETWORK else f"{stem}b"  # the whole network's, which is written last
        parts = [f"{self.add(part, stem)}()" for part in plan.parts(id_)]
        if isinstance(block, Loop):
            self.own.append("graph.modules.loop.Loop")
            arguments = loop_arguments(block)
            return f"Loop({parts[0]}, states={_value(arguments['states'])}, last={arguments['last']})"
        whole = self._repeated(block, parts)
        if isinstance(block, TimeDistributed):
            self.own.append("graph.modules.time_distributed.TimeDistributed")
            return f"TimeDistributed({whole})"
        return whole

    def _repeated(self, block: Block, parts: list[str]) -> str:
        if block.repeat > 1 and block.shared:
            self.own.append("graph.modules.repeat.Repeat")
            return f"Repeat({parts[0]}, {block.repeat})"
        if len(set(parts)) == 1 and len(parts) > 2:
            return f"nn.Sequential(*({parts[0]} for _ in range({len(parts)})))"
        return parts[0] if len(parts) == 1 else f"nn.Sequential({', '.join(parts)})"


def _signature(plan: Program) -> str:
    """Shapes of arguments and results, in torch's order of axes."""
    takes = ", ".join(f"{id_} {_axes(plan.layer_info[id_].outputs['out'])}" for id_ in plan.inputs)
    gives = ", ".join(f"{id_} {_axes(plan.layer_info[id_].outputs['out'])}" for id_ in plan.outputs)
    return f"Takes {takes}; returns {gives}."


def _axes(shape: Shape) -> str:
    sizes = ", ".join("time" if size is None else str(size) for size in shape.sizes)
    return f"[batch, {sizes}]" + (" of whole numbers" if shape.kind is Kind.TOKENS else "")


def module_call(module: Module) -> str:
    """The expression that makes a torch module."""
    name = module.target.removeprefix("torch.")
    if module.target.startswith("graph.modules."):
        name = module.target.rpartition(".")[2]
    shown: list[str] = []
    for key, value in module.arguments.items():
        # Only torch's own classes read one number as two.
        text = _value(_squared(value) if name.startswith("nn.") and key in SQUARE else value)
        positional = key in PLAIN and all("=" not in text for text in shown)
        shown.append(text if positional else f"{key}={text}")
    return f"{name}({', '.join(shown)})"


def _squared(value: Argument) -> Argument:
    return value[0] if isinstance(value, tuple) and len(value) == 2 and value[0] == value[1] else value


def _value(value: Argument) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(_value(part) for part in value)}{',' if len(value) == 1 else ''})"
    return f'"{value}"' if isinstance(value, str) else repr(value)


# The forward pass


def _forward(plan: Program) -> Iterator[str]:
    variables = _variables(plan)
    names: dict[tuple[str, str], str] = {(id_, "out"): variables.of(id_, id_) for id_ in plan.inputs}
    for id_ in plan.order:
        if id_ in plan.inputs:
            continue
        arriving = {port: names[source] for port, source in plan.sources(id_).items()}
        construct = plan.construct(id_)
        if not construct.steps:
            names.update({(id_, port): arriving[str(ref.at)] for port, ref in construct.outputs.items()})
            continue
        own = {port: variables.of(id_, output_variable(id_, port, construct)) for port in construct.outputs}
        shapes = {variable: plan.layer_info[id_].outputs[port] for port, variable in own.items()}
        names.update({(id_, port): variable for port, variable in own.items()})
        for wanted, text in assignments(id_, plan.owner(id_), construct, arriving, partial(variables.of, id_)):
            yield f"{wanted} = {text}" + (f"  # {shapes[wanted]}" if wanted in shapes else "")
    yield f"return {', '.join(names[id_, 'out'] for id_ in plan.outputs)}"


def _variables(plan: Program) -> Variables:
    """The variables of a forward pass: what has no step, such as an output, has none of its own."""
    return Variables(id_ for id_ in plan.order if id_ in plan.inputs or plan.construct(id_).steps)


def output_variable(id: str, port: str, construct: Construct) -> str:
    """The variable of what leaves the layer ``id`` by ``port``: its id, with the port's where it has several."""
    return id if len(construct.outputs) == 1 else f"{id}_{port}"


def assignments(
    id: str,
    owner: str,
    construct: Construct,
    arriving: Mapping[str, str],
    variable: Callable[[str], str] = str,
) -> Iterator[tuple[str, str]]:
    """Variables and expressions of one layer; a step used once is written inside the next.

    ``owner`` is the layer whose module it calls, ``arriving`` the variable at each input port. ``variable`` says what
    a variable is called in the place of its usual name.
    """
    uses = _uses(construct)
    results: dict[str | int, str] = dict(arriving.items())
    for index, step in enumerate(construct.steps):
        results[index] = _expression(owner, step, results)
        if uses[index] > 1:
            step_variable = variable(f"{id}_{index}")
            yield step_variable, results[index]
            results[index] = step_variable
    for port, ref in construct.outputs.items():
        yield variable(output_variable(id, port, construct)), results[ref.at]


def _uses(construct: Construct) -> Counter[str | int]:
    counted: Counter[str | int] = Counter()

    def visit(argument: Argument) -> None:
        if isinstance(argument, Ref):
            counted[argument.at] += 1
        elif isinstance(argument, tuple):
            for part in argument:
                visit(part)

    for step in construct.steps:
        for argument in (*step.args, *step.kwargs.values()):
            visit(argument)
    for ref in construct.outputs.values():
        visit(ref)
    return counted


def _expression(owner: str, step: BuildStep, results: Mapping[str | int, str]) -> str:
    args = [_operand(argument, results) for argument in step.args]
    named = [f"{name}={_operand(argument, results)}" for name, argument in step.kwargs.items()]
    if step.op == "own":
        return f"self.{owner}({', '.join(args + named)})"
    if step.op == "method":
        return f"{args[0]}.{step.target}({', '.join(args[1:] + named)})"
    if step.target == "operator.getitem":
        return f"{args[0]}[{args[1]}]"
    if step.target in INFIX:
        return f"({f' {INFIX[step.target]} '.join(args)})"
    target = step.target.removeprefix("torch.") if step.target.startswith("torch.nn.") else step.target
    return f"{target}({', '.join(args + named)})"


def _operand(argument: Argument, results: Mapping[str | int, str]) -> str:
    if isinstance(argument, Ref):
        return results[argument.at]
    if isinstance(argument, tuple):
        inner = ", ".join(_operand(part, results) for part in argument)
        return f"({inner}{',' if len(argument) == 1 else ''})"
    return _value(argument)


# The end of the file


def _main(plan: Program) -> str:
    """Lets the file be run: with a weights file it loads it, then it shows the shapes of one random batch."""
    lines = [
        "",
        'if __name__ == "__main__":',
        "    network = load(sys.argv[1]) if len(sys.argv) > 1 else Network().eval()",
    ]
    samples = [_sample(plan.network.layer(id_), plan.layer_info[id_].outputs["out"]) for id_ in plan.inputs]
    lines.append(f"    results = network({', '.join(samples)})")
    lines.append("    for result in results if isinstance(results, tuple) else (results,):")
    lines.append(f'        print("output of shape", tuple(result.shape), "for 2 {_sample_words(plan)} samples")')
    return "\n".join(lines) + "\n"


def _sample_words(plan: Program) -> str:
    """What the samples are that the file makes up: see `_sample`."""
    tokens = any(plan.layer_info[id_].outputs["out"].kind is Kind.TOKENS for id_ in plan.inputs)
    return "made-up" if tokens else "random"


def _sample(layer: Layer, shape: Shape) -> str:
    sizes = ", ".join(str(size or 10) for size in shape.sizes)
    if isinstance(layer, Noise) and layer.distribution == "uniform":
        return f"2 * torch.rand(2, {sizes}) - 1"
    return f"torch.zeros(2, {sizes}, dtype=torch.int64)" if shape.kind is Kind.TOKENS else f"torch.randn(2, {sizes})"
