"""No exported file tells of the machine that wrote it: no folder, user or host, also not after what went wrong."""

from __future__ import annotations

import getpass
import platform

from app.training.runs import Run
from tests.battery.exporters import EXPORTERS, contents, export_all
from tests.battery.named_runs import named_run
from tests.battery.promise import Promise, Round

NAMES = ("Flowers", "A note.", "width", "length", "kind", "rose", "lily", "dense_layer")


def play(round: Round) -> int:
    """A run in a folder with a telling name is exported in every way, with its data and with its data gone."""
    user = f"user{round.chance.randrange(10**9)}"
    home = round.place / user / "work"
    home.mkdir(parents=True)
    subject = named_run(home, NAMES, round.chance)
    secrets = {user, str(round.place), *(name for name in (getpass.getuser(), platform.node()) if len(name) > 4)}
    files = export_all(subject, round.place / "out")
    (home / "data.csv").rename(home / "gone.csv")
    for name in ("run.html", "project.html", "bare.zip"):
        out = round.place / "out" / f"without-{name}"
        EXPORTERS[name](type(subject)(Run.open(home / "run"), subject.title, subject.classes), out)
        files.append(out)
    for file in files:
        for place, content in contents(file):
            told = [secret for secret in secrets if secret.encode() in content]
            assert not told, f"{place} tells {told}: …{_around(content, told[0])}…"
    return len(files)


def _around(content: bytes, secret: str) -> str:
    at = content.index(secret.encode())
    return content[max(0, at - 80) : at + 80].decode("utf-8", "replace")


PROMISE = Promise("no exported file tells of the machine that wrote it", 500, play)
