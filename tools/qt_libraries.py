"""See to it that Qt finds the system libraries it needs; part of ``make run`` and ``make test``.

Only Linux can lack them. Root on Debian or Ubuntu gets them installed; everyone else gets the one line that does.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

BASE = ["libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0"]
"""Debian packages that Qt needs even without a display."""

DISPLAY = [
    "libxcb-cursor0",
    "libxkbcommon-x11-0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
    "libxcb-image0",
    "libxcb-render-util0",
    "libxcb-xinerama0",
]
"""Debian packages that Qt needs besides to draw on an X display."""

FONT = "fonts-dejavu-core"
FONT_FOLDERS = ["/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"]

TRIAL = "from PySide6.QtWidgets import QApplication; QApplication([])"


def trial() -> str:
    """Start Qt offscreen in a process of its own; what it said if it failed, empty if it started."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", TRIAL]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return (result.stderr.strip() or f"exit status {result.returncode}") if result.returncode else ""


def display_plugin_loads() -> bool:
    """Whether the part of Qt that draws on an X display finds every library it was linked with."""
    package = importlib.util.find_spec("PySide6")
    folders = (package.submodule_search_locations or []) if package else []
    plugins = [plugin for folder in folders for plugin in Path(folder).glob("Qt/plugins/platforms/libqxcb.so")]
    try:
        for plugin in plugins:
            ctypes.CDLL(str(plugin))
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Whether any scalable font is installed where fontconfig looks."""
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(path.suffix in {".ttf", ".otf", ".ttc"} for folder in folders for path in folder.rglob("*"))


def missing() -> list[str]:
    """Debian packages that would help Qt here; none where it has all it needs."""
    packages = BASE.copy() if trial() else []
    if os.environ.get("DISPLAY") and not display_plugin_loads():
        packages += DISPLAY
    return packages if has_font() else [*packages, FONT]


def can_install() -> bool:
    """Whether this is Debian or a relative of it, and we are root."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def install(packages: list[str]) -> bool:
    """Install ``packages`` with apt-get; whether that worked. Its output is shown only if not."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        result = subprocess.run(
            ["apt-get", *command],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if result.returncode:
            print(result.stdout, file=sys.stderr)
            return False
    return True


def advice(packages: list[str]) -> str:
    """The one line that installs ``packages``, in a sentence."""
    line = f"sudo apt-get install {' '.join(packages)}"
    if shutil.which("apt-get"):
        return f"Qt lacks system libraries. This installs them; then try again:\n    {line}"
    return f"Qt lacks system libraries. Install what Debian installs by this line, then try again:\n    {line}"


def main() -> int:
    """0 when Qt starts; otherwise 1, with what to do on stderr."""
    if not sys.platform.startswith("linux"):
        return 0
    packages = missing()
    if packages and can_install():
        print(f"Installing the system libraries that Qt needs: {' '.join(packages)}")
        if install(packages):
            packages = missing()
    if packages:
        print(advice(packages), file=sys.stderr)
    reason = trial()
    if reason:
        print(f"Qt does not start: {reason}", file=sys.stderr)
    return 1 if reason or (packages and packages != [FONT]) else 0


if __name__ == "__main__":
    sys.exit(main())
