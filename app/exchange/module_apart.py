"""Running a file of the user's in a process of its own, to have its network as ONNX: with the user's consent alone.

The process may do whatever the user may; it has bounds on its time and memory, so that a mistake in the file holds up
nothing. It ends with whoever started it, and so does what it has started itself.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.data.dataset import Array
from app.exchange.module_export import DEFAULT, OLDER, PLAIN, SAMPLES, TOLD
from app.exchange.module_source import ModuleSource
from app.system.parent_death import child_environment
from graph import strict_json
from graph.errors import NetloomError
from graph.user_files import bytes_of

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 180.0
"""How long the file may run and its network be exported, loading torch included."""
MEMORY = 2**32
"""Bytes of memory beyond those of torch and what exports."""
LONGEST = 1000
"""Letters of a sentence that the process may have said."""


@dataclass(frozen=True)
class ExportedModule:
    """A module as ONNX: the ``files``, the likeliest first, and batches of samples with the module's outputs, by names.

    ``dropout`` is how many layers of dropout it has, which no file holds.
    """

    files: tuple[Path, ...]
    batches: tuple[tuple[dict[str, Array], dict[str, Array]], ...]
    dropout: int


def run_apart(source: ModuleSource, folder: Path) -> ExportedModule:
    """Run the file of ``source``, which may do anything that the user may, and put its network into ``folder``.

    Raises
    ------
    NetloomError
        if the file has no such module, does not work, or took too long or too much memory.
    """
    request = {"source": source.to_json(), "folder": str(folder), "memory": MEMORY, "seconds": SECONDS}
    late = _run(json.dumps(request).encode() + b"\n")
    name = source.file.name
    if late:
        raise NetloomError(f"Running {name} took more than {SECONDS:.0f} seconds and was ended; nothing was imported.")
    if not (folder / TOLD).is_file():
        raise NetloomError(
            f"Running {name} ended without a network: the file ends the program itself, or took more than "
            f'{MEMORY // 2**30} GB of memory. Put what trains or tests below if __name__ == "__main__".'
        )
    told = strict_json.parse(bytes_of(folder / TOLD, 2**20, "report"), name, strict=False)
    return _read(told, folder, name)


def _run(request: bytes) -> bool:
    """Start the process and wait for it; whether it took too long."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.exchange.module_export import serve; serve()"],
        cwd=ROOT,
        env={**os.environ, **child_environment(), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name != "nt",
    )
    assert process.stdin is not None
    try:
        with suppress(OSError):  # it has ended already
            process.stdin.write(request)
            process.stdin.flush()
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        return True
    finally:
        _end(process)
        with suppress(OSError):
            process.stdin.close()
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it has started."""
    if os.name == "nt":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(told: Any, folder: Path, name: str) -> ExportedModule:
    """What the process has said and written."""
    if not isinstance(told, dict):
        raise NetloomError(f"Running {name} ended without a network.")
    if told.get("memory"):
        raise NetloomError(f"Running {name} took more than {MEMORY // 2**30} GB of memory; nothing was imported.")
    if told.get("refused"):
        raise NetloomError(str(told["refused"])[:LONGEST])
    files = tuple(folder / each for each in (PLAIN, DEFAULT, OLDER) if (folder / each).is_file())
    batches: dict[str, tuple[dict[str, Array], dict[str, Array]]] = {}
    with np.load(folder / SAMPLES, allow_pickle=False) as arrays:
        for key in arrays.files:
            at, kind, which = key.split("/", 2)
            samples, outputs = batches.setdefault(at, ({}, {}))
            (samples if kind == "in" else outputs)[which] = arrays[key]
    return ExportedModule(files, tuple(batches.values()), int(told.get("dropout", 0)))
