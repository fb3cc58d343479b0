"""Netloom among a Linux desktop's programs, in a data folder of the test's own."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from app.system import desktop_entry
from app.system.desktop_entry import ENTRY, MIME_TYPE, SIZES, TYPES, data_home, file_type, install, remove
from app.system.own_command import netloom_command
from graph.errors import NetloomError

PRESET = Path(__file__).parents[3] / "presets" / "iris_mlp.netloom"
ASK_QT = """
import sys
from PySide6.QtCore import QMimeDatabase
for path in sys.argv[1:]:
    print(QMimeDatabase().mimeTypeForFile(path).name())
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PKGSYSTEM_ENABLE_FSYNC", "0")  # which takes longest of all that update-mime-database does
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path / "data"


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def entry_of(text: str) -> dict[str, str]:
    """The keys of a desktop entry, with the escapes of their values undone."""
    first, *lines = text.splitlines()
    assert first == "[Desktop Entry]"
    return {key: value.replace(r"\\", "\\") for key, _, value in (line.partition("=") for line in lines)}


def arguments_of(line: str) -> list[str]:
    """The arguments of an ``Exec`` key, as the specification has them read."""
    found, inside, current = [], False, ""
    signs = iter(line)
    for sign in signs:
        if sign == '"':
            inside = not inside
        elif sign == "\\" and inside:
            current += next(signs)
        elif sign == " " and not inside:
            found.append(current)
            current = ""
        else:
            current += sign
    return [part.replace("%%", "%") for part in [*found, current]]


def test_it_starts_what_wrote_it_with_the_file_that_was_clicked(home: Path) -> None:
    change = install()
    assert {path.relative_to(home).as_posix() for path in change.files} <= files_below(home)
    entry = entry_of((home / ENTRY).read_text("utf-8"))
    assert arguments_of(entry["Exec"]) == [*netloom_command(), "%f"]
    assert Path(entry["TryExec"]) == Path(sys.executable)
    assert entry["MimeType"] == f"{MIME_TYPE};"
    assert netloom_command("worker") == (sys.executable, str(PRESET.parents[1] / "main.py"), "worker")


@pytest.mark.parametrize("path", ["/a b/main.py", '/it\'s "here"/$HOME/`x`', "/back\\slash", "/50 %f/%"])
def test_a_command_with_any_name_is_read_as_it_is(path: str) -> None:
    entry = entry_of(desktop_entry.desktop_entry(["/usr/bin/python 3", path]))
    assert arguments_of(entry["Exec"]) == ["/usr/bin/python 3", path, "%f"]


def test_icons_are_drawn_in_every_size() -> None:
    written = desktop_entry.contents(["netloom"])
    for size in SIZES:
        picture = Image.open(io.BytesIO(written[f"icons/hicolor/{size}x{size}/apps/netloom.png"]))
        assert picture.size == (size, size)
        assert picture.convert("RGBA").getpixel((size // 2, size // 8)) == (0x24, 0x60, 0xDB, 255)
    assert written["icons/hicolor/scalable/apps/netloom.svg"].startswith(b"<svg")


@pytest.mark.skipif(shutil.which("update-mime-database") is None, reason="shared-mime-info is not installed")
def test_projects_are_known_by_their_ending_and_by_their_content(home: Path, tmp_path: Path) -> None:
    pytest.importorskip("PySide6.QtCore")
    install()
    shutil.copy(PRESET, tmp_path / "named.netloom")
    shutil.copy(PRESET, tmp_path / "bare")
    (tmp_path / "other").write_text('{"nothing": 1}', "utf-8")
    paths = [str(tmp_path / name) for name in ("named.netloom", "bare", "other")]
    asked = subprocess.run([sys.executable, "-c", ASK_QT, *paths], capture_output=True, text=True, check=True)
    named, bare, other = asked.stdout.split()
    assert named == bare == MIME_TYPE != other


def test_removing_leaves_nothing(home: Path) -> None:
    home.mkdir()
    install()
    assert len(files_below(home)) >= len(SIZES) + 3
    assert {path.relative_to(home).as_posix() for path in remove().files} >= {ENTRY, TYPES}
    assert list(home.iterdir()) == []
    assert remove().files == ()


def test_what_others_put_there_stays(home: Path) -> None:
    others = {"applications/other.desktop": "[Desktop Entry]\n", "mime/packages/other.xml": file_type()}
    others["icons/hicolor/16x16/apps/other.png"] = ""
    for name, text in others.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")
    install()
    remove()
    assert others.keys() <= files_below(home) and not {ENTRY, TYPES} & files_below(home)
    assert (home / "mime" / "mime.cache").exists() == (shutil.which("update-mime-database") is not None)


def test_programs_that_are_missing_or_fail_are_told_and_are_no_error(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = install().notes
    assert [note.split(" is not installed")[0] for note in missing] == [
        "update-desktop-database",
        "update-mime-database",
    ]
    failing = tmp_path / "update-mime-database"
    failing.write_text("#!/bin/sh\necho no room >&2\nexit 1\n", "utf-8")
    failing.chmod(0o755)
    assert install().notes[1].endswith("notice only after the next login: no room")
    assert (home / ENTRY).is_file()


@pytest.mark.parametrize("system", ["darwin", "win32"])
@pytest.mark.parametrize("change", [install, remove])
def test_elsewhere_a_sentence_says_what_is_done_instead(
    home: Path, monkeypatch: pytest.MonkeyPatch, system: str, change: object
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(NetloomError, match="drop a project on Netloom's window"):
        change()  # type: ignore[operator]
    assert not home.exists()


def test_a_place_that_cannot_be_written_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write_text("a file", "utf-8")
    with pytest.raises(NetloomError, match="Set XDG_DATA_HOME to another one"):
        install()
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert data_home() == Path.home() / ".local" / "share"


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_desktops_own_program_finds_nothing_wrong(home: Path) -> None:
    install()
    checked = subprocess.run(["desktop-file-validate", str(home / ENTRY)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
