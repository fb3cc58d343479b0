"""Mutants of files: bytes altered at random, JSON values exchanged for odd ones; and the limits of a reading."""

from __future__ import annotations

import copy
import json
import random
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any

from graph.errors import NetloomError

SECONDS = 2.0
"""Of the processor, for one reading."""
HANGING = 60
"""Seconds by the clock after which a reading hangs, whatever else runs beside it."""
MEGABYTES = 256
"""Memory that one reading may take beside what the process had before."""
LONGEST = 2_100
"""Letters of a sentence."""

ODD: Sequence[Any] = (
    None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**25, 10**299, 0.5, -0.0, 1e308, 1e-320, "", " ", "a",
    "0", "1", "nan", "../..", "/dev/zero", "C:\\users", '"""', "a\0b", "\U0001f600", "x" * 3000, "[" * 3000, "{0}",
    "%s", "<b>", "\n", [], {}, [[]], [None], {"": None}, [1, 2, 3], ["a"], {"a": {"b": []}}, [[1, 2], [3]],
    {"$array": 0}, {"$number": "nan"}, {"$object": {"$number": []}},
)  # fmt: skip
"""Values that a field may find in place of its own."""
RAW = (
    '"\\ud800"', '"\\udfff\\ud800"', "1e999", "-1e999", "NaN", "Infinity", "9" * 400, "9" * 5000, "[" * 900 + "]" * 900,
    '{"a":' * 900 + "1" + "}" * 900, '{"a":1,"a":2}', "1.5e-400", "-", "nul", '"', "{", "]", ",", "\\", "\ufeff", "\0",
    "'a'", "0x10", "01", "+1", ".5", "tru", '"\\x"', '"\\u12"', "[" * 100_000,
)  # fmt: skip
"""Pieces of text that no JSON has, or no project should."""
NUMBERS = (b"\xff" * 4, b"\0\0\0\x80", b"\x7f\xff\xff\xff", b"\xff" * 8, b"\0" * 8, b"\xff\xff\xff\xff\xff\xff\xff\x7f")
"""Sizes, as binary formats write them."""


def mutant(chance: random.Random, content: bytes, others: Sequence[bytes] = ()) -> bytes:
    """``content`` with bytes altered, pieces moved, doubled, cut out or put in from another, or its end cut off."""
    mutated = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        low = chance.randint(0, len(mutated))
        high = min(len(mutated), low + chance.choice((1, 2, 8, 60, 400, 5000)))
        if low == high:
            del mutated[chance.randint(0, len(mutated)) :]
        elif chance.random() < 0.35:
            mutated[low] = chance.choice(
                (mutated[low] ^ 1 << chance.randint(0, 7), chance.choice(b'\0\xff"{}[]:,-.09eE\\ \n'))
            )
        else:
            mutated[low:high] = _piece(chance, bytes(mutated[low:high]), others or (content,))
    return bytes(mutated)


def _piece(chance: random.Random, piece: bytes, others: Sequence[bytes]) -> bytes:
    """What comes in the place of a piece of a file."""
    other = chance.choice(others)
    begin = chance.randint(0, len(other))
    return chance.choice(
        (
            b"",
            piece * chance.choice((2, 2, 3, 30)),
            bytes(len(piece)),
            other[begin : begin + 2000],
            chance.choice(NUMBERS) + piece[8:],
            chance.choice(RAW[:-1]).encode(),
        )
    )


def json_mutant(chance: random.Random, value: Any) -> bytes:
    """The text of a JSON value with one or a few of its places exchanged, removed, doubled, or made impossible."""
    mutated = json.loads(json.dumps(value))
    raw = ""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        places = list(_places(mutated, 400))
        if not places:
            break
        holder, key = chance.choice(places)
        kind = chance.choice(("odd", "odd", "odd", "remove", "double", "swap", "raw", "name"))
        if kind == "odd":
            holder[key] = copy.deepcopy(chance.choice(ODD))
        elif kind == "remove":
            del holder[key]
        elif kind == "double" and isinstance(holder, list):
            holder[key:key] = [copy.deepcopy(holder[key]) for _ in range(chance.choice((1, 1, 50)))]
        elif kind == "swap":
            other, place = chance.choice(places)
            holder[key] = copy.deepcopy(other[place]) if place in _keys(other) else None
        elif kind == "raw" and not raw:
            holder[key], raw = MARK, chance.choice(RAW)
        elif kind == "name" and isinstance(holder, dict):
            holder[str(chance.choice(ODD))[:60]] = holder.pop(key)
    return json.dumps(mutated).replace(f'"{MARK}"', raw).encode()


