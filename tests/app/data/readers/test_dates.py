"""Dates: one format for a whole column, kept for every later file, and never two orders of day and month in one."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.data_choice import DataChoice
from app.data.dataset import Array
from app.data.inspect import inspect, suggest
from app.data.prepare import prepare
from app.data.readers.date_formats import find_counted_dates, find_date_format, possible_formats
from app.data.readers.date_parsing import as_times, calendar_features, shown_format
from app.data.readers.table_file import read_table
from app.data.readers.table_format import Reading
from app.data.sources.series import Series
from app.data.sources.table import Table
from app.data.split import Split
from app.inference.new_inputs import Samples, read_samples
from app.protocol.data_values import ColumnType
from graph.errors import NetloomError
from tests.app.conftest import Write

CASES = Path("tests/cases")
HOURS = [datetime.datetime(2021, 1, 5) + datetime.timedelta(hours=17 * step) for step in range(60)]
MONTHS = [datetime.datetime(1990 + step // 12, 1 + step % 12, 1) for step in range(36)]
QUARTERS = [datetime.datetime(1990 + step // 4, 1 + 3 * (step % 4), 1) for step in range(24)]
WITH_HOURS = (
    "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%d.%m.%Y %H:%M", "%d/%m/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%d %H.%M.%S", "%a, %d %b %Y %H:%M:%S GMT", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d %H:%M", "%d %B %Y, %H:%M",
    "%Y%m%dT%H%M%S", "%Y%m%d_%H%M%S", "%d-%m-%Y %H:%M:%S.%f", "%d/%b/%Y:%H:%M:%S", "%Y-%m-%d %Hh%M",
    "%m/%d/%y %H:%M", "%d.%m.%y %H.%M.%S",
)  # fmt: skip
DAILY = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%m/%d/%y", "%y-%m-%d",
    "%d-%b-%y", "%d %B %Y", "%B %d, %Y", "%A, %d. %B %Y", "%d%b%Y", "%Y %b %d", "%d %m %Y",
)  # fmt: skip
MONTHLY = ("%Y-%m", "%b-%y", "%YM%m", "%b %Y", "%B %Y", "%m/%Y", "%Y/%m", "%m-%Y", "%Y-%b", "%y-%b", "%b'%y")
QUARTERLY: tuple[Callable[[int, int], str], ...] = (
    lambda year, quarter: f"{year}Q{quarter}",
    lambda year, quarter: f"Q{quarter} {year}",
    lambda year, quarter: f"{year}-Q{quarter}",
    lambda year, quarter: f"{year}q{quarter}",
    lambda year, quarter: f"{quarter}Q{year}",
)


def words(texts: list[str], name: str = "when") -> pd.Series[str]:
    return pd.Series(texts, name=name, dtype="str")


def naive(times: pd.Series[pd.Timestamp]) -> list[datetime.datetime]:
    return [time.tz_localize(None).to_pydatetime() for time in times]


@pytest.mark.parametrize(
    ("cells", "formats"),
    [
        (["01/02/2021", "03/04/2021"], ["%m/%d/%Y", "%d/%m/%Y"]),
        (["01/02/2021", "25/12/2021"], ["%d/%m/%Y"]),
        (["01/02/2021", "12/25/2021"], ["%m/%d/%Y"]),
    ],
)
def test_every_date_of_a_short_column_says_which_orders_are_possible(cells: list[str], formats: list[str]) -> None:
    assert possible_formats(pd.Series(cells, dtype="str")) == formats


@pytest.mark.parametrize(
    ("written", "times"),
    [(style, HOURS) for style in WITH_HOURS]
    + [(style, [hour.replace(hour=0) for hour in HOURS]) for style in DAILY]
    + [(style, MONTHS) for style in MONTHLY],
    ids=str,
)
def test_dates_in_many_forms(written: str, times: list[datetime.datetime]) -> None:
    texts = words([time.strftime(written).strip() for time in times])
    found = find_date_format(texts)
    assert naive(as_times(texts, found.format)) == times
    assert found.why == ""


@pytest.mark.parametrize("quarter", QUARTERLY)
def test_quarters(quarter: Callable[[int, int], str]) -> None:
    texts = words([quarter(day.year, (day.month + 2) // 3) for day in QUARTERS])
    assert naive(as_times(texts, find_date_format(texts).format)) == QUARTERS


@given(
    st.lists(
        st.one_of(
            st.text("0123456789/-.: TZQWMapmCESTjanuary,", max_size=24),
            st.from_regex(r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}( \d{1,2}[:.]\d{2})?( ?[A-Z]{1,4})?", fullmatch=True),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["time", "date", "x"]),
    st.sampled_from(["auto", "day_first", "month_first", "year_first"]),
)
def test_any_words_are_dates_or_not(texts: list[str], name: str, order: str) -> None:
    found = find_date_format(words(texts, name), order)
    if found.format:
        assert as_times(words(texts, name), found.format).notna().mean() >= 0.9


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["3. März 2021", "14. Mai 2021", "1. Dezember 2021"], [(3, 3), (5, 14), (12, 1)]),
        (["03-Mrz-21", "14-Okt-21"], [(3, 3), (10, 14)]),
        (["3 février 2021", "14 août 2021"], [(2, 3), (8, 14)]),
        (["3 ene. 2021", "14 dic. 2021"], [(1, 3), (12, 14)]),
        (["Sept 2021", "Oct 2021"], [(9, 1), (10, 1)]),
        (["Mai-21", "Juni-21"], [(5, 1), (6, 1)]),
    ],
)
def test_months_in_other_languages(texts: list[str], days: list[tuple[int, int]]) -> None:
    times = as_times(words(texts), find_date_format(words(texts)).format)
    assert [(time.month, time.day) for time in times] == days


def test_weeks() -> None:
    texts = words(["2021-W01", "2021-W02", "2021-W03"])
    times = naive(as_times(texts, find_date_format(texts).format))
    assert times == [datetime.datetime(2021, 1, day) for day in (4, 11, 18)]


@pytest.mark.parametrize(
    "texts",
    [["10-19", "20-29", "30-39"], ["3:15", "2:10", "1:05"], ["May 5", "June 6"], ["1.2", "1.3"], ["A1", "B2"],
     ["12.5 kg", "13 kg"], ["192.168.1.10", "10.0.0.1"], ["2009-10", "2010-11", "2018-19"],
     ["2021-13-01", "2021-14-01"], ["555-12-34", "555-13-55"]],
)  # fmt: skip
def test_what_is_no_date(texts: list[str]) -> None:
    assert find_date_format(words(texts)).format == ""


@pytest.mark.parametrize(("text", "hour"), [("18:00", 18), ("18.00.00", 18), ("6:00 PM", 18), ("6:00 a.m.", 6)])
def test_clocks_count_in_columns_that_are_called_so(text: str, hour: int) -> None:
    found = find_date_format(words([text, text.replace("0", "1", 1) if ":" in text else text], "Time"))
    assert as_times(words([text]), found.format)[0].hour == hour
    assert find_date_format(words([text], "result")).format == ""


def test_the_order_is_resolved_over_all_values() -> None:
    early = [f"{day:02}/01/2021" for day in range(1, 13)] * 200
    assert find_date_format(words([*early, "13/01/2021"])).format == "%d/%m/%Y"
    assert find_date_format(words([*early, "01/13/2021"])).format == "%m/%d/%Y"


def test_where_both_orders_remain_both_readings_are_shown() -> None:
    texts = words(["03/04/2021", "03/05/2021", "03/06/2021"])
    american, european = find_date_format(texts), find_date_format(texts, day_first=True)
    assert (american.format, european.format) == ("%m/%d/%Y", "%d/%m/%Y")
    assert "“03/04/2021” is read as 4 March 2021 (month first); it could also be 3 April 2021" in american.why
    assert "read as 3 April 2021 (day first)" in european.why
    assert find_date_format(texts, "day_first") == ("%d/%m/%Y", "")


def test_even_steps_decide_between_two_orders() -> None:
    monthly = words([f"01/{month:02}/{year}" for year in (2020, 2021) for month in range(1, 13)])
    assert find_date_format(monthly).format == "%d/%m/%Y"


def test_an_order_that_fits_no_date_is_told() -> None:
    found = find_date_format(words(["13/01/2021", "14/01/2021"]), "month_first")
    assert found.format == "%d/%m/%Y"
    assert "day first" in found.why


def test_the_option_decides_and_is_part_of_the_recipe(write: Write) -> None:
    path = write("t.csv", "day,v\n" + "".join(f"0{1 + step % 9}/0{1 + step // 9}/2021,{step}\n" for step in range(45)))
    for order, date_format in (("day_first", "%d/%m/%Y"), ("month_first", "%m/%d/%Y")):
        source = Series.parse({"path": str(path), "date_order": order}, "test").suggest(path, "").source
        assert isinstance(source, Series)
        assert source.reading is not None
        assert source.reading.by_name["day"].date_format == date_format
        assert source.reading.options.date_order == order
        assert source.how_read().recipe is source.reading


def test_time_zones_by_name_are_true_times() -> None:
    texts = words(["2023-10-29 02:00:00 CEST", "2023-10-29 02:00:00 CET", "2023-10-29 03:00:00 CET"])
    times = as_times(texts, find_date_format(texts).format)
    assert times.diff().dropna().dt.total_seconds().tolist() == [3600, 3600]
    american = words(["11/05/2023 01:30 AM EDT", "11/05/2023 01:30 AM EST", "11/25/2023 01:30 AM EST"])
    assert as_times(american, find_date_format(american).format).diff()[1] == pd.Timedelta(hours=1)
    india = words(["2023-10-29 02:00 IST", "2023-10-30 02:00 IST"])
    assert "“IST” is taken for India's time (+05:30)" in find_date_format(india).why
    offsets = words(["2023-10-29 02:00:00+02:00", "2023-10-29 02:00:00+01:00"])
    assert as_times(offsets, find_date_format(offsets).format).diff()[1] == pd.Timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "values", "times"),
    [
        ("timestamp", [1617000000, 1617003600], ["2021-03-29 06:40", "2021-03-29 07:40"]),
        ("time_ms", [1617000000000, 1617003600000], ["2021-03-29 06:40", "2021-03-29 07:40"]),
        ("created_at", [1617000000.5, 1617003600.25], ["2021-03-29 06:40:00.5", "2021-03-29 07:40:00.25"]),
        ("unix", [1617000000123456, 1617003600000000], ["2021-03-29 06:40:00.123456", "2021-03-29 07:40"]),
        ("date", [20210310, 20210311], ["2021-03-10", "2021-03-11"]),
        ("month", [199001, 199002], ["1990-01-01", "1990-02-01"]),
        ("Date", [44197, 44198.5], ["2021-01-01", "2021-01-02 12:00"]),
    ],
)  # fmt: skip
def test_numbers_that_count_time(name: str, values: list[float], times: list[str]) -> None:
    series = pd.Series(values, name=name)
    found = find_counted_dates(series)
    assert as_times(series, found.format).dt.tz_localize(None).tolist() == [pd.Timestamp(time) for time in times]
    assert f"is read as {times[0][:10]}" in found.why


@pytest.mark.parametrize(
    ("name", "values"),
    [("price", [20210310, 20210311]), ("x", [1617000000, 1617003600]), ("epoch", [1, 2]), ("time", [0.1, 0.2]),
     ("year", [1990, 1991]), ("month", [1, 2]), ("date", [20211399, 20210310])],
)  # fmt: skip
def test_plain_numbers(name: str, values: list[float]) -> None:
    assert find_counted_dates(pd.Series(values, name=name)).format == ""


def test_a_counted_time_is_read_alike_by_its_recipe_and_can_be_a_target(write: Write) -> None:
    rows = [f"{1_617_000_000 + 3600 * step},{step % 7}\n" for step in range(40)]
    path = write("t.csv", "timestamp,x\n" + "".join(rows))
    table = read_table(path)
    again = read_table(write("u.csv", "timestamp,x\n" + "".join(rows[:6])), Reading(recipe=table.recipe))
    assert again["timestamp"].tolist() == table["timestamp"].tolist()[: len(again)]
    dataset = Table(path=str(path), target="timestamp").load()
    assert not dataset.target_field().classes


# Workbooks


def workbook(path: Path, rows: list[tuple[object, ...]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    return path


def test_dates_of_excel(tmp_path: Path) -> None:
    days = [datetime.datetime(2021, 1, 1) + datetime.timedelta(days=step) for step in range(40)]
    real = read_table(workbook(tmp_path / "a.xlsx", [("day", "v"), *((day, step) for step, day in enumerate(days))]))
    serial = read_table(workbook(tmp_path / "b.xlsx", [("date", "v"), *((44197 + step, step) for step in range(40))]))
    slips = read_table(
        workbook(tmp_path / "c.xlsx", [("day", "v"), *((day, step) for step, day in enumerate(days)), ("soon", 3)])
    )
    assert naive(serial.times("date")) == days
    assert real.times("day").tolist() == days
    assert naive(slips.times("day").dropna()) == days
    assert all(table.type_of(table.names[0]) is ColumnType.DATE for table in (real, serial, slips))


def test_text_of_a_new_file_fits_real_dates_of_a_workbook(tmp_path: Path, write: Write) -> None:
    days = [datetime.datetime(2021, 1, 1) + datetime.timedelta(days=step) for step in range(40)]
    real = read_table(workbook(tmp_path / "a.xlsx", [("day", "v"), *((day, step) for step, day in enumerate(days))]))
    text = write("new.csv", "day,v\n2021-02-03,1\n2021-02-04,1\n03/05/2021,1\n")
    times = read_table(text, Reading(recipe=real.recipe)).times("day")
    assert times.isna().tolist() == [False, False, True]


# Times in several columns


def series_of(path: Path) -> tuple[Series, tuple[str, ...]]:
    findings = inspect(path)
    assert isinstance(findings.source, Series)
    return findings.source, findings.problems


def test_date_and_clock_are_one_time() -> None:
    source, notes = series_of(CASES / "air_date_time_simple.csv")
    assert (source.order, source.group) == ("Date, Time", "")
    assert source.load().fields["window"].names == ("load",)
    assert not any("gap" in note or "evenly" in note or "repeat" in note for note in notes)
    assert "The columns “Date” and “Time” say together when a row was measured." in notes


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Date;Time;load", "%d/%m/%Y;%H.%M.%S"),
        ("date;clock;load", "%d.%m.%Y;%H:%M"),
        ("day;time;load", "%Y-%m-%d;%I:%M %p"),
        ("date;hour;load", "%Y%m%d;%H"),
        ("year;month;day;hour;load", "%Y;%m;%d;%H"),
        ("Year;Month;Day;Hour;Minute;load", "%Y;%m;%d;%H;%M"),
    ],
)
def test_times_in_several_columns(write: Write, header: str, row: str) -> None:
    start = datetime.datetime(2021, 3, 28)
    hours = [start + datetime.timedelta(hours=step) for step in range(200)]
    lines = [f"{hour.strftime(row)};{step}" for step, hour in enumerate(hours)]
    order = np.random.default_rng(0).permutation(len(lines))
    path = write("t.csv", "\n".join([header, *(lines[place] for place in order)]) + "\n")
    source, _ = series_of(path)
    assert source.order == ", ".join(header.split(";")[:-1])
    table = source.table(path)
    assert naive(table.times(source.order)) == [hours[place] for place in order]
    windows = np.asarray(source.load().fields["window"].values)
    np.testing.assert_array_equal(windows[:, 0, 0], np.arange(len(windows)))


def test_year_and_month_make_a_monthly_series(write: Write) -> None:
    rows = [f"{step + 1},{1990 + step // 12},{1 + step % 12},{200 + step}" for step in range(96)]
    source, notes = series_of(write("spots.csv", "No,Year,Month,spots\n" + "\n".join(rows) + "\n"))
    assert (source.order, source.target, source.columns) == ("Year, Month", "spots", ("spots",))
    assert not any("gap" in note for note in notes)


def test_years_alone_are_the_times_of_a_series(write: Write) -> None:
    source, _ = series_of(write("t.csv", "Year,gdp\n" + "".join(f"{1950 + step},{step}\n" for step in range(60))))
    assert (source.order, source.target) == ("Year", "gdp")


def test_columns_that_are_no_times_are_refused(write: Write) -> None:
    path = write("t.csv", "day,name,v\n" + "".join(f"2021-01-{step + 1:02},a{step % 3},{step}\n" for step in range(28)))
    with pytest.raises(NetloomError, match="“name” is no part of a time"):
        Series(path=str(path), order="day, name", window=2).load()


def test_a_clock_tells_the_place_in_the_day_and_no_more(write: Write) -> None:
    rows = "".join(f"{hour:02}:{minute:02},{hour},{hour * minute}\n" for hour in range(24) for minute in (0, 30))
    source = suggest(write("t.csv", "Time,u,v\n" + rows), "table", "v").source.changed(dates="calendar")
    field = source.load(None).fields["features"]
    assert field.names == ("Time: day sine", "Time: day cosine", "u")
    found = read_samples(str(write("new.csv", "Time,u\n06:30,6\n")), [field.info], source)
    np.testing.assert_array_equal(np.asarray(found.arrays["features"])[0], np.asarray(field.values)[13])


def test_a_table_is_sorted_by_date_and_clock(write: Write) -> None:
    rows = [f"2021-01-0{1 + step // 24},{step % 24:02}:00,{step % 5},{step}" for step in range(96)]
    order = np.random.default_rng(0).permutation(96)
    path = write("t.csv", "day,time,u,v\n" + "\n".join(rows[place] for place in order) + "\n")
    dataset = Table(path=str(path), target="v", order="day, time", task="regression").load()
    assert np.asarray(dataset.target_field().values).ravel().tolist() == list(range(96))
    assert dataset.fields["features"].names == ("u",)


def test_series_that_stay_whole_are_told_to_lie_in_the_same_time() -> None:
    source, notes = series_of(CASES / "eu_two_shops.csv")
    assert not any("stays whole" in note for note in notes)
    whole = source.changed(divide="whole").load()
    assert any("may lie after those of the test set" in note for note in whole.notes)


# Series of the cases


def test_one_format_for_both_shops(write: Write) -> None:
    header, *lines = (CASES / "eu_two_shops.csv").read_text().splitlines()
    cells = [line.split(",") for line in lines]
    numbered = [f"{day},{shop},{row}" for row, (day, shop, _) in enumerate(cells)]
    path = write("t.csv", "\n".join([header, *numbered]) + "\n")
    source, _ = series_of(path)
    assert source.reading is not None
    assert source.reading.by_name["date"].date_format == "%d/%m/%Y"
    check_in_true_time(source, pd.Series([datetime.datetime.strptime(day, "%d/%m/%Y") for day, *_ in cells]))


def test_a_monthly_series() -> None:
    source, notes = series_of(CASES / "monthly_ym.csv")
    assert (source.order, source.target) == ("Month", "Visitors")
    assert not any("gap" in note or "evenly" in note for note in notes)


def test_a_series_over_a_change_of_the_clock() -> None:
    source, notes = series_of(CASES / "dst_abbrev.csv")
    times = source.table(CASES / "dst_abbrev.csv").times("time")
    assert set(times.diff().dropna().dt.total_seconds()) == {3600.0}
    assert not any("gap" in note or "repeat" in note for note in notes)


def test_rows_without_a_time_are_named(write: Write) -> None:
    rows = [f"{day:02}.{month:02}.2021,{day}" for month in (1, 2, 3) for day in range(1, 29)]
    rows[4] = "31.02.2021,5"
    source, notes = series_of(write("t.csv", "day,v\n" + "\n".join(rows) + "\n"))
    assert source.order == "day"
    assert any("left out (1 of 84): row 5 says “31.02.2021”." in note for note in notes)


def check_in_true_time(source: Series, times: pd.Series[pd.Timestamp]) -> None:
    """No training window lies after a validation or test window; the values of the target number the rows."""
    prepared = prepare(DataChoice(source=source, split=Split(train=0.6, validation=0.2, test=0.2), standardise=False))
    at = dict(zip(source.table(Path(source.path))[source.target].astype(float), times, strict=True))
    ends = {
        name: [at[float(value)] for value in np.asarray(part.arrays["next"])[:, -1]]
        for name, part in prepared.parts.items()
    }
    starts = {
        name: [at[float(window[0, -1])] for window in np.asarray(part.arrays["window"])]
        for name, part in prepared.parts.items()
    }
    assert max(ends["train"]) <= min(starts["validation"])
    assert max(ends["validation"]) <= min(starts["test"])


@st.composite
def calendars(draw: st.DrawFn) -> tuple[str, list[datetime.datetime], list[int], int]:
    """A format, times that rise with gaps, the order of the rows, and how many groups share them."""
    written = draw(st.sampled_from([*WITH_HOURS, "zone", "epoch", *DAILY]))
    start = draw(st.datetimes(datetime.datetime(1995, 1, 1), datetime.datetime(2030, 1, 1)))
    start = start.replace(second=0, microsecond=0)
    step = datetime.timedelta(hours=1) if written not in DAILY else datetime.timedelta(days=1)
    steps = random.Random(draw(st.integers(0, 2**32))).choices((1, 2, 3), k=draw(st.integers(60, 90)))
    times = [start + step * int(ahead) for ahead in np.cumsum(steps)]
    groups = draw(st.integers(1, 3))
    # Of an order that is drawn number by number, Hypothesis spends more time than the test.
    rows = random.Random(draw(st.integers(0, 2**32))).sample(range(len(times) * groups), len(times) * groups)
    return written, times, rows, groups


def as_written(time: datetime.datetime, written: str) -> str:
    """A time as a file has it; ``zone`` is Berlin's clock with the zone's name."""
    if written == "zone":
        return time.replace(tzinfo=datetime.UTC).astimezone(ZoneInfo("Europe/Berlin")).strftime("%d.%m.%Y %H:%M %Z")
    if written == "epoch":
        return str(int(time.replace(tzinfo=datetime.UTC).timestamp()))
    return time.strftime(written)


@given(calendars())
def test_no_training_window_lies_after_another(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[str, list[datetime.datetime], list[int], int]
) -> None:
    written, times, rows, groups = made
    lines = [
        f"{as_written(time, written)};g{group};{1000 * group + step}"
        for group in range(groups)
        for step, time in enumerate(times)
    ]
    path = tmp_path_factory.mktemp("made") / "t.csv"
    path.write_text("timestamp;place;v\n" + "\n".join(lines[row] for row in rows) + "\n")
    group = {"group": "place", "divide": "by_time"} if groups > 1 else {"columns": ("v",)}
    orders = {"%d": "day_first", "zo": "day_first", "%m": "month_first", "%y": "year_first"}
    order = orders.get(written[:2], "auto")
    source = Series.parse(
        {"path": str(path), "order": "timestamp", "target": "v", "window": 4, "date_order": order} | group, "test"
    )
    true = pd.Series([times[row % len(times)] for row in rows])
    shown = true.dt.floor("D") if written in DAILY else true
    assert naive(source.table(path).times("timestamp")) == shown.tolist()
    check_in_true_time(source, true)


# New rows


def predicted(source: Series, path: Path) -> Samples:
    return read_samples(str(path), [source.load().fields["window"].info], source)


@pytest.mark.parametrize("written", [*WITH_HOURS, *DAILY, *MONTHLY, "zone", "epoch"])
def test_rows_copied_from_the_training_data_give_what_training_saw(tmp_path: Path, written: str) -> None:
    days = [datetime.datetime(2021, 1, 5) + datetime.timedelta(days=step, hours=5) for step in range(200)]
    months = [datetime.datetime(1990 + step // 12, 1 + step % 12, 1) for step in range(200)]
    times = months if written in MONTHLY else days
    lines = [f"{as_written(time, written).strip()};{(step * 7) % 31 / 4}" for step, time in enumerate(times)]
    path = tmp_path / "t.csv"
    path.write_text("timestamp;load\n" + "\n".join(lines) + "\n")
    choice = suggest(path)
    assert isinstance(choice.source, Series)
    source = choice.source.changed(calendar=True, lags=(2,), window=6)
    windows: Array = np.asarray(source.load(tmp_path).fields["window"].values)
    rng = np.random.default_rng(1)
    for place in (0, 11, len(windows) - 1):  # days that could be months, days that could not, and the end
        rows = lines[place : place + 8]
        rng.shuffle(rows)
        new = tmp_path / "new.csv"
        new.write_text("timestamp;load\n" + "\n".join(rows) + "\n")
        found = np.asarray(predicted(source, new).arrays["window"])
        np.testing.assert_array_equal(found[0], windows[place])


def test_odd_dates_among_features_are_told(write: Write) -> None:
    rows = "".join(f"{day:02}/{month:02}/2021,{day},{month}\n" for month in (1, 2, 3) for day in range(1, 29))
    source = suggest(write("t.csv", "day,u,v\n" + rows), "table", "v").source.changed(dates="calendar")
    field = source.load(None).fields["features"].info
    found = read_samples(str(write("new.csv", "day,u\n05/04/2021,1\n2021-04-05,1\n")), [field], source)
    assert np.isnan(np.asarray(found.arrays["features"])).any(axis=1).tolist() == [False, True]
    assert found.notes == (
        "row 2: “2021-04-05” in “day” is not a date as in training (%d/%m/%Y); it counts as missing",
    )


def test_dates_of_a_new_file_are_never_guessed_again(write: Write) -> None:
    rows = "".join(f"{day:02}/{month:02}/2021,{day}\n" for month in (1, 2, 3) for day in range(1, 29))
    source, _ = series_of(write("t.csv", "day,v\n" + rows))
    source = source.changed(window=3)
    new = write("new.csv", "day,v\n05/04/2021,1\n06/04/2021,2\n07/04/2021,3\n04/31/2021,9\n,7\n")
    found = predicted(source, new)
    assert np.asarray(found.arrays["window"]).ravel().tolist() == [1, 2, 3]
    assert found.notes == (
        "row 4: “04/31/2021” in “day” is not a time as in training (%d/%m/%Y); the row is left out",
        "row 5: an empty cell in “day” is not a time as in training (%d/%m/%Y); the row is left out",
    )
    with pytest.raises(NetloomError, match=r"No row of other\.csv has a time as in training"):
        predicted(source, write("other.csv", "day,v\n2021-04-01,1\n2021-04-02,2\n2021-04-03,3\n"))


def test_years_are_counted_from_2000_and_midnight_is_the_start_of_the_day() -> None:
    times = pd.Series(pd.to_datetime(["2000-01-01 00:00", "2000-01-01 12:00", "2004-01-01 06:00", ""]))
    values, names = calendar_features(times)
    assert names[0] == "years since 2000"
    np.testing.assert_allclose(values[:3, 0], [0, 0.5 / 365.25, 1461.25 / 365.25])
    day = values[:3, [names.index("day sine"), names.index("day cosine")]]
    np.testing.assert_allclose(day, [[0, 1], [0, -1], [1, 0]], atol=1e-12)
    assert np.isnan(values[3]).all()
    assert "day sine" not in calendar_features(times[[0]])[1]
    assert "day sine" in calendar_features(times[[0]], day=True)[1]


@pytest.mark.parametrize(
    ("date_format", "shown"),
    [
        ("%d/%m/%Y", "DD/MM/YYYY"), ("%Y-%m-%d %H:%M", "YYYY-MM-DD hh:mm"), ("ISO8601", "YYYY-MM-DD"),
        ("%d %B %Y", "DD month YYYY"), ("epoch s", "seconds since 1970"),
    ],
)  # fmt: skip
def test_formats_are_shown_as_people_write_them(date_format: str, shown: str) -> None:
    assert shown_format(date_format) == shown
