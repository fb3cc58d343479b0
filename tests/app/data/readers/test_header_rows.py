"""Where a table begins: names, units, titles, remarks, row names and totals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.data.inspect import inspect, suggest
from app.data.readers.header_rows import find_layout, is_unit, joined_names, unit_of
from app.data.readers.recipe import TableOptions
from app.data.readers.table_file import TableData, read_table
from app.data.readers.table_format import Reading
from app.data.sources.table_source import TableSource
from app.inference.new_inputs import read_samples
from app.protocol.data_values import ColumnType
from tests.app.conftest import Write

CASES = Path(__file__).resolve().parents[3] / "cases"
NUMBERS = [(0.04 + row * 0.37 % 1, 0.5 + row * 0.73 % 1, 0.9 - row * 0.11 % 1) for row in range(12)]
ROWS = "".join(f"c{row},{a:.2f},{b:.2f},{c:.2f}\n" for row, (a, b, c) in enumerate(NUMBERS))


def names_and_rows(table: TableData) -> tuple[list[str], int]:
    return list(table.names), len(table)


@pytest.mark.parametrize(
    ("name", "names", "rows"),
    [
        ("year_headers.csv", ["country", "2019", "2020", "2021"], 40),
        ("units_row.csv", ["time", "voltage", "current", "power"], 200),
        ("r_write_table.csv", ["len", "width", "kind"], 60),
        ("r_write_table.txt", ["len", "width", "kind"], 60),
        ("aligned.data", [f"column {number}" for number in range(1, 6)], 120),
    ],
)
def test_cases(name: str, names: list[str], rows: int) -> None:
    table = read_table(CASES / name)
    assert names_and_rows(table) == (names, rows)
    assert all(table.type_of(each) is ColumnType.NUMBER for each in names[1:-1])
    assert inspect(CASES / name).info.samples


HEADED: list[tuple[str, list[str], int]] = [
    # numbers as names
    ("country,2019,2020,2021\n" + ROWS, ["country", "2019", "2020", "2021"], 12),
    ("land;2019;2020;2021\n" + ROWS.replace(",", ";").replace(".", ","), ["land", "2019", "2020", "2021"], 12),
    ("sample,400,402,404\n" + ROWS, ["sample", "400", "402", "404"], 12),
    ("sample,400.5,401.0,401.5\n" + ROWS, ["sample", "400.5", "401.0", "401.5"], 12),
    (",0,1,2\n" + ROWS, ["column 1", "0", "1", "2"], 12),
    ("2019,2020,kind\n" + "".join(f"{row / 7:.2f},{row / 3:.2f},a\n" for row in range(9)), ["2019", "2020", "kind"], 9),
    # numbers that are values
    (ROWS, ["column 1", "column 2", "column 3", "column 4"], 12),
    ("1,2,3\n4,5,6\n7,8,9\n10,11,12\n", ["column 1", "column 2", "column 3"], 4),
    ("3,1,2\n1,3,2\n2,2,3\n1,1,3\n", ["column 1", "column 2", "column 3"], 4),
    ("p,x,s\nx,x,y\ne,b,s\n" * 5, ["column 1", "column 2", "column 3"], 15),
    ("a,b,p,q\n" + "a,y,e,s\nx,b,f,t\n" * 9, ["column 1", "column 2", "column 3", "column 4"], 19),  # half comes again
    ("a,b,p,q\n" + "a,y,e,s\nx,z,f,t\n" * 9, ["a", "b", "p", "q"], 18),
    # a number of rows and columns before the names of classes, as scikit-learn writes it
    (
        "150,4,setosa,virginica\n" + "".join(f"{row}.5,{row}.25,{row}.1,2\n" for row in range(9)),
        ["150", "4", "setosa", "virginica"],
        9,
    ),
    # units
    ("t,u,i,w\ns,V,A,W\n" + ROWS.replace("c", ""), ["t", "u", "i", "w"], 12),
    ("t,u,i,w\n[s],[V],[mA],[kW]\n" + ROWS.replace("c", ""), ["t", "u", "i", "w"], 12),
    ("name,wind,air,rain\n-,m/s,°C,mm/h\n" + ROWS, ["name", "wind", "air", "rain"], 12),
    ("name,wind,air,rain\n,(km/h),(degC),(%)\n" + ROWS, ["name", "wind", "air", "rain"], 12),
    # several lines of names
    ("id,air,,ground\n,min,max,mean\n" + ROWS, ["id", "air min", "air max", "ground mean"], 12),
    ("x,air,air,soil\nx,low,high,high\n" + ROWS, ["x", "air low", "air high", "soil high"], 12),
    # lines above
    ("Logger 5\nStation: Berlin\n\nid,a,b,c\n" + ROWS, ["id", "a", "b", "c"], 12),
    ("Logger;5\nStation;Berlin, Mitte\nid,a,b,c\n" + ROWS, ["id", "a", "b", "c"], 12),
    ("".join(f"setting {row}: {row}\n" for row in range(300)) + "id,a,b,c\n" + ROWS, ["id", "a", "b", "c"], 12),
    ("Population by year,,,\n,,,\ncountry,2019,2020,2021\n" + ROWS, ["country", "2019", "2020", "2021"], 12),
    ('"TOA5","CR1000","7","x","y"\nid,a,b,c\ns,V,A,W\n' + ROWS.replace("c", ""), ["id", "a", "b", "c"], 12),
    (
        "Station,Berlin\nUnit,mm\nday,rain\n" + "".join(f"2024-05-{day:02},{day}.5\n" for day in range(1, 9)),
        ["day", "rain"],
        8,
    ),
    (
        "Station,Berlin\nLogger,CR1000\ntime,rain\ns,mm\n" + "".join(f"{row},{row}.5\n" for row in range(1, 9)),
        ["time", "rain"],
        8,
    ),
    # lines below
    ("id,a,b,c\n" + ROWS + "Total,5.1,6.2,7.3\n", ["id", "a", "b", "c"], 12),
    ("id,a,b,c\n" + ROWS + "\nSource: the office of statistics\n", ["id", "a", "b", "c"], 12),
    ("id,a,b,c\n" + ROWS + "mean,5.1,6.2,7.3\n\n* provisional, see notes\n", ["id", "a", "b", "c"], 12),
    ("id,a,b,c\n" + ROWS + "Source: office,,,\n", ["id", "a", "b", "c"], 12),
    # names of rows, and delimiters at the end of lines
    ("a b c\n" + "".join(f"r{row} {row}.5 {row}.25 x\n" for row in range(9)), ["a", "b", "c"], 9),
    ("id,a,b,c\n" + ROWS.replace("\n", ",\n"), ["id", "a", "b", "c"], 12),
    ("id,a,b,c,\n" + ROWS.replace("\n", ",\n"), ["id", "a", "b", "c"], 12),
    # blanks
    ("".join(f"  {row}.5   {row % 4}    {row * 30}.25\n" for row in range(9)), ["column 1", "column 2", "column 3"], 9),
    (" a    b     c\n" + "".join(f"{row}.5   {row % 4}    {row * 30}.25\n" for row in range(9)), ["a", "b", "c"], 9),
    (
        '18.0   8   307.0\t"chevrolet malibu"\n' + '15.5   8   350.0\t"buick skylark"\n' * 8,
        ["column 1", "column 2", "column 3", "column 4"],
        9,
    ),
    # quoted numbers
    (
        '"id","a","b","c"\n' + "".join(f'"{row}","{row}.5","{row}.25","{-row}"\n' for row in range(9)),
        ["id", "a", "b", "c"],
        9,
    ),
]


@pytest.mark.parametrize(("text", "names", "rows"), HEADED)
def test_where_a_table_begins_and_ends(write: Write, text: str, names: list[str], rows: int) -> None:
    path = write("t.csv", text)
    table = read_table(path)
    assert names_and_rows(table) == (names, rows)
    again = read_table(write("copy.csv", text), Reading(recipe=table.recipe))
    assert names_and_rows(again) == (names, rows)
    assert [column.type for column in again.columns] == [column.type for column in table.columns]


def test_units_are_kept(write: Write) -> None:
    recipe = read_table(CASES / "units_row.csv").recipe
    assert [column.unit for column in recipe.columns] == ["s", "V", "A", "W"]
    table = read_table(write("t.csv", "day,wind [m/s],rate\n-,m/s,(%)\n" + "1,2.5,3\n2,3.5,4\n" * 5))
    assert [column.unit for column in table.recipe.columns] == ["", "m/s", "%"]
    assert any("holds units" in note for note in table.notes)


@pytest.mark.parametrize(
    "cell", ["m", "m/s", "km h^-1", "µg/m³", "°C", "[V]", "(kW)", "W/m²", "%", "10^3 kg", "counts"]
)
def test_units(cell: str) -> None:
    assert is_unit(cell)


@pytest.mark.parametrize("cell", ["voltage", "mean", "height of tree", "Berlin", "12.5", "yes"])
def test_no_units(cell: str) -> None:
    assert not is_unit(cell)


def test_joined_names_span_blank_cells() -> None:
    assert joined_names([["", "air", "", "soil"], ["id", "min", "max", "x"]], 4) == [
        "id",
        "air min",
        "air max",
        "soil x",
    ]
    assert unit_of("[ kW ]") == "kW" and unit_of("-") == ""


def test_three_lines_of_orange(write: Write) -> None:
    lines = "length\twidth\tname\tkind\ncontinuous\tc\tstring\tred blue\n\tignore\tmeta\tclass\n"
    lines += "".join(f"{row}.5\t{row % 7}.1\tplant {row}\t{('red', 'blue')[row % 2]}\n" for row in range(20))
    path = write("iris.tab", lines)
    table = read_table(path)
    assert [table.type_of(name) for name in table.names] == [
        ColumnType.NUMBER,
        ColumnType.NUMBER,
        ColumnType.TEXT,
        ColumnType.CATEGORY,
    ]
    source = suggest(path).source
    assert source.values()["target"] == "kind"
    assert set(source.values()["ignore"]) == {"width", "name"}
    assert source.load().input_field().names == ("length",)


def test_what_is_said_of_the_layout_is_believed(write: Write) -> None:
    path = write("t.csv", "x,y,kind\n" + "1,2,a\n3,4,b\n" * 6 + "5,6,a\n7,8,b\n")
    assert names_and_rows(read_table(path, Reading(TableOptions(footer=2)))) == (["x", "y", "kind"], 12)
    table = read_table(path, Reading(TableOptions(skip=1, header="no")))
    assert names_and_rows(table) == (["column 1", "column 2", "column 3"], 14)
    assert read_table(path, Reading(TableOptions(header="yes", header_rows=2))).names == ("x 1", "y 2", "kind a")
    total = write("u.csv", "x,y\n" + "".join(f"{row},{row * 2}\n" for row in range(9)) + "total,99\n")
    assert len(read_table(total)) == 9
    assert len(read_table(total, Reading(TableOptions(footer=0)))) == 10


@pytest.mark.parametrize("sign", ["^", "~", ":", "!"])
def test_any_single_sign_may_be_the_delimiter(write: Write, sign: str) -> None:
    path = write("t.csv", f"x{sign}y{sign}kind\n" + f"1.5{sign}2{sign}a\n3.5{sign}4{sign}b\n" * 6)
    found = inspect(path, options={"delimiter": sign})
    assert [column.name for column in found.columns] == ["x", "y", "kind"]


def test_words_that_are_said_mean_missing_everywhere(write: Write) -> None:
    path = write("t.csv", "x,word,y\n" + "-999,n/k,1\n2.5,red,2\n3.5,blue,-999\n4.5,red,4\n" * 3)
    table = read_table(path, Reading(TableOptions(missing_words=("-999", "n/k"))))
    assert [column.missing for column in table.columns] == [3, 3, 3]
    assert table["x"].min() == 2.5 and table.recipe_of("word").categories == ("blue", "red")


# New files


SOLD = "size,price,sold\n" + "S,3.5,yes\n10,4.05,yes\n12,2.31,no\nM,3.1,no\n" * 6


def trained(write: Write) -> TableSource:
    source = suggest(write("t.csv", SOLD), target="sold").source
    assert isinstance(source, TableSource)
    return source


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("price,size\n3.0,10\n4.0,M\n", ""),
        ("size;price\n10;3,0\nM;4,0\n", "its delimiter is semicolon, not comma"),
        ("size\tprice\n10\t3.0\nM\t4.0\n".encode("utf-16"), "its encoding is utf-16, not utf-8"),
        ("Shop 5, Berlin\n\nsize,price\n10,3.0\nM,4.0\n", ""),
        ("size,price,colour\n10,3.0,red\nM,4.0,red\n", ""),
    ],
)
def test_a_new_file_may_be_written_otherwise(write: Write, content: str | bytes, note: str) -> None:
    table = read_table(write("new.csv", content), trained(write).how_read())
    assert table["size"].tolist() == ["10", "M"]
    assert table["price"].tolist() == [3.0, 4.0]
    assert note in " ".join(table.notes)


@pytest.mark.parametrize("encoding", ["cp1250", "utf-8", "utf-16"])
def test_a_new_file_of_plain_letters_fits_any_encoding(write: Write, encoding: str) -> None:
    text = "size,wood\n" + "1.5,řeka\n2.5,les\n" * 9
    source = suggest(write("t.csv", text.encode(encoding)), target="wood").source
    assert isinstance(source, TableSource)
    table = read_table(write("new.csv", "size,wood\n3.5,les\n4.5,les\n" * 1), source.how_read())
    assert table["size"].tolist() == [3.5, 4.5]
    assert any("its encoding is" in note for note in table.notes) is (encoding == "utf-16")


SALES = "".join(f"{n}.{n}50,75;{'SML'[n % 3]};{('ja', 'nein')[n % 2]}\n" for n in range(1, 10))
GERMAN = f"preis;size;kauf\n{3 * SALES}"


@pytest.mark.parametrize(
    ("content", "prices", "notes"),
    [
        ("preis;size\n5.250,75;S\n1.234;M\n", [5250.75, 1234], []),
        ("preis\tsize\n5.250,75\tS\n1.234\tM\n", [5250.75, 1234], ["its delimiter is tab, not semicolon"]),
        ("preis\tsize\n1.234\tS\n2.345\tM\n", [1234, 2345], ["its delimiter is tab, not semicolon"]),
        (
            "preis,size\n5250.75,S\n12.5,M\n",
            [5250.75, 12.5],
            ["its delimiter is comma, not semicolon", "its decimal mark is point, not comma"],
        ),
        ("preis;size\n5.250,75;S\n1.234;\n", [5250.75, 1234], ["row 2: “size” is missing; it counts as unknown"]),
        ("preis;size\n5.250,75;S\n1.234;M\nSumme;;\n", [5250.75, 1234], ["The last line (“Summe;;”) is no row"]),
    ],
)
def test_predict_says_in_what_a_new_file_differs(
    write: Write, content: str, prices: list[float], notes: list[str]
) -> None:
    source = suggest(write("t.csv", GERMAN), target="kauf").source
    field = source.load().input_field().info
    found = read_samples(str(write("new.csv", content)), [field], source)
    assert np.asarray(found.arrays["features"])[:, 0].tolist() == prices
    assert len(found.notes) == len(notes)
    assert all(part in note for part, note in zip(notes, found.notes, strict=True))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("10,3.0\nM,4.0\nS,2.0\n", "no line of it names columns"),
        ("size,price\nröt,3.0\nM,4.0\n".encode("cp1252"), "its encoding is cp1252, not utf-8"),
    ],
)
def test_a_new_file_that_does_not_fit_is_refused(write: Write, content: str | bytes, reason: str) -> None:
    from graph.errors import NetloomError

    with pytest.raises(NetloomError, match=reason):
        read_table(write("new.csv", content), trained(write).how_read())


def test_the_first_of_numbers_that_name_columns_are_shown(write: Write) -> None:
    text = "2019,2020,2021,2022,2023\n" + "".join(f"{row}.5,{9 - row}.25,{row},7.5,{row % 3}\n" for row in range(9))
    (note,) = read_table(write("t.csv", text)).notes
    assert note.startswith("The first line (“2019”, “2020”, “2021”, “2022” ...) names the columns")


SPACED = [["", "", "", ""], ["id", "a", "b", "c"], ["1", "2", "3", "4"], ["5", "6", "7", "8"]]


@pytest.mark.parametrize(
    ("rows", "skip"),
    [
        ([["Report of May", "", "", ""], *SPACED], 2),
        ([["Report of May", "", "", ""], *SPACED[:3]], 2),
        ([["Report of May", "", "", ""], ["", "", "", ""], ["", "2", "", "4"], *SPACED[2:]], 0),  # too few to be names
        ([["Report of May", ""], ["", ""], ["id", "a"], ["1", "2"], ["3", "4"]], 2),
        ([["distance", ""], ["", ""], ["7.5", "2"], ["1.5", "2"], ["3.5", "4"]], 0),  # one of two has no name
    ],
)
def test_titles_that_a_spreadsheet_filled_up_stand_above_names_only(rows: list[list[str]], skip: int) -> None:
    assert find_layout(rows, TableOptions()).skip == skip


def test_lines_above_are_counted_once_with_blank_ones_among_them() -> None:
    table = read_table(CASES / "preamble.csv")
    assert table.recipe.dialect.skip == 6
    assert table.notes[0] == "6 lines above the table are passed over; say how many to skip if that is wrong."


@pytest.mark.parametrize("skip", [5, 6])
def test_the_lines_above_that_are_said_are_kept(skip: int) -> None:
    table = read_table(CASES / "preamble.csv", Reading(TableOptions(skip=skip)))
    assert table.recipe.dialect.skip == skip
    again = read_table(CASES / "preamble.csv", Reading(recipe=table.recipe))
    assert names_and_rows(table) == names_and_rows(again) == (["temp", "humidity", "wind", "rain"], 120)


def test_a_word_for_totals_in_a_column_of_numbers_ends_the_table() -> None:
    table = read_table(CASES / "preamble.csv")
    assert names_and_rows(table) == (["temp", "humidity", "wind", "rain"], 120)
    assert "The last 3 lines (“Total,,,” ...) are no rows of the table and left out" in table.notes[-1]


@pytest.mark.parametrize(
    ("below", "rows"),
    [
        ("Total,,\n60.5,30.5,15\n", 30),
        ("Sum:,,\n60.5,30.5,15\nMean,,\n2,1,0.5\n", 30),
        (",,Mean\n1,2,3\n\nlogger 5\n", 30),
        ("Max,,\n29,9,3\nMin,,\n1,0,0\n", 30),
        ("unknown,,\n5,6,7\n", 32),  # no word for a total
        ("Total,,\n" + "1,2,3\n" * 12, 43),  # too far above the end
        ("Total,,\n1,2,3\n" * 3, 36),  # a total of each group
    ],
)
def test_totals_below_a_table_of_numbers(write: Write, below: str, rows: int) -> None:
    body = "".join(f"{row},{row * 0.5},{row % 7}\n" for row in range(30))
    assert len(read_table(write("t.csv", "a,b,c\n" + body + below))) == rows


def test_one_line_below_is_told_in_the_singular(write: Write) -> None:
    table = read_table(write("t.csv", "id,a,b,c\n" + ROWS + "Total,5.1,6.2,7.3\n"))
    assert "The last line (“Total,5.1,6.2,7.3”) is no row of the table" in table.notes[-1]
