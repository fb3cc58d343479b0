"""Netloom for scripts and notebooks: open and build networks, check, train and use them, without the window.

>>> import netloom
>>> project = netloom.preset("iris_mlp")
>>> run = project.train(epochs=20)
>>> run.predict("5.1,3.5,1.4,0.2")

What is done here is what the window and the command line do: the same files, the same runs, the same checks. Whatever
cannot be done raises `NetloomError` with one sentence that names the place, the reason and the remedy.
"""

from __future__ import annotations

from graph.errors import NetloomError
from netloom.built_network import Network
from netloom.opened_project import Check, Project, load, new, preset, presets
from netloom.sweep_results import Sweep
from netloom.trained_run import Run, open_run, runs

__all__ = (
    "Check",
    "NetloomError",
    "Network",
    "Project",
    "Run",
    "Sweep",
    "load",
    "new",
    "open_run",
    "preset",
    "presets",
    "runs",
)
