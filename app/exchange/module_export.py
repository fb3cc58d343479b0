"""In a process apart: run a file of the user's, make its module, and write it as ONNX with samples and its outputs.

This process is started by `app.exchange.module_apart` once the user has agreed, and has bounds. What it finds is
written into a folder: ONNX files of both of torch's exporters, `SAMPLES`, and `TOLD`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import json
import logging
import os
import sys
import traceback
import warnings
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from app.exchange.module_source import EXPORTED, ModuleSource, literal_arguments, sizes_text
from app.exchange.quiet_exporters import quiet
from app.system.parent_death import end_with_parent
from app.system.process_bounds import bound_this_process
from app.training.state_files import read_state
from graph import strict_json
from graph.errors import NetloomError

TOLD, SAMPLES = "told.json", "samples.npz"
"""Files in the folder: what is to be said as JSON, and samples with what the module gives for them."""
PLAIN, DEFAULT, OLDER = "plain.onnx", "default.onnx", "older.onnx"
"""Files in the folder: the network by torch's default exporter, with what that joins (a normalisation and the layer
before it) still apart, and joined; and by the older exporter. Any may be missing."""
BATCHES = (1, 3)
"""Sizes of the batches of which the outputs are kept, where the module takes any."""
TRACED = 2
"""Size of the batch with which the module is followed: torch takes one sample for a number that is fixed."""
LARGEST = 2**31
"""Bytes of a file that may be written: the format of ONNX allows no more."""
LONGEST = 200
"""Letters of a reason of torch's that are told."""
INPUTS = 6
"""Inputs of which torch is asked whether they are whole numbers."""

Samples = tuple[Tensor, ...]
Values = np.ndarray[Any, Any]
Names = tuple[list[str], list[str]]
"""Those of inputs and outputs."""


class RefusedError(Exception):
    """The module cannot be had, or cannot be written; the message is a sentence for the user."""


def serve() -> None:
    """Take the request from stdin, do it within bounds, and write what came of it."""
    request = strict_json.parse(sys.stdin.buffer.readline(), "the request", strict=False)
    folder = Path(request["folder"])
    end_with_parent()
    sys.stdin = io.StringIO()  # whoever asks for input gets none
    sys.dont_write_bytecode = True
    _load_exporters()
    source = ModuleSource.of_json(request["source"])
    bound_this_process(request["memory"], request["seconds"], LARGEST)
    told: dict[str, Any]
    try:
        _move_to(source.file)
        told = export(source, folder)
    except RefusedError as refusal:
        told = {"refused": str(refusal)}
    except Exception as error:
        if not _is_memory(error):
            raise
        told = {"memory": True}
    draft = folder / f"{TOLD}.draft"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(told, file)
    draft.replace(folder / TOLD)
    os._exit(0)


def _load_exporters() -> None:
    """Load what exports before any file of the user's may stand in its place."""
    import onnx  # noqa: F401
    import onnxscript  # noqa: F401


def _move_to(file: Path) -> None:
    """As Python runs a file: its folder is where modules are found first, and where files are opened.

    Rooms of Netloom give way to modules of the same name beside the file.
    """
    sys.path[:] = [str(file.parent), *(each for each in sys.path if each not in ("", str(Path.cwd())))]
    os.chdir(file.parent)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("app", "graph")]:
        del sys.modules[name]


def export(source: ModuleSource, folder: Path, exporters: Sequence[str] = (PLAIN, OLDER)) -> dict[str, Any]:
    """Write the module of ``source`` into ``folder`` in all ways that work, with samples and its outputs.

    Returns
    -------
    dict
        how many layers of ``dropout`` it has, and the ``reasons`` of exporters that gave up, by their files.

    Raises
    ------
    RefusedError
        if there is no such module, it takes no such inputs, or nothing can write it.
    """
    torch.manual_seed(0)
    if source.file.suffix.lower() == EXPORTED:
        module, samples, fixed = _exported_program(source.file)
    else:
        module = _made(source)
        samples, fixed = _fitting(module, source)
    batches = [samples] if fixed else [_resized(samples, size) for size in BATCHES]
    outputs = [_outputs(module, each, source) for each in batches]
    names, results = _input_names(module, len(samples)), [f"output{at + 1}" for at in range(len(outputs[0]))]
    reasons = {}
    for name in exporters:
        try:
            with quiet(logging.ERROR), _spelt_out():
                write = _write_older if name == OLDER else _write_default
                write(module, samples, folder, (names, results), fixed)
        except Exception as error:  # its errors have no common class
            if _is_memory(error):
                raise
            reasons[name] = _one_line(error)
    if len(reasons) == len(exporters):
        raise RefusedError(f"torch cannot export {source.called}: {reasons[exporters[-1]]}.")
    _keep(folder / SAMPLES, (names, results), batches, outputs)
    dropout = sum(isinstance(part, nn.modules.dropout._DropoutNd) and part.p > 0 for part in module.modules())
    return {"dropout": dropout, "reasons": reasons}


