import pytest

from matching.sheets.hours import NotHours, read_hours
from tests.matching.factories import half_hours


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Tuesday 12:00 to 14:00, 18:00 to 19:00", {1: [12, 13, 18]}),
        ("mardi de 12:00 à 14:00; samedi de 23:00 à 24:00", {1: [12, 13], 5: [23]}),
        ("Thu 18-20", {3: [18, 19]}),
        ("jeudi 18h à 20h", {3: [18, 19]}),
        ("Thursdays 6pm-8pm", {3: [18, 19]}),
        ("Thu 6 to 8 pm", {3: [18, 19]}),
        ("Mon. lunchtime & Wed: evening", {0: [12, 13], 2: [18, 19, 20]}),
        ("lundi matin et vendredi après-midi", {0: [8, 9, 10, 11], 4: [14, 15, 16]}),
        ("", {}),
    ],
)
def test_hours_are_read_as_people_write_them(text, hours):
    assert read_hours(text).half_hours == half_hours(hours)


@pytest.mark.parametrize("text", ["my rota varies", "Horaires variables", "shifts"])
def test_a_rota_that_varies_is_understood(text):
    assert (read_hours(text).varies, read_hours(text).half_hours) == (True, [])


@pytest.mark.parametrize("text", ["whenever", "18-20", "Tue 20-18", "Tue 25-26", "Tue 12:75-14", "Tue"])
def test_what_says_no_time_is_not_guessed(text):
    with pytest.raises(NotHours):
        read_hours(text)
