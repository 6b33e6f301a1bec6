from datetime import time

import pytest
from django.core.exceptions import ImproperlyConfigured

from mentoring.environment import Environment


@pytest.mark.parametrize(
    ("words", "hours"),
    [("20:00-07:30", (time(20), time(7, 30))), (" 22:15 - 06:00 ", (time(22, 15), time(6))), ("", None)],
)
def test_quiet_hours_are_two_times_of_day_or_none(monkeypatch, words, hours):
    monkeypatch.setenv("HOURS", words)

    assert Environment().hours("HOURS", "00:00-01:00") == hours


@pytest.mark.parametrize("words", ["20:00", "20:00-25:00", "evening-morning", "1-2-3"])
def test_hours_that_cannot_be_read_stop_the_start_with_a_sentence(monkeypatch, words):
    monkeypatch.setenv("HOURS", words)

    with pytest.raises(ImproperlyConfigured) as stop:
        Environment().hours("HOURS", "")

    assert (
        str(stop.value)
        == f"HOURS is {words!r}. Write two times of day, such as 20:00-07:30, or nothing for none."
    )