def _keep(file: Path, names: Names, batches: Sequence[Samples], outputs: Sequence[list[Values]]) -> None:
    """Write samples and outputs, batch by batch: ``0/in/picture``, ``0/out/output1``."""
    arrays: dict[str, Values] = {}
    inputs, results = names
    for at, (samples, given) in enumerate(zip(batches, outputs, strict=True)):
        arrays |= {f"{at}/in/{name}": one.numpy() for name, one in zip(inputs, samples, strict=True)}
        arrays |= {f"{at}/out/{name}": one for name, one in zip(results, given, strict=True)}
    with file.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


# The module


def _made(source: ModuleSource) -> nn.Module:
    names = _run(source.file)
    found = vars(names).get(source.name)
    if found is None:
        there = [name for name, one in vars(names).items() if isinstance(one, type) and issubclass(one, nn.Module)]
        listed = f"; it has {', '.join(there[:12])}" if there else ""
        raise RefusedError(f"{source.file.name} has no class “{source.name}”{listed}.")
    module = found if isinstance(found, nn.Module) else _called(found, source)
    if not isinstance(module, nn.Module):
        raise RefusedError(f"{source.name} in {source.file.name} makes no torch module (nn.Module).")
    module = module.eval().to("cpu")
    if source.weights is not None:
        _load(module, source)
    return module


def _run(file: Path) -> ModuleType:
    """The module that a Python file is, once it was run."""
    name = file.stem if file.stem.isidentifier() and file.stem not in sys.modules else f"imported_{abs(hash(file))}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RefusedError(f"{file.name} is not Python that can be read.")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    with _told(file, f"{file.name} ends in an error"):
        spec.loader.exec_module(module)
    return module


def _called(found: Any, source: ModuleSource) -> Any:
    """What a class or function gives for the arguments."""
    if not callable(found):
        raise RefusedError(f"{source.name} in {source.file.name} is no class of a torch module (nn.Module).")
    try:
        places, names = literal_arguments(source.arguments)
    except NetloomError as error:
        raise RefusedError(str(error)) from None
    _refuse_arguments(found, source, places, names)
    with _told(source.file, f"{source.name} cannot be made"):
        return found(*places, **names)


def _refuse_arguments(found: Any, source: ModuleSource, places: list[Any], names: dict[str, Any]) -> None:
    """Refuse arguments that the constructor does not take, or too few, with their names."""
    try:
        taken = inspect.signature(found)
        taken.bind(*places, **names)
    except ValueError:  # some classes do not tell
        return
    except TypeError as error:
        given = set(names) | set(list(taken.parameters)[: len(places)])
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        missing = [
            name
            for name, one in taken.parameters.items()
            if one.default is inspect.Parameter.empty and one.kind not in kinds and name not in given
        ]
        if missing:
            example = ", ".join(f"{name}=…" for name in missing)
            listed = " and ".join([", ".join(missing[:-1]), missing[-1]] if len(missing) > 1 else missing)
            raise RefusedError(f'{source.name} needs {listed}; give --args "{example}".') from None
        listed = ", ".join(taken.parameters) or "nothing"
        raise RefusedError(f"{source.name} does not take these arguments ({error}); it takes {listed}.") from None


def _load(module: nn.Module, source: ModuleSource) -> None:
    """Give the module the state dict of a file."""
    assert source.weights is not None
    try:
        module.load_state_dict(read_state(source.weights))
    except NetloomError as error:
        raise RefusedError(str(error)) from None
    except RuntimeError as error:
        reason = " ".join(str(error).split()).partition(":")[2].strip() or _one_line(error)
        raise RefusedError(f"{source.weights.name} does not fit {source.name}: {reason[:LONGEST]}") from None


def _exported_program(file: Path) -> tuple[nn.Module, Samples, bool]:
    """The module in a file of `torch.export.save`, the samples that lie in it, and whether it fixes its batch."""
    with _told(file, f"{file.name} cannot be read"):
        program = torch.export.load(str(file))
    given, by_name = program.example_inputs or ((), {})
    if by_name or not given or not all(isinstance(one, Tensor) for one in given):
        raise RefusedError(
            f"{file.name} takes something else than tensors by their places, which no network here does."
        )
    module, samples = program.module(), tuple(one.detach() for one in given)
    try:
        with torch.no_grad():
            for size in (TRACED, *BATCHES):
                module(*_resized(samples, size))
    except Exception:  # its guards have no common class
        return module, samples, True
    return module, _resized(samples, TRACED), False


# Samples


def _fitting(module: nn.Module, source: ModuleSource) -> tuple[Samples, bool]:
    """Samples that the module takes, and whether it takes only batches of the size that was told."""
    count, called = len(source.inputs), source.called
    for fixed in (False, True):
        reason: Exception | None = None
        for whole in product((False, True), repeat=min(count, INPUTS)):
            kinds = (*whole, *(False,) * (count - len(whole)))
            samples = tuple(
                _sample(module, sizes if fixed else (TRACED, *sizes[1:]), kind)
                for sizes, kind in zip(source.inputs, kinds, strict=True)
            )
            try:
                for each in (samples, *(() if fixed else (_resized(samples, size) for size in BATCHES))):
                    _forward(module, each)
            except (MemoryError, KeyboardInterrupt):
                raise
            except Exception as error:  # the module may raise anything
                if _is_memory(error):
                    raise
                reason = error if reason is None or _wants_whole(reason) else reason
            else:
                return samples, fixed
    assert reason is not None
    shown = " and ".join(sizes_text(sizes) for sizes in source.inputs)
    raise RefusedError(f"{called} does not take {shown}: {_one_line(reason)}.")


