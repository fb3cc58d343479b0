"""Exports by command line."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from app.exchange import export
from app.project.presets import FOLDER, preset_ids
from app.project.project_ids import remember_project
from graph.project import read_project, write_project
from tests.app.cli.calling import Caller


@pytest.mark.parametrize("id_", preset_ids())
def test_every_preset_gives_code_that_python_reads(call: Caller, tmp_path: Path, id_: str) -> None:
    out = tmp_path / "net.py"
    assert call("export", f"preset:{id_}", "--to", "code", "-o", out, "--json").json["files"] == [str(out)]
    compile(out.read_text("utf-8"), str(out), "exec")
    assert [path.name for path in tmp_path.iterdir()] == ["net.py"]


def test_a_run_gives_its_weights_beside_the_code(call: Caller, tmp_path: Path) -> None:
    from safetensors import safe_open

    call("train", "preset:iris_mlp", "--epochs", 1, "--out", tmp_path / "run")
    files = call("export", tmp_path / "run", "--to", "code", "-o", tmp_path / "net.py", "--json").json["files"]
    assert [Path(file).name for file in files] == ["net.py", "net.safetensors"]
    with safe_open(tmp_path / "net.safetensors", framework="numpy") as file:
        assert sorted(file.keys()) == ["dense1.bias", "dense1.weight", "dense2.bias", "dense2.weight"]
        assert file.metadata() == {"format": "pt"}


def test_code_of_a_run_is_told_with_its_proof(call: Caller, tmp_path: Path) -> None:
    call("train", "preset:iris_mlp", "--epochs", 1, "--out", tmp_path / "run")
    arguments = ("export", tmp_path / "run", "--to", "code", "-o", tmp_path / "net.py")
    parity = call(*arguments, "--json").json["parity"]
    assert parity["samples"] == 22 and parity["largest_difference"] < 1e-5 < parity["largest_answer"]
    assert "the code with its weights and the run give the same outputs for 22 test samples" in call(*arguments).out


@pytest.mark.parametrize("saved", [True, False])
def test_code_of_a_run_is_headed_by_the_name_under_which_its_project_was_saved(
    call: Caller, tmp_path: Path, saved: bool
) -> None:
    project = replace(read_project(FOLDER / "iris_mlp.netloom"), id="abc")
    write_project(tmp_path / "flowers.netloom", project)
    call("train", tmp_path / "flowers.netloom", "--epochs", 1, "--out", tmp_path / "untitled-20261129-120000")
    remember_project("abc", "flowers", tmp_path / "flowers.netloom" if saved else None)
    call("export", tmp_path / "untitled-20261129-120000", "--to", "code", "-o", tmp_path / "net.py")
    head = (tmp_path / "net.py").read_text("utf-8").partition(", drawn in Netloom")[0]
    assert head == ('"""flowers' if saved else '"""MLP on iris flowers')


def test_a_training_is_told_with_its_data(call: Caller, tmp_path: Path) -> None:
    done = call("export", "preset:xor_mlp", "--to", "script", "-o", tmp_path / "xor.py")
    assert "Start it with: python xor.py. It reads xor_data.npz, which has to lie beside it." in done.out
    made = call("export", "preset:xor_mlp", "--to", "notebook", "-o", tmp_path / "xor.ipynb", "--json").json
    assert [Path(file).name for file in made["files"]] == ["xor.ipynb", "xor_data.npz"]
    assert call("export", "preset:xor_mlp", "--to", "script", "-o", tmp_path / "a.py", "--part", "generator").code == 2
    call("new", tmp_path / "empty.netloom", "--preset", "xor_mlp")
    project = read_project(tmp_path / "empty.netloom")
    write_project(tmp_path / "empty.netloom", replace(project, sections={}))
    refused = call.refused("export", tmp_path / "empty.netloom", "--to", "script", "-o", tmp_path / "b.py")
    assert "choose a data set" in refused


def test_a_model_card_of_a_project(call: Caller, tmp_path: Path) -> None:
    assert call("export", "preset:iris_mlp", "--to", "card", "-o", tmp_path / "iris.md").code == 0
    assert "It is not trained." in (tmp_path / "iris.md").read_text("utf-8")


def test_code_and_weights_cannot_share_a_file(call: Caller, tmp_path: Path) -> None:
    call("train", "preset:iris_mlp", "--epochs", 1, "--out", tmp_path / "run")
    message = call.refused("export", tmp_path / "run", "--to", "code", "-o", tmp_path / "net.safetensors")
    assert ".py" in message


def test_a_project_has_no_weights(call: Caller, tmp_path: Path) -> None:
    assert "no weights" in call.refused("export", "preset:iris_mlp", "--to", "safetensors", "-o", tmp_path / "w")


def test_drawings_show_every_layer(call: Caller, tmp_path: Path) -> None:
    for kind in ("svg", "png"):
        assert call("export", "preset:two_branch_cnn", "--to", kind, "-o", tmp_path / f"net.{kind}").code == 0
    root = ElementTree.parse(tmp_path / "net.svg").getroot()
    texts = {element.text for element in root.iter() if element.tag.endswith("text")}
    assert texts >= {"concat1", "conv3", "dense1"}
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    picture = Image.open(io.BytesIO((tmp_path / "net.png").read_bytes())).convert("RGB")
    assert picture.size == (round(2 * width), round(2 * height))
    assert len(picture.getcolors(1 << 24) or []) > 50


def test_a_drawing_of_foreign_letters_and_of_a_very_large_network(call: Caller, tmp_path: Path) -> None:
    layers = [
        {"id": f"out{at}", "kind": "output", "settings": {"target": "größe Ж"}, "position": [at * 224, at * 100]}
        for at in range(300)
    ]
    file = tmp_path / "large.netloom"
    file.write_text(json.dumps({"netloom": 1, "network": {"layers": layers, "connections": []}}), "utf-8")
    assert call("export", file, "--to", "png", "-o", tmp_path / "large.png").code == 0
    with Image.open(tmp_path / "large.png") as picture:
        assert picture.width * picture.height < 20e6


@pytest.mark.parametrize("letters", ["dense1", "größe Ж Ω ≤ →"])
def test_letters_of_a_drawing_come_from_fonts_that_ship(letters: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f'<text x="2" y="20" font-size="12" fill="#000000">{letters}</text>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 30" width="120" height="30">{text}</svg>'
    assert export.LETTERS.fullmatch(drawing)
    with Image.open(io.BytesIO(export.png(drawing))) as picture:
        assert picture.getbbox() is not None
    monkeypatch.setattr(export, "FONTS", [])
    with Image.open(io.BytesIO(export.png(drawing))) as picture:
        assert picture.getbbox() is None


def test_nothing_to_draw(call: Caller, tmp_path: Path) -> None:
    call("new", tmp_path / "empty.netloom")
    assert "nothing to draw" in call.refused("export", tmp_path / "empty.netloom", "--to", "png", "-o", tmp_path / "a")


def test_onnx_is_told_with_its_proof(call: Caller, tmp_path: Path) -> None:
    told = call("export", "preset:xor_mlp", "--to", "onnx", "-o", tmp_path / "net.onnx", "--json").json
    assert (told["files"], told["trained"]) == ([str(tmp_path / "net.onnx")], False)
    assert told["proof"]["largest_difference"] < 1e-4
    assert call("export", "preset:xor_mlp", "--to", "svg", "--raw", "-o", tmp_path / "a.svg").code == 2
