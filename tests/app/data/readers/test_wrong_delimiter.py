"""Where rows were cut at the wrong sign, the refusal says at which, and that the delimiter may be another."""

from __future__ import annotations

import pytest

from app.data.inspect import inspect
from app.data.readers.table_format import UnreadableTableError
from graph.errors import NetloomError
from tests.app.conftest import Write


def rows(sign: str, mark: str, names: str = "") -> str:
    head = names or sign.join("abc")
    return f"{head}\n" + "".join(f"0{mark}{n}1{sign}{n % 5}{mark}{n}{sign}{'uv'[n % 2]}\n" for n in range(1, 61))


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("sign", [":", "~", "!", "^", "&"])
def test_the_refusal_names_the_sign_and_one_that_divides_alike(write: Write, sign: str, mark: str) -> None:
    path = write("t.csv", rows(sign, mark))
    with pytest.raises(UnreadableTableError) as caught:
        inspect(path)
    assert f"Its rows were cut at commas, but “{sign}” divides them alike" in str(caught.value)
    assert str(caught.value).endswith("the delimiter may be any sign.") and "delimiter" in caught.value.settings
    assert inspect(path, options={"delimiter": sign}).info.samples == 60


def test_rows_that_are_cut_wrongly_and_can_be_learned_from_are_told(write: Write) -> None:
    path = write("t.csv", "a:b:c\n" + "".join(f"{n % 7},{n}1:{n % 5},5:{'uv'[n % 2]}\n" for n in range(60)))
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
