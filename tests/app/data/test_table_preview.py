"""The columns and rows of a table as the person who owns it knows them."""

from __future__ import annotations

from app.data.data_choice import DataChoice
from app.data.inspect import suggest
from app.data.prepare import prepare
from app.data.table_preview import rows_of, table_of
from tests.app.conftest import Write

APPLES = "länge;gewicht;note;sorte\n" + "".join(
    f"{n / 4:.2f};{n};v{n}.5;{'gut schlecht'.split()[n % 2]}\n".replace(".", ",", 1) for n in range(40)
)


def test_numbers_are_written_as_in_the_file(write: Write) -> None:
    source = suggest(write("apfel.csv", APPLES), target="sorte").source
    choice = DataChoice.of("table").model_copy(update={"source": source})
    table = table_of(choice)
    assert table.rows[5] == rows_of(choice)[5] == ("1,25", "5", "v5.5", "schlecht")
    examples = {column.name: column.example for column in table.columns}
    assert examples["länge"] == "0,0" and examples["note"] == "v0.5"
    field = prepare(choice).dataset.input_field()
    assert field.decimal == "," and field.facts.decimal == ","


def test_a_file_with_points_stays_as_it_is(write: Write) -> None:
    file = write("apple.csv", "size,kind\n" + "".join(f"{n / 4},{'ab'[n % 2]}\n" for n in range(40)))
    choice = DataChoice.of("table").model_copy(update={"source": suggest(file, target="kind").source})
    assert table_of(choice).rows[5] == ("1.25", "b")
    assert prepare(choice).dataset.input_field().decimal == "."
