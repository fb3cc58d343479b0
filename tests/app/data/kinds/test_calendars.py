"""Calendar features go by the clock that a file writes, also where clocks change; rows stand in true time."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from app.data.dataset import Array
from app.data.inspect import suggest
from app.data.readers.date_parsing import as_times, wall_clock
from app.data.readers.likely_roles import likely_order
from app.data.readers.table_file import read_table
from app.data.sources.series import Series
from app.inference.new_inputs import read_samples
from tests.app.conftest import Write

BERLIN = ZoneInfo("Europe/Berlin")
ZONED: dict[str, Callable[[datetime.datetime], str]] = {
    "name": lambda time: time.strftime("%d.%m.%Y %H:%M %Z"),
    "ISO name": lambda time: time.strftime("%Y-%m-%d %H:%M:%S %Z"),
    "offset": lambda time: time.strftime("%d/%m/%Y %H:%M %z"),
    "ISO offset": lambda time: time.isoformat(),
    "ISO offset apart": lambda time: time.isoformat(sep=" "),
    "log of a server": lambda time: time.strftime("%d/%b/%Y:%H:%M:%S %z"),
    "half days": lambda time: time.strftime("%m/%d/%Y %I:%M %p %Z"),
}
CHANGES = (datetime.datetime(2021, 3, 27, tzinfo=datetime.UTC), datetime.datetime(2021, 10, 30, tzinfo=datetime.UTC))
"""Two days before which Berlin's clocks are as they are after the change, in spring and in autumn."""


def hours_from(start: datetime.datetime, count: int = 200) -> list[datetime.datetime]:
    return [(start + datetime.timedelta(hours=step)).astimezone(BERLIN) for step in range(count)]


def written(folder: Path, times: list[datetime.datetime], write: Callable[[datetime.datetime], str]) -> Path:
    path = folder / "t.csv"
    rows = "".join(f"{write(time)};{step % 24}\n" for step, time in enumerate(times))
    path.write_text("when;load\n" + rows)
    return path


def day_angles(times: list[datetime.datetime]) -> Array:
    angles = np.array([2 * np.pi * (time.hour + time.minute / 60) / 24 for time in times])
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


@pytest.mark.parametrize("start", CHANGES)
@pytest.mark.parametrize("way", ZONED)
def test_the_place_in_the_day_is_that_of_the_clock_on_the_wall(
    tmp_path: Path, way: str, start: datetime.datetime
) -> None:
    times = hours_from(start)
    path = written(tmp_path, times, ZONED[way])
    source = suggest(path).source
    assert isinstance(source, Series)
    field = source.changed(calendar=True, window=1).load().fields["window"]
    places = [field.names.index("day sine"), field.names.index("day cosine")]
    values = np.asarray(field.values)
    np.testing.assert_allclose(values[:, 0][:, places], day_angles(times[:-1]), atol=1e-6)
    assert values[:, 0, field.names.index("load")].tolist() == [step % 24 for step in range(199)]  # in true time
    rising = read_table(path).times("when")
    assert rising.is_monotonic_increasing and rising.is_unique


@pytest.mark.parametrize("start", CHANGES)
@pytest.mark.parametrize("way", ZONED)
def test_new_rows_have_the_calendar_that_training_saw(tmp_path: Path, way: str, start: datetime.datetime) -> None:
    times = hours_from(start)
    path = written(tmp_path, times, ZONED[way])
    source = suggest(path).source.changed(calendar=True, window=6)
    windows = np.asarray(source.load().fields["window"].values)
    lines = path.read_text().splitlines()
    for place in (0, 40, 100, 190):
        new = tmp_path / "new.csv"
        new.write_text("\n".join([lines[0], *lines[place + 1 : place + 7]]) + "\n")
        found = read_samples(str(new), [source.load().fields["window"].info], source)
        np.testing.assert_array_equal(np.asarray(found.arrays["window"])[0], windows[place])


