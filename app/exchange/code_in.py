"""Exported PyTorch code without its drawing, read back as a network from its lines; nothing of it is run.

For every layer of the file a layer is searched that writes the very same lines. So what is read is certain, or the
layer is named.
"""

from __future__ import annotations

import ast
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.exchange.code_search import WantedLines, find_layer
from app.system.number_format import counted
from graph.build.code import generate
from graph.drawing.layout import arrange
from graph.errors import NetloomError
from graph.layers.base import Layer, ShapeError
from graph.layers.io import Input, Output
from graph.naming import check_name
from graph.network import Connection, Network, Node
from graph.shapes import Kind, Shape
from graph.structure.blocks import Block, Body
from graph.user_files import bytes_of

LARGEST = 2**23
"""Files over this many bytes are refused."""

NETWORK = "Network"
NAME = r"[^\s,.()]+"
"""The name of a class in any script."""

SIGNATURE = re.compile(r"([^\s,]+) \[batch, ([^\]]*)\]( of whole numbers)?")
KINDS = {1: Kind.VECTOR, 2: Kind.SEQUENCE, 3: Kind.IMAGE, 4: Kind.VIDEO}


@dataclass(frozen=True)
class CodeSource:
    """Where a value of the file comes from."""

    id: str
    port: str
    shape: Shape


def read_code(path: Path) -> Network:
    """The network in the Python file ``path``.

    Raises
    ------
    NetloomError
        if it is no such file, or a layer is written as Netloom never writes one; the sentence names it.
    """
    classes = _classes(path)
    if NETWORK not in classes:
        raise NetloomError(f"{path.name} has no class “{NETWORK}”, so Netloom did not write it.")
    try:
        network = _CodeReader(classes, path.name).network(NETWORK)
        _check_whole(network, classes[NETWORK], path.name)
    except RecursionError:
        raise NetloomError(f"{path.name} is nested too deeply to be read.") from None
    for id_, place in arrange(network).items():
        network.replace_node(replace(network.node(id_), position=place))
    return network


def written_by_netloom(path: Path) -> bool:
    """Whether a Python file looks as Netloom exports code: its class `Network` says what it takes and returns.

    Raises
    ------
    NetloomError
        if it cannot be opened, or is no Python.
    """
    network = _classes(path).get(NETWORK)
    return network is not None and "; returns " in (ast.get_docstring(network) or "")


def source_of(path: Path) -> str:
    """The text of a Python file.

    Raises
    ------
    NetloomError
        if it cannot be opened, is too large or is no text.
    """
    content = bytes_of(path, LARGEST, "exported code")
    try:
        return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8").read()
    except ValueError:
        raise NetloomError(f"{path.name} is not Python that can be read.") from None


