"""The processes of one program: all that carry its mark in their environment, however they were started."""

from __future__ import annotations

from pathlib import Path

MARK = "NETLOOM_BATTERY_MARK"


def processes(mark: str) -> list[int]:
    """Process ids of those with ``mark``, zombies left out."""
    wanted = f"{MARK}={mark}".encode()
    folders = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(folder.name) for folder in folders if _is_marked(folder, wanted)]


def _is_marked(folder: Path, wanted: bytes) -> bool:
    try:
        if folder.joinpath("stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return False
        return wanted in folder.joinpath("environ").read_bytes().split(b"\0")
    except OSError:
        return False
