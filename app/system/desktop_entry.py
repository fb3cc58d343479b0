"""Netloom among a Linux desktop's programs: desktop entry, icons and the file type of projects, by freedesktop.org.

The specifications are Desktop Entry 1.1, Icon Theme and Shared MIME-info. All files lie in the user's data folder,
``XDG_DATA_HOME``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from app.system.home import make_folder
from app.system.own_command import DRAWING, netloom_command
from graph.atomic_write import write_atomically
from graph.errors import NetloomError
from graph.user_files import bytes_of

NAME = "netloom"
MIME_TYPE = "application/x-netloom"
SIZES = (16, 24, 32, 48, 64, 128, 256)
"""Pixels of the icons that are drawn."""
ENTRY, TYPES = f"applications/{NAME}.desktop", f"mime/packages/{NAME}.xml"
OWN_TYPE = f"mime/{MIME_TYPE}.xml"
"""What ``update-mime-database`` makes of the description of the type."""
ICONS = "icons/hicolor"
INDEXES = (
    ("update-desktop-database", "applications"),
    ("update-mime-database", "mime"),
)
"""Programs that make a folder's index anew, from which file managers know what opens what."""
MADE_OF_TYPES = (
    "aliases", "generic-icons", "globs", "globs2", "icons", "magic", "mime.cache", "subclasses", "treemagic", "types",
    "version", "XMLnamespaces",
)  # fmt: skip
"""What ``update-mime-database`` writes, and of which nothing is true any more once no type is described."""


@dataclass(frozen=True)
class DesktopChange:
    """The files that were written, or removed, and sentences on what could not be done."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def data_home() -> Path:
    """The folder of the user's data; a relative ``XDG_DATA_HOME`` counts for nothing, as the specification says."""
    chosen = Path(os.environ.get("XDG_DATA_HOME", ""))
    return chosen if chosen.is_absolute() else Path.home() / ".local" / "share"


def install() -> DesktopChange:
    """Put Netloom, as it is run now, among the desktop's programs, and open projects with it.

    Raises
    ------
    NetloomError
        if this is no Linux, or the files cannot be written.
    """
    _refuse_others()
    files = {data_home() / name: content for name, content in contents(netloom_command()).items()}
    for path, content in files.items():
        make_folder(path.parent, "Set XDG_DATA_HOME to another one.")
        write_atomically(path, content)
    return DesktopChange(tuple(files), tuple(_index()))


def remove() -> DesktopChange:
    """Take away what `install` wrote, whichever Netloom did, and folders that are empty then.

    Raises
    ------
    NetloomError
        if this is no Linux, or a file cannot be removed.
    """
    _refuse_others()
    there = tuple(path for path in map(data_home().joinpath, _names()) if path.is_symlink() or path.exists())
    try:
        for path in there:
            path.unlink()
    except OSError as error:
        reason = (error.strerror or "it is protected").lower()
        raise NetloomError(f"{path} cannot be removed: {reason}. Remove it by hand.") from None
    notes = tuple(_index()) if there else ()
    _tidy()
    return DesktopChange(there, notes)


def contents(program: Sequence[str]) -> Mapping[str, bytes]:
    """What is written, by the place below the data folder; ``program`` is the command that starts Netloom."""
    from resvg_py import svg_to_bytes

    drawing = bytes_of(DRAWING, 2**16, "icon")
    text = drawing.decode("utf-8")
    pictures = {_icon(size): svg_to_bytes(text, width=size, height=size, skip_system_fonts=True) for size in SIZES}
    return {**pictures, _icon(None): drawing, TYPES: file_type().encode(), ENTRY: desktop_entry(program).encode()}


def desktop_entry(program: Sequence[str]) -> str:
    """The desktop entry of Netloom, which ``program`` starts."""
    lines = {
        "Type": "Application",
        "Version": "1.1",
        "Name": "Netloom",
        "GenericName": "Neural Network Editor",
        "Comment": "Draw neural networks, watch them learn, and see what they learned",
        "TryExec": _escaped(program[0]),
        "Exec": f"{' '.join(_quoted(part) for part in program)} %f",
        "Icon": NAME,
        "Terminal": "false",
        "StartupWMClass": "Netloom",
        "MimeType": f"{MIME_TYPE};",
        "Categories": "Education;ArtificialIntelligence;",
        "Keywords": "neural;network;deep learning;machine learning;",
    }
    return "[Desktop Entry]\n" + "".join(f"{key}={value}\n" for key, value in lines.items())


def file_type() -> str:
    """The type of project files: by their ending, and by their first key where they have another name."""
    key = quoteattr('"netloom"')
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME_TYPE}">
    <comment>Netloom project</comment>
    <sub-class-of type="application/json"/>
    <icon name="{NAME}"/>
    <magic priority="60">
      <match type="string" offset="0" value="{{">
        <match type="string" offset="1:8" value={key}/>
      </match>
    </magic>
    <glob pattern="*.netloom"/>
  </mime-type>
</mime-info>
"""


def _refuse_others() -> None:
    if sys.platform.startswith("linux"):
        return
    raise NetloomError(
        "Desktop entries are Linux's; here, drop a project on Netloom's window, or type its file behind the command "
        "that starts Netloom."
    )


def _icon(size: int | None) -> str:
    """The place of the icon of ``size`` pixels; None is the drawing, for all sizes."""
    return f"{ICONS}/scalable/apps/{NAME}.svg" if size is None else f"{ICONS}/{size}x{size}/apps/{NAME}.png"


def _names() -> list[str]:
    return [*map(_icon, SIZES), _icon(None), TYPES, ENTRY]


def _escaped(text: str) -> str:
    r"""A text as the value of a key."""
    signs = {"\\": r"\\", "\n": r"\n", "\t": r"\t", "\r": r"\r"}
    return "".join(signs.get(sign, sign) for sign in text)


def _quoted(argument: str) -> str:
    """An argument of a command: in quotes, where some signs have a backslash, and per cent signs are doubled."""
    signs = {'"': r"\"", "`": r"\`", "$": r"\$", "\\": r"\\", "%": "%%"}
    inside = "".join(signs.get(sign, sign) for sign in argument)
    return _escaped(f'"{inside}"')


def _index() -> Iterator[str]:
    """Make the indexes anew; a sentence for each that could not be made."""
    for program, name in INDEXES:
        folder = data_home() / name
        if not folder.is_dir():
            continue
        found = shutil.which(program)
        if found is None:
            yield f"{program} is not installed, so some file managers notice only after the next login."
            continue
        done = subprocess.run([found, str(folder)], check=False, capture_output=True, text=True, errors="replace")
        if done.returncode:
            said = " ".join(done.stderr.split()) or "it does not say why"
            yield f"{program} failed, so some file managers notice only after the next login: {said}"


def _tidy() -> None:
    """Remove indexes of folders that describe nothing any more, and folders that are empty."""
    home = data_home()
    (home / OWN_TYPE).unlink(missing_ok=True)  # where the program is gone that would
    if not any((home / "mime").glob("packages/*")):
        for name in MADE_OF_TYPES:
            (home / "mime" / name).unlink(missing_ok=True)
    if not any((home / "applications").glob("**/*.desktop")):
        (home / "applications" / "mimeinfo.cache").unlink(missing_ok=True)
    for name in (*_names(), OWN_TYPE):
        for folder in (home / name).relative_to(home).parents:
            if folder != Path():
                with suppress(OSError):  # it is not empty, or not there
                    (home / folder).rmdir()
