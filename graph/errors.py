"""Errors that a user can cause, each one clear sentence."""

from __future__ import annotations


class NetloomError(Exception):
    """Something the user can understand and repair.

    ``str(error)`` is one sentence or two that name the place, the reason and the remedy. Programs show it as it
    is; anything that is not a ``NetloomError`` is a defect in Netloom.
    """
