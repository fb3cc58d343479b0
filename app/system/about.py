"""About this copy of Netloom: its version, the libraries it stands on with their licences, and the machine."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LICENCE = "MIT"
UNKNOWN = "unknown"
NAMED_OTHERWISE = {"PIL": "pillow", "dateutil": "python-dateutil", "sklearn": "scikit-learn", "yaml": "PyYAML"}
"""Packages by the module that is imported of them, where the names differ."""


@dataclass(frozen=True)
class Library:
    """A library that is installed: its version, and the licence that it states."""

    name: str
    version: str
    licence: str


@cache
def netloom_version() -> str:
    """The version that ``pyproject.toml`` states."""
    found = re.search(r'^version = "([^"]+)"', _project_file(), re.MULTILINE)
    return found[1] if found else UNKNOWN


@cache
def libraries() -> tuple[Library, ...]:
    """The libraries that Netloom needs and that are installed, by name."""
    block = re.search(r"^dependencies = \[(.*?)^\]", _project_file(), re.MULTILINE | re.DOTALL)
    names = re.findall(r'"([A-Za-z0-9_.-]+)', block[1]) if block else []
    return tuple(_installed(sorted(names, key=str.lower)))


def imported_packages() -> dict[str, str]:
    """The versions of all packages of others that this process has imported so far, by name."""
    modules = {name.partition(".")[0] for name in tuple(sys.modules)} - sys.stdlib_module_names
    names = sorted((NAMED_OTHERWISE.get(module, module) for module in modules), key=str.lower)
    return {name: found for name in names if (found := _version(name))}


def usable_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def processor() -> str:
    """The processor by its name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:  # only Linux has this
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def machine(devices: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """The machine as pairs of a name and a value; ``devices`` are those that can train, as far as they are known."""
    return (
        ("System", platform.platform()),
        ("Python", platform.python_version()),
        ("PyTorch", next((each.version for each in libraries() if each.name == "torch"), UNKNOWN)),
        ("Processor cores", str(usable_cores())),
        ("Devices", ", ".join(devices) or "not known before the training process is ready"),
        ("Python at", _without_home(sys.executable)),
    )


def about_text(devices: tuple[str, ...] = ()) -> str:
    """All of it as plain text, to be copied."""
    lines = [f"Netloom {netloom_version()}, {LICENCE} licence", ""]
    lines += [f"{name}: {value}" for name, value in machine(devices)]
    lines += ["", *(f"{each.name} {each.version}, {each.licence}" for each in libraries())]
    return "\n".join(lines) + "\n"


def _project_file() -> str:
    path = ROOT / "pyproject.toml"
    return path.read_text("utf-8") if path.is_file() else ""


@cache
def _version(name: str) -> str:
    """The version of a package; empty where none of that name is installed."""
    try:
        return version(name) if name.isidentifier() or "-" in name else ""
    except PackageNotFoundError:
        return ""


def _installed(names: list[str]) -> Iterator[Library]:
    for name in names:
        try:
            held = metadata(name)
        except PackageNotFoundError:
            continue
        stated = {key: str(held[key] or "") for key in ("Version", "License-Expression", "License")}
        classified = [
            line.split(" :: ")[-1] for line in held.get_all("Classifier") or () if line.startswith("License ::")
        ]
        short = stated["License"].splitlines()[0] if stated["License"].strip() else ""
        licence = stated["License-Expression"] or (short if len(short) < 60 else "") or ", ".join(classified)
        yield Library(name, stated["Version"], licence or UNKNOWN)


def _without_home(text: str) -> str:
    return text.replace(str(Path.home()), "~")
