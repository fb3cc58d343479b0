"""Where training stands, as a state and in words."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where training stands. The last two are idle too: they say how the last training ended."""

    IDLE = "idle"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    FAILED = "failed"


ACTIVE = frozenset({State.STARTING, State.RUNNING, State.PAUSED, State.STOPPING})
"""States in which a run holds the worker."""


def describe_state(state: State) -> str:
    """The state in words, for the status bar and for screen readers."""
    words: dict[State, str] = {
        State.IDLE: "Not trained yet",
        State.STARTING: "Starting…",
        State.RUNNING: "Training",
        State.PAUSED: "Paused",
        State.STOPPING: "Stopping after this step…",
        State.FINISHED: "Finished",
        State.FAILED: "Failed",
    }
    return words[state]
