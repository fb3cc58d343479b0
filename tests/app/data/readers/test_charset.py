"""Encodings of text files: found, told where another is as likely, or said."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from app.data.inspect import inspect
from app.data.readers.charset import find_encoding
from app.data.readers.recipe import TableOptions
from app.data.readers.table_file import read_table
from app.data.readers.table_format import Reading, UnreadableTableError
from graph.errors import NetloomError
from tests.app.conftest import Write

CASES = Path(__file__).resolve().parents[3] / "cases"


def test_the_case_in_central_european_letters() -> None:
    found = inspect(CASES / "latin2.csv")
    assert [column.name for column in found.columns] == ["délka", "druh"]
    assert found.info.target_field().classes == ("les", "řeka")
    assert any("in cp1250 (“délka”)" in problem for problem in found.problems)


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1250", ("řeka", "les", "dům")),
        ("cp1250", ("łąka", "świat", "żółty")),
        ("cp1250", ("őszi", "fűz", "hűvös")),
        ("cp1252", ("año", "señor", "corazón")),
        ("cp1252", ("élève", "garçon", "été")),
        ("cp1252", ("Müller", "Straße", "Äpfel")),
        ("cp1252", ("kött", "bröd", "ål")),
        ("cp1252", ("blåbær", "smør", "ost")),
        ("cp1251", ("дом", "река", "лес")),
        ("cp1253", ("δάσος", "ποτάμι", "λίμνη")),
        ("cp1254", ("ağaç", "şehir", "ığdır")),
        ("koi8_r", ("дом", "река", "лес")),
        ("shift_jis", ("東京", "大阪", "りんご")),
        ("gb18030", ("北京", "上海", "广州")),
        ("cp949", ("서울", "부산", "대구")),
        ("big5", ("臺北", "高雄", "花蓮")),
        ("utf-16", ("řeka", "дом", "東京")),
        ("utf-16-le", ("reka", "les", "dum")),
        ("utf-32", ("řeka", "дом", "東京")),
        ("utf-8", ("řeka", "дом", "東京")),
    ],
)
def test_letters_come_through(write: Write, encoding: str, words: tuple[str, ...]) -> None:
    text = "value;word\n" + "".join(f"{row}.5;{words[row % 3]}\n" for row in range(30))
    table = read_table(write("t.csv", text.encode(encoding)))
    assert table["word"].tolist()[:3] == list(words)
    told = any("not written in utf-8" in note for note in table.notes)
    assert told is (not encoding.startswith("utf"))


def test_what_is_as_likely_is_told_with_its_spelling(write: Write) -> None:
    text = "value,word\n" + "".join(f"{row}.5,{('дом', 'лес')[row % 2]}\n" for row in range(9))
    (note,) = read_table(write("t.csv", text.encode("cp1251"))).notes
    assert note.endswith(
        "in cp1251 (“дом”), or in cp1253, where that is “δξμ”; choose the encoding if the first is wrong."
    )


def test_an_example_of_a_long_word_is_cut(write: Write) -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmütze"
    text = "value,word\n" + "".join(f"{row}.5,{('Größe', word)[row > 0]}\n" for row in range(9))
    only = "value,word\n" + f"1.5,{word}\n" * 9
    assert "“Größe”" in read_table(write("a.csv", text.encode("cp1252"))).notes[0]
    assert f"“{word[:20]}”" in read_table(write("b.csv", only.encode("cp1252"))).notes[0]


def test_an_encoding_that_is_said_is_believed(write: Write) -> None:
    path = write("t.csv", ("value,word\n" + "1.5,řeka\n2.5,les\n" * 9).encode("cp1250"))
    assert read_table(path, Reading(TableOptions(encoding="cp1252")))["word"][0] == "øeka"
    assert read_table(path, Reading(TableOptions(encoding="latin2")))["word"][0] == "řeka"
    with pytest.raises(NetloomError, match="not written in utf-8; choose another encoding"):
        read_table(path, Reading(TableOptions(encoding="utf-8")))
    for encoding in ("nonsense", "rot13"):  # Python knows rot13, but not as an encoding of text
        with pytest.raises(NetloomError, match=f"no encoding “{encoding}”; name one that Python knows"):
            inspect(path, options={"encoding": encoding})


def test_bytes_that_mean_nothing_are_told(write: Write) -> None:
    table = read_table(write("t.csv", b"value,word\n" + b"1.5,a\x81\xffb\x00"[:-1] + b"\n2.5,les\n" * 9))
    assert any("was read as" in note or "not written in utf-8" in note for note in table.notes)


@pytest.mark.parametrize("size", [300, 4000])
def test_bytes_that_are_no_text_are_told_as_such(write: Write, size: int) -> None:
    noise = random.Random(size).randbytes(size).replace(b"\0", b"")
    with pytest.raises(NetloomError, match=r"broken\.csv is not a text file") as caught:
        read_table(write("broken.csv", noise))
    assert not isinstance(caught.value, UnreadableTableError)  # no setting helps
    known = read_table(write("t.csv", "a,b\n" + "1,2\n" * 9)).recipe
    for content in (noise, noise + b"\0"):
        with pytest.raises(NetloomError, match=r"broken\.csv is not a text file"):
            read_table(write("broken.csv", content), Reading(recipe=known))


def test_control_codes_may_divide_cells(write: Write) -> None:
    path = write("t.csv", "a\x01b\n" + "1\x012\n" * 9)
    table = read_table(path, Reading(TableOptions(delimiter="\x01")))
    assert (table.names, len(table)) == (("a", "b"), 9)


def test_the_first_256_letters_show_utf16_whatever_comes_later(write: Write) -> None:
    text = "a,b\n" + "x,1\n" * 63 + "Ā,2\n" * 9  # the lower byte of which is 0
    for encoding in ("utf-16-le", "utf-16-be"):
        path = write("t.csv", text.encode(encoding))
        assert find_encoding(path, path.read_bytes()).name == encoding
        assert read_table(path)["a"].tolist()[-1] == "Ā"


def test_a_piece_of_utf16_that_no_likely_encoding_writes_is_taken_as_a_last_resort(write: Write) -> None:
    raw = b"\x00u\x00e\x00\n\x00"
    assert find_encoding(write("t.csv", raw), raw).lossy
