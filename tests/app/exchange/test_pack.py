"""Packs: what goes into one comes out alike on another machine, and nothing else comes out."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.data.inspect import inspect
from app.data.sources.file_source import FileSource
from app.data.used_files import used_files
from app.exchange.pack_format import MANIFEST, Manifest, PackedFile, is_pack, read_manifest
from app.exchange.unpack import folder_for, unpack
from app.training.run_labels import owner_of
from app.training.runs import Run
from graph.errors import NetloomError
from graph.project import read_project
from tests.app.cli.calling import Caller

Change = Callable[[dict[str, Any], dict[str, bytes]], None]


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """A table of flowers outside of the project's folder."""
    rng = np.random.default_rng(3)
    rows = [f"{a:.3f},{b:.3f},{'rose' if a > b else 'lily'}" for a, b in rng.normal(size=(60, 2))]
    file = tmp_path / "tables" / "flowers.csv"
    file.parent.mkdir()
    file.write_text("\n".join(["width,length,kind", *rows]) + "\n")
    return file


def trained(call: Caller, data: Path, folder: Path, epochs: int = 2) -> tuple[Path, Path]:
    """A project on some data, and a run of it."""
    folder.mkdir()
    project, run = folder / "garden.netloom", folder / "garden-run"
    assert call("new", project, "--data", data).code == 0
    assert call("train", project, "--epochs", epochs, "--out", run, "--json").code == 0
    return project, run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of one machine."""
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def altered(pack: Path, change: Change) -> Path:
    """A pack with another manifest or other files."""
    with zipfile.ZipFile(pack) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files.pop(MANIFEST))
    change(manifest, files)
    other = pack.with_name(f"other-{pack.name}")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return other


def test_another_machine_predicts_the_same_bits(
    call: Caller, flowers: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, run = trained(call, flowers, tmp_path / "work")
    new = tmp_path / "new.csv"
    new.write_text("width,length\n0.5,0.25\n-1.5,2\n0.1,0.1\n")
    before = call("predict", run, new, "--json").json | {"run": ""}
    packed = call("pack", project, "-o", tmp_path / "garden.zip", "--json").json
    assert (packed["data"], packed["runs"]) == ("all", ["runs/garden-run"])
    shutil.rmtree(tmp_path / "work")
    shutil.rmtree(flowers.parent)
    shutil.rmtree(home, ignore_errors=True)
    monkeypatch.setenv("NETLOOM_HOME", str(tmp_path / "other home"))
    unpacked = call("unpack", tmp_path / "garden.zip", "-o", tmp_path / "elsewhere" / "garden", "--json").json
    again = Path(unpacked["runs"][0])
    assert call("predict", again, new, "--json").json | {"run": ""} == before
    assert call("evaluate", again, "--json").code == 0
    assert call("check", unpacked["project"], "--json").json["ok"]
    resumed = call("resume", again, "--epochs", 3, "--json")
    assert resumed.lines[-1]["status"] == "completed"


def test_runs_and_project_belong_together_and_not_to_the_original(
    call: Caller, flowers: Path, tmp_path: Path, home: Path
) -> None:
    project, _ = trained(call, flowers, tmp_path / "work")
    assert call("pack", project, "-o", tmp_path / "garden.zip").code == 0
    folder = unpack(tmp_path / "garden.zip").folder
    assert folder == tmp_path / "garden"
    copy = read_project(folder / "garden.netloom")
    assert copy.id and copy.id != read_project(project).id
    assert owner_of(folder / "runs" / "garden-run").id == copy.id
    assert Run.open(folder / "runs" / "garden-run").base == folder.resolve()
    assert folder_for(tmp_path / "garden.zip") == tmp_path / "garden-2"
    for file in folder.rglob("*"):
        if file.is_file() and file.name != "environment.json":
            assert str(tmp_path / "work").encode() not in file.read_bytes(), file


def pictures(folder: Path, count: int = 6) -> Path:
    """Two classes of pictures, with files beside them that are no pictures."""
    rng = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (folder / label).mkdir(parents=True)
        for number in range(count):
            Image.fromarray(rng.integers(0, 255, (9, 9), np.uint8)).save(folder / label / f"{number}.png")
    (folder / "notes.psd").write_bytes(b"x" * 100_000)
    return folder


def test_files_of_boxes_are_used_also_where_they_have_been_read_before(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "signs"
    folder.mkdir()
    (folder / "classes.txt").write_text("stop\ngo\n")
    (folder / "notes.dat").write_text("not read")
    for number in range(6):
        Image.new("RGB", (20, 20), (40 * number, 0, 0)).save(folder / f"{number}.png")
        (folder / f"{number}.txt").write_text(f"{number % 2} 0.5 0.5 0.2 0.2\n")
    found = inspect(folder)
    names = sorted([f"{number}{suffix}" for number in range(6) for suffix in (".png", ".txt")] + ["classes.txt"])
    assert [path.name for path in used_files(found.source, folder)] == names
    assert [path.name for path in used_files(found.source, folder)] == names


def test_looking_for_used_files_leaves_the_environment_alone(
    flowers: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, before = inspect(flowers).source, dict(os.environ)
    during: list[dict[str, str]] = []
    read = type(source).read

    def watched(self: FileSource, file: Path) -> object:
        during.append(dict(os.environ))
        return read(self, file)

    monkeypatch.setattr(type(source), "read", watched)
    assert used_files(source, flowers) == (flowers,)
    assert during == [before] and dict(os.environ) == before


def test_only_the_files_that_are_used(call: Caller, tmp_path: Path, home: Path) -> None:
    project, _ = trained(call, pictures(tmp_path / "animals"), tmp_path / "work", 1)
    whole = call("pack", project, "-o", tmp_path / "whole.zip", "--json").json
    used = call("pack", project, "-o", tmp_path / "used.zip", "--data", "used", "--json").json
    assert whole["data_bytes"] - used["data_bytes"] == 100_000
    assert used["data"] == "used" and used["notes"] == []
    folder = unpack(tmp_path / "used.zip").folder
    assert len(list((folder / "data").rglob("*.png"))) == 12
    assert not (folder / "data" / "animals" / "notes.psd").exists()
    assert "has changed" not in json.dumps(call("check", folder / "used.netloom", "--json").out)
    run = folder / "runs" / "garden-run"
    assert call("resume", run, "--epochs", 2, "--json").lines[-1]["status"] == "completed"


def test_a_table_takes_its_pictures_along(call: Caller, tmp_path: Path, home: Path) -> None:
    folder = pictures(tmp_path / "animals")
    names = [f"{label}/{number}.png,{label}" for label in ("cat", "dog") for number in range(6)]
    (folder / "labels.csv").write_text("\n".join(["file,kind", *names]))
    project, _ = trained(call, folder / "labels.csv", tmp_path / "work", 1)
    packed = call("pack", project, "-o", tmp_path / "p.zip", "--runs", "none", "--json").json
    assert packed["runs"] == []
    shutil.rmtree(folder)
    assert call("check", unpack(tmp_path / "p.zip").file, "--json").json["ok"]


def test_without_the_data_a_run_still_predicts_and_names_no_place(
    call: Caller, flowers: Path, tmp_path: Path, home: Path
) -> None:
    project, _ = trained(call, flowers, tmp_path / "work")
    packed = call("pack", project, "-o", tmp_path / "p.zip", "--data", "none", "--runs", "last", "--json").json
    assert (packed["data"], packed["data_bytes"]) == ("none", 0)
    unpacked = unpack(tmp_path / "p.zip")
    assert isinstance(unpacked.project.sections["data"], dict)
    assert unpacked.project.sections["data"]["options"]["path"] == "data/flowers.csv"


def test_a_project_that_is_called_data_is_none() -> None:
    files = [PackedFile(path, 10, "") for path in ("data.netloom", "data/a.csv", "data-2/b.csv", "runs/a/log")]
    assert Manifest("data.netloom", "all", (), tuple(files)).data_size == 20


def test_what_ships_needs_no_data(call: Caller, tmp_path: Path, home: Path) -> None:
    packed = call("pack", "preset:iris_mlp", "-o", tmp_path / "lenet.zip", "--json").json
    assert (packed["data"], packed["runs"]) == ("", [])
    assert is_pack(tmp_path / "lenet.zip")
    assert call("open", tmp_path / "lenet.zip").code == 0
    assert call.opened == [tmp_path / "lenet.zip"]


def test_nothing_is_written_over(call: Caller, tmp_path: Path, home: Path) -> None:
    pack = tmp_path / "lenet.zip"
    assert call("pack", "preset:iris_mlp", "-o", pack).code == 0
    assert "is there already" in call.refused("pack", "preset:iris_mlp", "-o", pack)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    assert "holds something already" in call.refused("unpack", pack, "-o", tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def escape(name: str) -> Change:
    """The project's file under a name that leads elsewhere."""

    def change(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
        files[name] = b"gotcha"
        manifest["files"].append({"path": name, "size": 6, "sha256": "0" * 64})

    return change


def other_content(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    name = manifest["project"]
    files[name] = files[name].replace(b"dense", b"bense")


def a_file_more(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    files["extra.txt"] = b"more"


def too_much(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    manifest["files"][0]["size"] = 2**39


def other_size(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    manifest["files"][0]["size"] += 1


def newer(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    manifest["netloom_pack"] = 99


def data_outside(manifest: dict[str, Any], files: dict[str, bytes]) -> None:
    import hashlib

    name = manifest["project"]
    project = json.loads(files[name])
    project["data"] = {"source": "table", "options": {"path": "../../etc/passwd"}}
    files[name] = json.dumps(project).encode()
    entry = next(file for file in manifest["files"] if file["path"] == name)
    entry.update(size=len(files[name]), sha256=hashlib.sha256(files[name]).hexdigest())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        *((escape(name), "outside") for name in ("../evil", "/evil", "a/../../evil", "C:/evil", "a\\evil", "con.txt")),
        (other_content, "is not what was packed"),
        (a_file_more, "does not hold the files"),
        (too_much, "which no pack"),
        (other_size, "is not the file"),
        (newer, "newer Netloom"),
        (data_outside, "outside"),
    ],
)
def test_a_pack_that_was_tampered_with_leaves_nothing(
    call: Caller, tmp_path: Path, home: Path, change: Change, says: str
) -> None:
    assert call("pack", "preset:iris_mlp", "-o", tmp_path / "lenet.zip").code == 0
    bad = altered(tmp_path / "lenet.zip", change)
    before = {*tmp_path.rglob("*")}
    assert says in call.refused("unpack", bad, "-o", tmp_path / "deep" / "out")
    assert {path for path in {*tmp_path.rglob("*")} - before if path.name != "deep"} == set()


def test_what_is_cut_short_or_no_archive_is_refused(call: Caller, tmp_path: Path, home: Path) -> None:
    pack = tmp_path / "lenet.zip"
    assert call("pack", "preset:iris_mlp", "-o", pack).code == 0
    whole = pack.read_bytes()
    for length in (0, 10, len(whole) // 2, len(whole) - 5):
        pack.write_bytes(whole[:length])
        assert not is_pack(pack)
        assert "ZIP" in call.refused("unpack", pack)
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no pack of Netloom" in call.refused("unpack", pack)
    with pytest.raises(NetloomError):
        read_manifest(tmp_path / "missing.zip")


def test_a_damaged_byte_anywhere_is_a_sentence_and_leaves_nothing(call: Caller, tmp_path: Path, home: Path) -> None:
    """Some bytes say nothing, such as dates: the pack then unpacks as it was."""
    assert call("new", tmp_path / "plain.netloom", "--data", "iris").code == 0
    assert call("pack", tmp_path / "plain.netloom", "-o", tmp_path / "plain.zip").code == 0
    whole = (tmp_path / "plain.zip").read_bytes()
    before, refused = unpack(tmp_path / "plain.zip", tmp_path / "right").project.sections["data"], 0
    bad, folder = tmp_path / "bad.zip", tmp_path / "bad"
    for place in range(0, len(whole), 3):
        bad.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            assert unpack(bad, folder).project.sections["data"] == before
        except NetloomError as error:
            refused += 1
            assert "unpack" in str(error) or "bad.zip" in str(error)
            assert not folder.exists()
        shutil.rmtree(folder, ignore_errors=True)
    assert refused > len(whole) // 6
    assert {each.name for each in tmp_path.iterdir()} == {"plain.netloom", "plain.zip", "bad.zip", "right"}


def test_missing_data_is_named_with_the_way_out(call: Caller, flowers: Path, tmp_path: Path, home: Path) -> None:
    project, _ = trained(call, flowers, tmp_path / "work")
    flowers.unlink()
    said = call.refused("pack", project, "-o", tmp_path / "p.zip")
    assert "flowers.csv is not there" in said and "--data none" in said
    assert not (tmp_path / "p.zip").exists() and not list(tmp_path.glob(".*"))
