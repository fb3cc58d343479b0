"""Options of `data` and `new` that say how a table is written, and refusals that name them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.app.cli.calling import Caller
from tests.app.conftest import Write

ODD = "Logger 5\nmade up\nx;;y;kind\nlow;high;;\n" + "1,5;2;?;ří\n3,5;4;n/a;a\n5,5;6;7;ří\n7,5;8;9;a\n" * 6 + "end\n"
OPTIONS = (
    "--delimiter", ";", "--encoding", "cp1250", "--header-rows", "2", "--skip", "2", "--footer", "1", "--decimal",
    "comma", "--missing", "?,n/a",
)  # fmt: skip


def test_every_option_reaches_the_reader(call: Caller, write: Write) -> None:
    path = write("odd.csv", ODD.encode("cp1250"))
    found = call("data", path, *OPTIONS, "--target", "kind", "--json").json
    assert [column["name"] for column in found["columns"]] == ["x low", "x high", "y", "kind"]
    assert [column["missing"] for column in found["columns"]] == [0, 0, 12, 0]
    assert found["classes"] == ["a", "ří"]


def test_a_project_keeps_what_is_said(call: Caller, write: Write, tmp_path: Path) -> None:
    project = tmp_path / "p.netloom"
    assert call("new", project, "--data", write("odd.csv", ODD.encode("cp1250")), *OPTIONS).code == 0
    options = json.loads(project.read_text("utf-8"))["data"]["options"]
    assert options["delimiter"] == ";" and options["encoding"] == "cp1250" and options["decimal"] == "comma"
    assert (options["header"], options["header_rows"], options["skip"], options["footer"]) == ("yes", 2, 2, 1)
    assert options["missing_words"] == "?,n/a"
    assert call("check", project, "--json").json["ok"]


@pytest.mark.parametrize(
    ("content", "options", "named"),
    [
        (b"x;y\n1;2\n", ("--delimiter", ","), "--delimiter"),
        ("x;y\n1;ř\n".encode("cp1250"), ("--encoding", "utf-8"), "--encoding"),
        (b"a,b\n1,2\n1,2\n1,2\n1,2,3\n", (), "--skip"),
        (b"x,y\n", (), "--header-rows"),
    ],
)
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_a_refusal_names_the_option_that_helps(
    call: Caller, write: Write, content: bytes, options: tuple[str, ...], named: str, as_json: tuple[str, ...]
) -> None:
    assert named in call.refused("data", write("t.csv", content), *options, *as_json)


def test_options_need_data_and_a_table(call: Caller, tmp_path: Path) -> None:
    assert call("new", tmp_path / "p.netloom", "--skip", 2).code == 2
    assert "no encoding “x”" in call.refused("data", Path(__file__), "--encoding", "x")
