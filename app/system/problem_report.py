"""A report of a problem as plain text: versions, machine, and the ends of logs. Nothing is sent anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.system.about import about_text

TAIL = 6_000
"""Characters of a log that are told, from its end."""

HEAD = """What happened:


What I did before:


What I expected:

"""


def problem_report(logs: Iterable[Path], devices: tuple[str, ...] = (), notices: Iterable[str] = ()) -> str:
    """The report: room for one's own words, then what is known; folders are told without the user's name."""
    parts = [HEAD, "--- Versions and machine ---", about_text(devices)]
    told = list(notices)
    if told:
        parts += ["--- Notices on the screen ---", "\n".join(told), ""]
    for log in logs:
        text = tail(log)
        if text:
            parts += [f"--- {log.name} of {log.parent.name} ---", text, ""]
    return "\n".join(parts).replace(str(Path.home()), "~")


def tail(log: Path) -> str:
    """The end of a log; empty where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL))
            return file.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""