def _classes(path: Path) -> dict[str, ast.ClassDef]:
    try:
        tree = ast.parse(source_of(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise NetloomError(f"{path.name} is not Python that can be read.") from None
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _check_whole(network: Network, wanted: ast.ClassDef, place: str) -> None:
    """The network as a whole must write the class as it stands."""
    made = _class_of(network)
    if ast.dump(made) == ast.dump(wanted):
        return
    theirs, ours = _lines(wanted), _lines(made)
    odd = next((line for line in theirs if line not in ours), next((line for line in ours if line not in theirs), ""))
    raise NetloomError(f"{place} was changed after it was exported, in a way that no drawing has: {odd[:100]}")


def _class_of(network: Network, name: str = NETWORK) -> ast.ClassDef:
    tree = ast.parse(generate(network))
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)


def _lines(of: ast.ClassDef) -> list[str]:
    return [ast.unparse(node) for function in _functions(of).values() for node in function.body]


def _functions(of: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in of.body if isinstance(node, ast.FunctionDef)}


class _CodeReader:
    """The classes of one file."""

    def __init__(self, classes: Mapping[str, ast.ClassDef], place: str) -> None:
        self._classes = classes
        self._place = place

    def network(self, name: str, arriving: tuple[Shape, ...] = ()) -> Network:
        """The network of a class; ``arriving`` are the shapes that a block is given, none for the whole network."""
        found, functions = self._classes[name], _functions(self._classes[name])
        if "forward" not in functions:
            raise NetloomError(f"{self._place}: {name} has no forward pass, so Netloom did not write it.")
        takes, gives = self._signature(found, name)
        parts = _modules(functions.get("__init__"))
        network, values = Network(), dict[str, CodeSource]()
        given = functions["forward"].args.args[1:]
        shapes = arriving or tuple(takes.values())
        if len(given) != len(shapes):
            raise NetloomError(
                f"{self._place}: the forward pass of {name} takes {counted(len(given), 'input')}, and shapes are said "
                f"of {len(shapes)}."
            )
        for argument, shape in zip(given, shapes, strict=True):
            self._insert(network, argument.arg, Input(shape=shape), {}, values)
            values[argument.arg] = CodeSource(argument.arg, "out", shape)
        *body, last = functions["forward"].body
        for lines in _by_layer(body):
            self._read(network, lines, parts, values)
        self._leave(network, last, gives, values)
        return network

    def _signature(self, found: ast.ClassDef, name: str) -> tuple[dict[str, Shape], list[str]]:
        """Shapes of the inputs by name, and names of the outputs."""
        text = ast.get_docstring(found) or ""
        takes, marker, gives = text.partition("; returns ")
        if not marker:
            raise NetloomError(f"{self._place}: {name} does not say what it takes and returns, so it cannot be read.")
        shapes = {end[1]: self._shape(end[1], end[2], bool(end[3])) for end in SIGNATURE.finditer(takes)}
        return shapes, [end[1] for end in SIGNATURE.finditer(gives)]

    def _shape(self, input_name: str, sizes: str, whole: bool) -> Shape:
        """The shape of an input whose sizes are written as in ``3, 28, 28``."""
        try:
            axes = tuple(None if size == "time" else int(size) for size in sizes.split(", "))
            return Shape(Kind.TOKENS if whole else KINDS[len(axes)], axes)
        except (ValueError, KeyError):
            raise NetloomError(
                f"{self._place}: {input_name} is said to be [batch, {sizes}], which is no shape."
            ) from None

    def _insert(
        self, network: Network, id_: str, layer: Layer, ports: Mapping[str, CodeSource], values: dict[str, CodeSource]
    ) -> None:
        try:
            check_name(id_, network)
        except NetloomError as error:
            raise NetloomError(f"{self._place}: {error}") from None
        network.insert_node(Node(id_, layer, (0.0, 0.0)))
        for port, source in ports.items():
            network.insert_connection(Connection(source.id, source.port, id_, port))

    def _leave(self, network: Network, last: ast.stmt, names: list[str], values: dict[str, CodeSource]) -> None:
        if not isinstance(last, ast.Return) or last.value is None:
            raise NetloomError(f"{self._place}: a forward pass ends without a result.")
        results = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
        for name, result in zip(names, results, strict=False):
            if not isinstance(result, ast.Name) or result.id not in values:
                raise NetloomError(f"{self._place}: the result {ast.unparse(result)} is not a layer's.")
            self._insert(network, name, Output(), {"in": values[result.id]}, values)

    def _read(
        self, network: Network, lines: CodeLines, parts: Mapping[str, ast.expr], values: dict[str, CodeSource]
    ) -> None:
        """One layer: a block of the file, or what writes the same lines."""
        reads = [values[name] for name in lines.reads if name in values]
        owner = lines.owner
        if owner and owner != lines.id and owner in network:
            # The weights of another layer: what it is, is known.
            layer = network.layer(owner)
            self._add_layer(network, lines, layer, reads, values)
            network.replace_node(replace(network.node(lines.id), tied=owner))
            return
        shapes = tuple(source.shape for source in reads)
        part = parts.get(owner)
        found = self._block(part, shapes) or find_layer(lines.wanted(part, shapes))
        if found is None:
            shown = ast.unparse(lines.statements[-1])[:120]
            raise NetloomError(f"{self._place}: {lines.id} is written as no layer that is read back: {shown}")
        self._add_layer(network, lines, found, reads, values)

    def _block(self, part: ast.expr | None, shapes: tuple[Shape, ...]) -> Block | None:
        """A block, where the layer's module is a class of the file that was written for one."""
        name, repeat, shared = _repeated(part)
        if name not in self._classes or "; returns " not in (ast.get_docstring(self._classes[name]) or ""):
            return None
        inner = self.network(name, shapes)
        return Block(repeat=repeat, shared=shared, body=Body.of(inner))

    def _add_layer(
        self, network: Network, lines: CodeLines, layer: Layer, reads: list[CodeSource], values: dict[str, CodeSource]
    ) -> None:
        ports = _ports(layer, reads)
        self._insert(network, lines.id, layer, ports, values)
        try:
            made = layer.infer({port: source.shape for port, source in ports.items()})
        except ShapeError as error:
            raise NetloomError(f"{self._place}: {lines.id}: {error.message}") from None
        names = [port.name for port in layer.output_ports()]
        for port in names:
            values[lines.id if len(names) == 1 else f"{lines.id}_{port}"] = CodeSource(lines.id, port, made[port])


@dataclass(frozen=True)
class CodeLines:
    """The statements of one layer: its id, what variables they read, and whose module they call (may be empty)."""

    id: str
    statements: tuple[ast.Assign, ...]
    reads: tuple[str, ...]
    owner: str

    def wanted(self, module: ast.expr | None, shapes: tuple[Shape, ...]) -> WantedLines:
        """What a layer has to write: these lines, and its module in ``__init__``."""
        written = tuple((_target(statement), statement.value) for statement in self.statements)
        return WantedLines(self.id, module, written, self.reads, shapes)


def _by_layer(body: list[ast.stmt]) -> Iterator[CodeLines]:
    """Statements together that make one layer: variables of steps on the way (``lstm1_2``) before its own."""
    waiting: list[ast.Assign] = []
    assigned = [line for line in body if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)]
    for statement, after in itertools.zip_longest(assigned, assigned[1:]):
        waiting.append(statement)
        name, following = _target(statement), _target(after) if after else ""
        step = re.fullmatch(r"(.+)_(?:\d+|out\d+)", name)
        if step and following and (following == step[1] or following.startswith(f"{step[1]}_")):
            continue
        id_ = step[1] if step and (len(waiting) > 1 or name.endswith(tuple(f"_out{n}" for n in range(1, 17)))) else name
        yield _together(id_, tuple(waiting))
        waiting = []


