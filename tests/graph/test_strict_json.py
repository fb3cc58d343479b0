"""JSON within bounds: the same on reading and on writing, each refusal a sentence that names the place."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from graph import strict_json
from graph.errors import NetloomError
from graph.strict_json import DEPTH, DIGITS, JsonError, check, in_a_sentence, parse, shown


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": {"b": "\\ud800"}}', "a.b: the text holds half of a character"),
        ('{"\\udc00": 1}', "the name of a key"),
        ('{"a": [1, 1e999]}', "a.2: a number is not finite"),
        ('{"a": [1, -1e999]}', "a.2: a number is not finite"),
        ('{"a": NaN}', "NaN is not a number"),
        (json.dumps(nested(DEPTH + 1)), "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 400 + "]" * 400, "nested too deeply"),
        ("9" * 5000, f"more than {DIGITS} digits"),
        (f'{{"a": {"9" * 400}}}', f"a: a number has more than {DIGITS} digits"),
        ('{"a": 1, "a": 2}', "the key “a” stands twice"),
        (json.dumps(dict.fromkeys(map(str, range(200_000))))[:-1] + ', "199999": 2}', "“199999” stands twice"),
        ("[1,", "line 1, column 4"),
        (b"\xff", "not text"),
        (b"\xed\xa0\x80", "not text"),
        ("[" + "0," * strict_json.PARTS + "0]", "more than 4,000,000 values"),
    ],
)
def test_what_could_never_be_saved_is_refused(text: str | bytes, reason: str) -> None:
    with pytest.raises(JsonError, match=reason) as caught:
        parse(text, "my.json")
    assert str(caught.value).startswith("my.json: ") and len(str(caught.value)) < 300
    assert caught.value.reason in str(caught.value)


@pytest.mark.parametrize(
    "value", [nested(DEPTH), 10**DIGITS - 1, -(10**DIGITS) + 1, 1e308, "\U0001f600", "\0", {"": None}]
)
def test_what_is_within_the_bounds_is_read_and_written(value: Any) -> None:
    check(value, "it")
    assert parse(json.dumps(value), "it") == value


@pytest.mark.parametrize("value", [{1: 2}, {"a": {1, 2}}, [b"x"], [object()], math.inf, math.nan, "\udfff", 10**DIGITS])
def test_what_no_file_can_hold_is_refused_before_it_is_written(value: Any) -> None:
    with pytest.raises(JsonError):
        check(value, "it")


def test_names_of_files_need_not_be_text_and_data_may_hold_what_is_no_number() -> None:
    assert parse('["\\udcff", Infinity]', "it", strict=False) == ["\udcff", math.inf]
    with pytest.raises(JsonError, match="nested too deeply"):
        parse(json.dumps(nested(DEPTH + 1)), "it", strict=False)


def test_the_net_turns_any_error_into_a_sentence() -> None:
    with (
        pytest.raises(NetloomError, match=r"The project cannot be written \(KeyError: 'x'\)"),
        in_a_sentence("The project"),
    ):
        raise KeyError("x")
    with pytest.raises(JsonError, match="it: no"), in_a_sentence("The project"):
        raise JsonError("it", "no")


def test_long_and_odd_names_are_shown_as_far_as_a_sentence_can() -> None:
    assert shown("a") == "a"
    assert shown("\ud800\n") == "?\ufffd"
    assert shown("x" * 99) == "x" * 60 + "…"
