"""What stands below the samples of the data view."""

from __future__ import annotations

import pytest

from app.data.data_choice import DataChoice
from app.data.data_preview import preview
from app.data.prepare import prepare
from widgets.data.sample_views import captions


@pytest.mark.parametrize("source", ["sentences", "reviews"])
def test_a_text_that_goes_on_is_not_written_twice(source: str) -> None:
    shown = preview(prepare(DataChoice.of(source)))
    assert shown.input_texts
    assert any(captions(shown)) is (source == "reviews")
