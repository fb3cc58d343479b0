"""No process of the program opens a connection or a port, as Python and Linux see it: window, worker, sweep, export."""

from __future__ import annotations

import time
from pathlib import Path

from tests.battery.own_processes import processes, started
from tests.battery.promise import Promise, Round
from tests.battery.window_program import STATES

AUDIT = """
import os, sys
WATCHED = {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
           "socket.sendmsg", "urllib.Request", "ftplib.connect", "http.client.connect", "smtplib.connect"}
def hook(event, arguments):
    if event in WATCHED:
        with open(os.environ["NETLOOM_BATTERY_AUDIT"], "a") as out:
            out.write(f"{os.getpid()} {event} {arguments[1:]!r}\\n")
sys.addaudithook(hook)
"""
"""What each Python process of the program loads first: it notes whatever reaches for the network."""
TABLES = ("tcp", "tcp6", "udp", "udp6", "raw", "raw6")


def play(round: Round) -> int:
    """One state of the program, watched for some seconds."""
    state, preset = round.chance.choice(STATES), round.chance.choice(("iris_mlp", "digits_cnn"))
    noted, site = round.place / "audit.txt", round.place / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(AUDIT)
    noted.touch()
    with started(round, state, preset, PYTHONPATH=str(site), NETLOOM_BATTERY_AUDIT=str(noted)) as own:
        own.wait_until_ready()
        ends = time.monotonic() + round.chance.uniform(2, 6)
        watched = 0
        while time.monotonic() < ends:
            watched = max(watched, len(processes(own.mark)))
            opened = {process: _connections(process) for process in processes(own.mark)}
            assert not any(opened.values()), f"{state}: {opened}"
            time.sleep(0.05)
        assert watched >= (3 if state == "sweep" else 2), "not every process was seen"
    assert not noted.read_text(), f"{state}: {noted.read_text()[:2000]}"
    return 1


def _connections(process: int) -> list[str]:
    """Sockets of the internet that a process holds, as Linux lists them."""
    try:
        links = [str(entry.readlink()) for entry in Path(f"/proc/{process}/fd").iterdir()]
        held = {link[8:-1] for link in links if link.startswith("socket:[")}
        lines = [line for name in TABLES for line in Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:]]
    except OSError:  # it has ended meanwhile
        return []
    return [line for line in lines if line.split()[9] in held]


PROMISE = Promise("no process of the program opens a connection or a port", 300, play)