def _wants_whole(error: Exception) -> bool:
    """Whether torch asks for whole numbers instead."""
    return any(
        word in str(error) for word in ("Long, Int", "torch.LongTensor", "indices", "index tensor", "LongTensor")
    )


def _sample(module: nn.Module, sizes: tuple[int, ...], whole: bool) -> Tensor:
    words = min((part.num_embeddings for part in module.modules() if isinstance(part, nn.Embedding)), default=2)
    return torch.randint(0, words, sizes) if whole else torch.randn(sizes)


def _resized(samples: Samples, size: int) -> Samples:
    """Samples like these, ``size`` of them: taken in turn, numbers that are not whole scaled so that none is a copy."""
    made = [one[torch.arange(size) % len(one)] for one in samples]
    return tuple(one * _shade(one) if one.is_floating_point() else one for one in made)


def _shade(samples: Tensor) -> Tensor:
    """A factor for each sample."""
    return torch.linspace(0.5, 1.0, len(samples)).reshape(-1, *(1 for _ in samples.shape[1:]))


def _forward(module: nn.Module, samples: Samples) -> list[Any]:
    with torch.no_grad():
        return list(tree_leaves(module(*samples)))


def _outputs(module: nn.Module, samples: Samples, source: ModuleSource) -> list[Values]:
    found = _forward(module, samples)
    if not found or not all(isinstance(one, Tensor) for one in found):
        raise RefusedError(f"{source.called} gives something else than tensors, which no network here does.")
    return [one.detach().numpy() for one in found]


# Writing


def _input_names(module: nn.Module, count: int) -> list[str]:
    """The names of the arguments of the forward pass, where they can be told apart from weights."""
    try:
        names = list(inspect.signature(module.forward).parameters)[:count]
    except ValueError:
        names = []
    taken = {name.partition(".")[0] for name in module.state_dict()} | {"args", "kwargs", "self"}
    plain = len(names) == count and not taken & set(names) and all(len(name) > 1 for name in names)
    return names if plain else [f"input{at + 1}" for at in range(count)]


def _write_default(module: nn.Module, samples: Samples, folder: Path, names: Names, fixed: bool) -> None:
    """The module by torch's default exporter, as it is and with what can be joined; the batch is open if it can be."""
    inputs, outputs = names
    shapes = None if fixed else tuple({0: torch.export.Dim.DYNAMIC} for _ in samples)
    program = torch.onnx.export(
        module,
        samples,
        dynamo=True,
        optimize=False,
        dynamic_shapes=shapes,
        input_names=inputs,
        output_names=outputs,
    )
    assert program is not None
    program.save(folder / PLAIN, external_data=False)
    program.optimize()
    program.save(folder / DEFAULT, external_data=False)


def _write_older(module: nn.Module, samples: Samples, folder: Path, names: Names, fixed: bool) -> None:
    """The module by the older exporter."""
    inputs, outputs = names
    axes = None if fixed else {name: {0: "batch"} for name in (*inputs, *outputs)}
    path = folder / f"draft.{OLDER}"
    torch.onnx.export(module, samples, path, dynamo=False, dynamic_axes=axes, input_names=inputs, output_names=outputs)
    path.replace(folder / OLDER)


@contextlib.contextmanager
def _spelt_out() -> Iterator[None]:
    """Have transformers work by their parts: torch has one operator for a whole layer of them, which ONNX has not."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


# Reasons


@contextlib.contextmanager
def _told(file: Path, what: str) -> Iterator[None]:
    """Put whatever the user's file raises into a sentence that begins with ``what``, with the line.

    Raises
    ------
    RefusedError
        for any error, and for an end of the process.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except RefusedError:
        raise
    except ModuleNotFoundError as error:
        name = (error.name or str(error)).partition(".")[0]
        raise RefusedError(
            f"{file.name} imports {name}, which is not installed here; install it (pip install {name}), or import the "
            "class from a file that does without."
        ) from None
    except SystemExit as error:
        raise RefusedError(
            f"{file.name} ends the program when it is run{_line(error, file)}; put what trains or tests below "
            'if __name__ == "__main__".'
        ) from None
    except Exception as error:
        if _is_memory(error):
            raise
        kind = "" if isinstance(error, RuntimeError | NotImplementedError) else f"{type(error).__name__}: "
        raise RefusedError(f"{what}{_line(error, file)}: {kind}{_one_line(error)}.") from None


def _line(error: BaseException, file: Path) -> str:
    """Where in the file it was raised, to follow a sentence."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f" at line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == file]
    return f" at line {lines[-1]}" if lines else ""


def _one_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text[:LONGEST].rstrip(".: ")


def _is_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return isinstance(error, MemoryError) or "alloc" in text or "out of memory" in text