MARK = "@here@"


def _keys(holder: Any) -> Sequence[Any]:
    return list(holder) if isinstance(holder, dict) else range(len(holder))


def _places(value: Any, most: int) -> Iterator[tuple[Any, Any]]:
    """Every place of a value as its holder and key, at most so many."""
    waiting, count = [value], 0
    while waiting and count < most:
        holder = waiting.pop(0)
        if not isinstance(holder, dict | list):
            continue
        for key in _keys(holder):
            yield holder, key
            count += 1
            waiting.append(holder[key])


@contextmanager
def within_limits(said: Callable[[], str]) -> Iterator[None]:
    """Hold a reading to `SECONDS` and `MEGABYTES`; only `NetloomError` may end it, and in a sentence."""

    def hangs(signal: int, frame: FrameType | None) -> None:
        raise AssertionError(f"it hangs: {said()}")

    before = _fresh_peak()
    began = time.process_time()
    signal.signal(signal.SIGALRM, hangs)
    signal.alarm(HANGING)
    try:
        yield
    except NetloomError as error:
        assert 0 < len(str(error)) < LONGEST, f"a sentence of {len(str(error)):,} letters: {str(error)[:200]}: {said()}"
    except AssertionError:
        raise
    except BaseException as error:
        error.add_note(said())
        raise
    finally:
        signal.alarm(0)
    seconds, megabytes = time.process_time() - began, (_peak() - before) >> 20
    assert seconds < SECONDS, f"{seconds:.1f} s: {said()}"
    assert megabytes < MEGABYTES, f"{megabytes} MB: {said()}"


def _fresh_peak() -> int:
    """The memory of this process in bytes, from which on its peak is measured anew where the system can do so."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS") or _peak()


def _peak() -> int:
    return _status("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _status(name: str) -> int:
    try:
        text = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return 0
    return int(text.partition(f"{name}:")[2].split(maxsplit=1)[0]) * 1024


Reading = Callable[[Path, bytes], None]
"""Reads a content in a folder of its own."""
Originals = Mapping[str, tuple[Reading, Sequence[bytes]]]
"""How each kind of file is read, and the good ones that are altered."""
Case = tuple[str, bytes, Callable[[], object]]
"""What is altered, its altered content, and the reading of it."""


@cache
def read_unaltered(originals: Callable[[], Originals]) -> None:
    """Read what is good first: it must be readable, and what reading loads is no part of a case."""
    for read, good in originals().values():
        for original in good:
            with tempfile.TemporaryDirectory() as place:
                read(Path(place), original)


def hold(cases: Iterable[Case]) -> int:
    """Hold the reading of each case to its limits; returns how many there were."""
    count = 0
    for count, (name, content, read) in enumerate(cases, 1):
        with within_limits(partial(told, name, count - 1, content)):
            read()
    return count


def told(name: str, number: int, content: bytes) -> str:
    """What is said of a mutant that broke a promise, so that it can be read again."""
    shown = repr(content if len(content) <= 1500 else content[:1500])
    return f"mutant {number} of {name}, {len(content):,} bytes: {shown}"


def files(folder: Path, pattern: str, largest: int = 40_000) -> Mapping[str, bytes]:
    """The contents of the files in ``folder`` that are not too large to be altered often."""
    found = sorted(path for path in folder.glob(pattern) if path.stat().st_size <= largest)
    assert found, f"{folder} has no {pattern}"
    return {path.name: path.read_bytes() for path in found}
