"""Write the locks, requirements.lock and those for tests and benchmarks, from what is installed: ``make lock``.

Starting from the dependencies that pyproject.toml declares, every distribution they reach is pinned at its installed
version. Local version labels are dropped (``2.13.0+cpu`` becomes ``2.13.0``), and the CUDA packages of a Linux build
of PyTorch are left to PyTorch, so that one lock serves Linux, macOS and Windows.
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PLATFORM_OWN = re.compile(r"(nvidia-|cuda-|triton|setuptools$|pip$)")
"""Packages that PyTorch asks for only on some platforms or Python versions; pip chooses them by PyTorch's own pins."""

RUNTIME_HEAD = """\
# What Netloom needs to run, exactly as it was tested. Written by `make lock` from the installed versions of the
# dependencies in pyproject.toml; change those, install them, and run it again. For Python 3.11 to 3.13.
"""
BENCH_HEAD = """\
# Editors that the canvas is held against by `make bench`, installed without what they ask for themselves. Written by
# `make lock`, like requirements.lock, where they are installed.
"""
STUBS = re.compile(r"types-pyside")
"""Other descriptions of Qt's types than PySide6's own, which would take their place when types are checked."""

DEV_HEAD = """\
# What testing and checking need besides. Written by `make lock`, like requirements.lock.
-r requirements.lock
"""


def closure(requirements: list[str]) -> dict[str, str]:
    """Pins of everything that ``requirements`` reach, by canonical name, such as ``{"numpy": "numpy==2.4.6"}``.

    Raises
    ------
    PackageNotFoundError
        if something that this platform needs is not installed.
    """
    pins: dict[str, str] = {}
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in pins or PLATFORM_OWN.match(name) or STUBS.match(name):
            continue
        found = distribution(requirement.name)
        pins[name] = f"{name}=={Version(found.version).public}"
        waiting += needed_by(found.requires or [], requirement.extras)
    return pins


def needed_by(declared: list[str], extras: set[str]) -> list[Requirement]:
    """The requirements of ``declared`` that hold on this platform with ``extras``."""
    environments = [{"extra": extra} for extra in extras] or [{"extra": ""}]
    parsed = [Requirement(text) for text in declared]
    return [each for each in parsed if not each.marker or any(each.marker.evaluate(env) for env in environments)]


def write(path: Path, head: str, pins: dict[str, str]) -> None:
    """Write ``pins`` under ``head``, sorted by name, one on a line."""
    path.write_text(head + "".join(f"{pins[name]}\n" for name in sorted(pins)), encoding="utf-8")
    print(f"{path.name}: {len(pins)} packages")


def main() -> int:
    """Write both locks; 1 and a reason where something declared is not installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        runtime = closure(project["dependencies"])
        dev = closure(project["optional-dependencies"]["dev"])
    except PackageNotFoundError as error:
        print(f"{error.name} is declared but not installed: install it, then run make lock again", file=sys.stderr)
        return 1
    write(ROOT / "requirements.lock", RUNTIME_HEAD, runtime)
    write(ROOT / "requirements-dev.lock", DEV_HEAD, {name: pin for name, pin in dev.items() if name not in runtime})
    try:
        bench = closure(project["optional-dependencies"]["bench"])
    except PackageNotFoundError:
        print("requirements-bench.lock: left as it is, because what it pins is not installed (make bench installs it)")
        return 0
    write(ROOT / "requirements-bench.lock", BENCH_HEAD, {name: pin for name, pin in bench.items() if name not in dev})
    return 0


if __name__ == "__main__":
    sys.exit(main())
