"""What hatchling asks when it builds the wheel: the package with its private rooms, written for the occasion."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PrivateRooms(BuildHookInterface):  # type: ignore[misc]
    """Puts the package into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the package, and have it included."""
        sys.path.insert(0, self.root)
        from tools.private_rooms import write_package

        folder = Path(tempfile.mkdtemp(prefix="netloom-wheel-"))
        write_package(folder, Path(self.root))
        build_data["force_include"][str(folder / "netloom")] = "netloom"
