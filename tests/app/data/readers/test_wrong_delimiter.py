"""Where rows were cut at the wrong sign, the refusal says at which, and that the delimiter may be another."""

from __future__ import annotations

import numpy as np
import pytest

from app.data.inspect import inspect
from app.data.readers.dialect import find_dialect
from app.data.readers.recipe import TableOptions
from app.data.readers.table_format import UnreadableTableError
from app.data.sources.table import Table
from graph.errors import NetloomError
from tests.app.conftest import Write


def rows(sign: str, mark: str, names: str = "", odd: str = "") -> str:
    head = names or sign.join("abc")
    body = "".join(f"0{mark}{n}1{sign}{n % 5}{mark}{n}{sign}{'uv'[n % 2]}\n" for n in range(1, 61))
    return f"{head}\n{body}{odd}"


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("sign", [":", "~", "!", "^", "&"])
def test_rare_signs_are_found(write: Write, sign: str, mark: str) -> None:
    findings = inspect(write("t.csv", rows(sign, mark)), target="c")
    assert isinstance(findings.source, Table) and findings.source.reading is not None
    assert findings.source.reading.dialect.delimiter == sign
    values = np.asarray(findings.source.load().input_field().values)
    np.testing.assert_allclose(values[4], [0.51, 0.5])
    assert not [problem for problem in findings.problems if "cut at" in problem]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a:b:c\n" + "1.5:2:7\n" * 9, ":"),
        ("a~b\n" + "1.5~12:30\n" * 9, "~"),
        ("a!when!c\n" + "1,5!2021-01-05 12:30!7,25\n" * 9, "!"),
        ("time,a\n" + "12:30,1\n" * 9, ","),
        ("a,b at 1:2,c\n" + "1,2:3,4\n" * 9, ","),
        ("1,2:3,4\n" * 9, ","),
        ("odds\n" + "3:1\n" * 9, ","),
        ("url\n" + "https://example.org\n" * 9, ","),
        ("http:a\n" + "https://example.org\n" * 9, ","),
        ("a=b,c\n" + "1=2,3\n" * 9, ","),
        ("times:\n" + "12:30\n" * 9, ","),
        ("a:b\n" + "1:2;3\n" * 9, ";"),
    ],
)
def test_rare_signs_divide_only_what_nothing_else_divides(write: Write, text: str, delimiter: str) -> None:
    assert find_dialect(write("t.csv", text), TableOptions()).delimiter == delimiter


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("sign", [":", "~", "!", "^", "&"])
def test_the_refusal_names_the_sign_and_one_that_divides_alike(write: Write, sign: str, mark: str) -> None:
    path = write("t.csv", rows(sign, mark, odd=f"0{mark}1{sign}2{sign}u{sign}v\n"))
    with pytest.raises(UnreadableTableError) as caught:
        inspect(path)
    assert f"Its rows were cut at commas, but “{sign}” divides them alike" in str(caught.value)
    assert str(caught.value).endswith("the delimiter may be any sign.") and "delimiter" in caught.value.settings
    path.write_text(rows(sign, mark))
    assert inspect(path, options={"delimiter": sign}).info.samples == 60


def test_rows_that_are_cut_wrongly_and_can_be_learned_from_are_told(write: Write) -> None:
    path = write("t.csv", "a:b:c\n" + "".join(f"{n % 7},{n}1:{'xy'[n % 2]},5:{'uv'[n % 2]}\n" for n in range(60)))
    told = "Its rows were cut at commas, but “:” divides them alike; the delimiter may be any sign."
    assert told in inspect(path).problems
    assert not [problem for problem in inspect(path, options={"delimiter": ":"}).problems if "cut at" in problem]
    usual = write("u.csv", "a,b at 1:2,c\n" + "".join(f"{n},{n % 3}:{n % 5},{'uv'[n % 2]}\n" for n in range(60)))
    assert not [problem for problem in inspect(usual).problems if "cut at" in problem]


def test_names_with_another_sign_than_the_rows(write: Write) -> None:
    with pytest.raises(UnreadableTableError, match="cut at semicolons, but “:” divides them alike"):
        inspect(write("t.csv", rows(":", ".", "a;b;c")))


def test_a_single_column_says_at_which_sign_it_was_cut(write: Write) -> None:
    with pytest.raises(UnreadableTableError, match=r"has one column only; .* cut at commas; the delimiter may be any"):
        inspect(write("t.csv", "a\n" + "1\n2\n" * 9), kind="table")


def test_lines_of_unequal_length_say_at_which_sign_they_were_cut(write: Write) -> None:
    with pytest.raises(UnreadableTableError, match=r"3 columns where 2 are expected\. Its rows were cut at commas"):
        inspect(write("t.csv", "a,b\n" + "1,2\n" * 30 + "1,2,3\n"))
    with pytest.raises(UnreadableTableError) as caught:
        inspect(write("t.csv", "a,b\n" + "1,2\n" * 30 + "1,2,3\n"), options={"delimiter": "comma"})
    assert "cut at" not in str(caught.value)


@pytest.mark.parametrize("cell", ["10:30", "10:30:05", "-4", "1e5"])
def test_refusals_for_other_reasons_say_nothing_of_signs(write: Write, cell: str) -> None:
    with pytest.raises(NetloomError, match="one class only") as caught:
        inspect(write("t.csv", "a,b,y\n" + f"{cell},2,u\n3.5,1,u\n" * 20), target="y")
    assert "cut at" not in str(caught.value)