def test_features_of_a_table_go_by_the_wall_too(write: Write) -> None:
    times = hours_from(CHANGES[1])
    rows = "".join(f"{ZONED['name'](time)};{step % 5};{step % 24}\n" for step, time in enumerate(times))
    path = write("t.csv", "when;u;load\n" + rows)
    source = suggest(path, "table", "load").source.changed(dates="calendar")
    field = source.load().fields["features"]
    places = [field.names.index(f"when: day {turn}") for turn in ("sine", "cosine")]
    np.testing.assert_allclose(np.asarray(field.values)[:, places], day_angles(times), atol=1e-6)
    found = read_samples(str(path), [field.info], source)
    np.testing.assert_array_equal(np.asarray(found.arrays["features"]), np.asarray(field.values))


def test_a_clock_with_a_zone_in_a_column_of_its_own(tmp_path: Path) -> None:
    times = hours_from(CHANGES[1])
    rows = "".join(f"{time:%Y-%m-%d};{time:%H:%M %Z};{step}\n" for step, time in enumerate(times))
    (tmp_path / "t.csv").write_text("date;time;load\n" + rows)
    source = suggest(tmp_path / "t.csv").source
    assert isinstance(source, Series) and source.order == "date, time"
    table = source.table(tmp_path / "t.csv")
    assert table.times("date, time").tolist() == [pd.Timestamp(time).tz_convert("UTC") for time in times]
    assert table.wall_times("date, time").dt.hour.tolist() == [time.hour for time in times]


def test_a_project_of_before_keeps_its_calendar_in_utc(tmp_path: Path) -> None:
    times = hours_from(CHANGES[0])
    path = written(tmp_path, times, ZONED["ISO offset"])
    source = suggest(path).source.changed(calendar=True, window=1, rules=1, reading=None)
    field = source.load().fields["window"]
    places = [field.names.index("day sine"), field.names.index("day cosine")]
    utc = [time.astimezone(datetime.UTC) for time in times[:-1]]
    np.testing.assert_allclose(np.asarray(field.values)[:, 0][:, places], day_angles(utc), atol=1e-6)


@pytest.mark.parametrize(
    ("cell", "date_format", "hour"),
    [
        ("2021-03-10", "ISO8601", 0),
        ("2021-03", "ISO8601", 0),
        ("2021-03-10T18:30Z", "ISO8601", 18),
        ("2021-03-10T18:30", "ISO8601", 18),
        ("2021-03-10T18+02", "ISO8601", 18),
        ("2021-03-10 18:30:15.250-0530", "ISO8601", 18),
        ("10.03.2021 18:30 CET", "%d.%m.%Y %H:%M %Z", 18),
        ("2021-03-10 18:30 EST", "ISO8601 %Z", 18),
        ("6:30 PM +02:00", "%I:%M %p %z", 18),
        ("10.03.2021 18:30", "%d.%m.%Y %H:%M", 18),
    ],
)
def test_the_zone_is_taken_off_and_nothing_else(cell: str, date_format: str, hour: int) -> None:
    cells = pd.Series([cell, None, "n/k"], dtype="str")
    shown = wall_clock(cells, date_format)
    assert shown.iloc[0].hour == hour
    assert shown.notna().tolist() == as_times(cells, date_format).notna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("columns", "row", "time"),
    [
        ("year,month", "2021,5", "2021-05-01"),
        ("year,month,day", "2021,5,17", "2021-05-17"),
        ("year,month,day,hour,minute", "2021,5,17,6,0", "2021-05-17 06:00"),
        ("year,month,day,hour,minute", "2021,5,17,0,59", "2021-05-17 00:59"),
    ],
)
def test_parts_of_a_time_in_columns_of_their_own_say_it_together(
    write: Write, columns: str, row: str, time: str
) -> None:
    path = write("t.csv", f"{columns},u\n" + f"{row},1.5\n" * 9)
    table = read_table(path)
    together = likely_order(table.recipe.columns, table.columns, table.frame)
    assert together == columns.replace(",", ", ")
    assert set(table.times(together)) == {pd.Timestamp(time, tz="UTC")}


def test_a_name_that_is_no_zone_is_no_time() -> None:
    assert wall_clock(pd.Series(["10.03.2021 18:30 XYZ"], dtype="str"), "%d.%m.%Y %H:%M %Z").isna().all()