def _together(id_: str, statements: tuple[ast.Assign, ...]) -> CodeLines:
    made = {_target(statement) for statement in statements}
    names = [node for statement in statements for node in _in_order(statement.value)]
    reads = [node.id for node in names if isinstance(node, ast.Name) and node.id not in made | {"self", "torch", "nn"}]
    owners = [
        node.attr
        for node in names
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    ]
    return CodeLines(id_, statements, tuple(reads), owners[0] if owners else "")


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of an expression from left to right."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def _target(statement: ast.Assign) -> str:
    target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def _modules(function: ast.FunctionDef | None) -> dict[str, ast.expr]:
    """What ``__init__`` assigns, by attribute."""
    found = {}
    for statement in function.body if function is not None else ():
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Attribute):
            found[statement.targets[0].attr] = statement.value
    return found


def _repeated(part: ast.expr | None) -> tuple[str, int, bool]:
    """The class of a block's module, how often it is run, and whether with the same weights."""
    text = "" if part is None else ast.unparse(part)
    patterns = (
        (rf"({NAME})\(\)", 1, False),
        (rf"Repeat\(({NAME})\(\), (\d+)\)", 0, True),
        (rf"nn\.Sequential\(\*\(({NAME})\(\) for _ in range\((\d+)\)\)\)", 0, False),
    )
    inner = re.fullmatch(rf"nn\.Sequential\(({NAME})\(\)(, {NAME}\(\))+\)", text)
    if inner:
        return inner[1], text.count("()"), False
    for pattern, times, shared in patterns:
        match = re.fullmatch(pattern, text)
        if match:
            return match[1], times or int(match[2]), shared
    return "", 1, False


def _ports(layer: Layer, reads: list[CodeSource]) -> dict[str, CodeSource]:
    """The input ports with what they read; a value that a layer with one input reads twice is one value."""
    names = [port.name for port in layer.input_ports()]
    sources = reads if len(names) > 1 else reads[:1]
    return dict(itertools.islice(zip(names, sources, strict=False), len(names)))
