"""Exit codes, what goes to which stream, and what every verb has in common."""

from __future__ import annotations

from pathlib import Path

import pytest

import main
from app.cli import catalogue_verbs
from app.cli.command import Screen, build
from app.cli.failures import report_window
from app.project.presets import FOLDER
from graph.errors import NetloomError
from graph.network import Network
from graph.project import Project, write_project
from tests.app.cli.calling import Caller

VERBS = (
    "open layers presets datasets data new check repoint transfer calibrate desktop find-rate profile lessons lesson "
    "train resume runs evaluate predict generate style sweep export import pack unpack tour worker"
).split()


def test_every_verb_is_there_and_takes_json() -> None:
    import typer

    group = typer.main.get_command(build(Screen(lambda file: 0, lambda out: 0)))
    commands = group.commands  # type: ignore[attr-defined]
    assert list(commands) == VERBS
    for name, command in commands.items():
        assert "--json" in [option for parameter in command.params for option in parameter.opts], name


def test_only_the_verb_that_is_called_is_described(call: Caller) -> None:
    import typer

    screen = Screen(lambda file: 0, lambda out: 0)
    for called in VERBS:
        assert list(typer.main.get_command(build(screen, called)).commands) == [called]  # type: ignore[attr-defined]
    assert list(typer.main.get_command(build(screen, "trian")).commands) == VERBS  # type: ignore[attr-defined]
    assert "Usage: main.py train [OPTIONS]" in " ".join(call("train", "--help").out.split())


def test_netloom_is_put_among_the_programs_of_a_desktop(
    call: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("sys.platform", "linux")
    told = call("desktop", "--install", "--json").json
    assert told["installed"] and all(Path(file).is_file() for file in told["files"])
    assert "no longer" in call("desktop", "--remove").out
    assert not any(Path(file).exists() for file in told["files"])
    assert "nothing to remove" in call("desktop", "--remove").out
    assert [call("desktop", *options).code for options in ((), ("--install", "--remove"))] == [2, 2]


def test_the_readme_tells_of_every_verb() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    table = readme.partition("| verb | does |\n")[2].partition("\n\n")[0]
    told = [row.partition("`")[2].partition("`")[0].split()[0] for row in table.splitlines() if row.startswith("| `")]
    assert [verb for verb in VERBS if verb not in told] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("chek",),
        ("check",),
        ("check", "a", "b"),
        ("layers", "--colour"),
        ("train", "preset:iris_mlp", "--epochs", "none"),
        ("train", "preset:iris_mlp", "--epochs", "0"),
        ("train", "preset:iris_mlp", "--precision", "float8"),
        ("new", "a.netloom", "--target", "price"),
        ("export", "preset:iris_mlp", "--to", "pdf", "-o", "a.pdf"),
        ("export", "preset:iris_mlp", "--to", "code"),
        ("tour",),
    ],
)
def test_wrong_usage_is_2_with_one_line(call: Caller, arguments: tuple[str, ...]) -> None:
    result = call(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1
    assert "--help" in result.err


def test_a_defect_is_one_line_and_a_log(call: Caller, monkeypatch: pytest.MonkeyPatch, netloom_home: Path) -> None:
    def broken(kind: object) -> object:
        raise RuntimeError("the floor\ngave way")

    monkeypatch.setattr(catalogue_verbs, "layer_json", broken)
    result = call("layers", "--json")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("internal error: RuntimeError: the floor gave way")
    assert result.err.count("\n") == 1
    [log] = (netloom_home / "logs").iterdir()
    assert str(log) in result.err
    assert "Traceback" in log.read_text("utf-8")


def test_help_is_no_failure(call: Caller) -> None:
    assert call("--help").code == 0
    assert "Ctrl+C" in call("train", "--help").out


def test_open_hands_the_file_to_the_window(call: Caller) -> None:
    assert call("open", "preset:iris_mlp").code == 0
    assert call("open").code == 0
    assert call.opened == [FOLDER / "iris_mlp.netloom", None]


def test_open_refuses_what_is_no_project(call: Caller, tmp_path: Path) -> None:
    assert "cannot be opened" in call.refused("open", tmp_path / "gone.netloom")
    assert call.opened == []


def test_tour_tells_its_pictures(call: Caller, tmp_path: Path) -> None:
    result = call("tour", "--out", tmp_path / "tour", "--json")
    assert result.json["pictures"] == [str(tmp_path / "tour" / "01.png")]


def test_a_window_that_cannot_open_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert report_window(ImportError("libEGL.so.1: cannot open shared object file")) == 1
    assert report_window(NetloomError("The folder cannot be made.")) == 1
    assert report_window(RuntimeError("odd")) == 1
    lines = capsys.readouterr().err.splitlines()
    assert "make run" in lines[0]
    assert lines[1] == "The folder cannot be made."
    assert lines[2].startswith("internal error: RuntimeError: odd")


def test_a_file_without_a_verb_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path | None] = []

    def open_window(file: Path | None) -> int:
        opened.append(file)
        return 0

    monkeypatch.setattr(main, "open_window", open_window)
    file = tmp_path / "houses.netloom"
    write_project(file, Project(Network(), {}))
    assert main.main([str(file)]) == main.main(["open", str(file)]) == 0
    assert opened == [file, file]


def test_a_project_that_is_missing_is_named_and_a_verb_stays_a_verb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main.main(["missing.netloom"]) != 0
    assert "missing.netloom" in (missing := capsys.readouterr().err) and "command" not in missing
    (tmp_path / "layers").write_text("a file that is called like a verb")
    assert main.main(["layers"]) == 0
    assert "conv2d" in capsys.readouterr().out
