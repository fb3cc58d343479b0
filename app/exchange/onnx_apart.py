"""Running a foreign ONNX file in a process of its own, with bounds on its time, its memory and the files it may write.

The file's operators are the only thing from outside that Netloom runs without asking. The process gets the file and its
samples over stdin and gives the outputs back over stdout, both as npz behind their length; it ends with whoever started
it.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from app.system.parent_death import child_environment, end_with_parent
from app.system.process_bounds import bound_this_process

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60.0
"""How long the file may run, loading what runs it included."""
MEMORY = 2**31
"""Bytes of memory beyond the tenfold of the file's own size, from when what runs it is loaded."""
LENGTH = struct.Struct(">Q")
CANNOT, NO_MEMORY = 3, 4
"""Exit codes: nothing here runs the file, or its memory was too little."""

Samples = Mapping[str, NDArray[Any]]


class NotRunError(Exception):
    """The file could not be run within its bounds; the message says why, to follow a colon."""


def run_apart(content: bytes, batches: Sequence[Samples]) -> list[list[NDArray[Any]]]:
    """The outputs of the ONNX file ``content`` for each batch of samples, by the names of its inputs.

    Raises
    ------
    NotRunError
        if nothing here runs the file, or it took too long or too much memory.
    """
    command = [sys.executable, "-c", "from app.exchange.onnx_apart import serve; serve()"]
    environment = {**os.environ, **child_environment()}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(SECONDS, give_up)
    timer.start()
    try:
        answer = _exchange(process, _request(content, batches))
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(OSError):  # what was not taken any more
                    stream.close()
    if answer is None:
        raise NotRunError(_reason(process.returncode, late.is_set()))
    return answer


def _reason(code: int, late: bool) -> str:
    if late:
        return f"running it took more than {SECONDS:.0f} seconds and was ended"
    if code == CANNOT:
        return "nothing installed here can run it"
    return f"running it took more than {MEMORY // 2**30} GB of memory, or failed"


def _request(content: bytes, batches: Sequence[Samples]) -> bytes:
    names = list(batches[0])
    arrays = {
        f"{number}/{names.index(name)}": array for number, one in enumerate(batches) for name, array in one.items()
    }
    return _packed({"model": np.frombuffer(content, np.uint8), "names": np.array(names), **arrays})


def _exchange(process: subprocess.Popen[bytes], request: bytes) -> list[list[NDArray[Any]]] | None:
    """The outputs; None where the process ended without them, whose exit code is known then."""
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(request)
        process.stdin.flush()
        arrays = _unpacked(process.stdout)
    except (OSError, EOFError, ValueError):
        process.wait()
        return None
    listed: dict[int, list[NDArray[Any]]] = {}
    for key, array in arrays.items():
        listed.setdefault(int(key.partition("/")[0]), []).append(array)
    return list(listed.values())


def serve() -> None:
    """In the process apart: take the file and its samples, run it within bounds, and give the outputs back."""
    arrays = _unpacked(sys.stdin.buffer)
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no output
    end_with_parent()
    try:
        outputs = _outputs(arrays)
    except MemoryError:
        os._exit(NO_MEMORY)
    except Exception as error:  # those of onnxruntime have no common class
        os._exit(NO_MEMORY if "alloc" in str(error) else CANNOT)
    sink.write(_packed(outputs))
    sink.flush()
    os._exit(0)


def _outputs(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    from app.exchange.onnx_runner import foreign_runner

    content, names = arrays.pop("model").tobytes(), arrays.pop("names").tolist()
    _load_engine()
    bound_this_process(MEMORY + 10 * len(content), SECONDS)
    found = foreign_runner(content)
    if found is None:
        raise NotImplementedError
    batches: dict[str, dict[str, NDArray[Any]]] = {}
    for key, array in arrays.items():
        number, _, place = key.partition("/")
        batches.setdefault(number, {})[names[int(place)]] = array
    return {
        f"{number}/{output}": np.asarray(values)
        for number, samples in batches.items()
        for output, values in enumerate(found[1](samples))
    }


def _load_engine() -> None:
    try:
        import onnxruntime  # noqa: F401
    except ImportError:
        import onnx.reference  # noqa: F401


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return LENGTH.pack(out.tell()) + out.getvalue()


def _unpacked(source: IO[bytes]) -> dict[str, NDArray[Any]]:
    """The arrays that come; nothing in them is ever unpickled.

    Raises
    ------
    EOFError
        if the stream ends before.
    ValueError
        if they are none.
    """
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    content = source.read(LENGTH.unpack(head)[0])
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)
