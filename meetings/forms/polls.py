"""Times to ask about, and what somebody answers."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from meetings.models.polls import MOST_TIMES
from meetings.queries.polls import PollPage
from meetings.week import Window

LENGTHS = [
    (30, lazy("Half an hour")),
    (45, lazy("45 minutes")),
    (60, lazy("One hour")),
    (90, lazy("An hour and a half")),
]
DEFAULT_MINUTES = 60
MOST_SUGGESTED = 6
FREE_LINES = range(1, MOST_TIMES + 1)


class TimesForm(forms.Form):
    """Up to three times: ticked in the list of easy ones, or typed."""

    title = forms.CharField(label=lazy("What it is"), max_length=120)
    minutes = forms.TypedChoiceField(
        label=lazy("How long"), choices=LENGTHS, coerce=int, initial=DEFAULT_MINUTES
    )

    def __init__(self, *args, windows: list[Window], members: int, **options):
        super().__init__(*args, **options)
        if windows:
            self.fields["suggested"] = forms.MultipleChoiceField(
                label=lazy("Times in this week that suit most"),
                choices=[(as_value(window.starts_at), in_words(window, members)) for window in windows],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                error_messages={
                    "invalid_choice": lazy(
                        "This time is no longer in the list. Choose again, or type it below."
                    )
                },
            )
        for line in FREE_LINES:
            self.fields[f"day_{line}"] = forms.DateField(
                label=lazy("Day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
            )
            self.fields[f"at_{line}"] = forms.TimeField(
                label=lazy("Time"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
            )

    @property
    def lines(self) -> list:
        """(number, day, time) as the template draws them."""
        return [(line, self[f"day_{line}"], self[f"at_{line}"]) for line in FREE_LINES]

    def clean(self):
        for line in FREE_LINES:
            day, at = self.cleaned_data.get(f"day_{line}"), self.cleaned_data.get(f"at_{line}")
            if day and not at and f"at_{line}" not in self.errors:
                self.add_error(f"at_{line}", _("Say at what time on that day."))
            if at and not day and f"day_{line}" not in self.errors:
                self.add_error(f"day_{line}", _("Say on which day."))
        if not self.errors and not self.times:
            self.add_error(None, _("Choose at least one time, three at most."))

    @property
    def times(self) -> list[tuple[date, time]]:
        ticked = [datetime.fromisoformat(value) for value in self.cleaned_data.get("suggested", [])]
        typed = [
            (self.cleaned_data.get(f"day_{line}"), self.cleaned_data.get(f"at_{line}")) for line in FREE_LINES
        ]
        return [(one.date(), one.time()) for one in ticked] + [(day, at) for day, at in typed if day and at]


class AnswersForm(forms.Form):
    """Can or cannot, for each proposed time that is still to come."""

    def __init__(self, *args, page: PollPage, **options):
        super().__init__(*args, **options)
        self.asked = [answers for answers in page.times if not answers.is_past]
        for answers in self.asked:
            self.fields[name_of(answers.option.pk)] = forms.TypedChoiceField(
                label=time_in_words(answers.option.starts_at),
                choices=[("yes", lazy("I can")), ("no", lazy("I cannot"))],
                coerce=lambda value: value == "yes",
                widget=forms.RadioSelect,
                initial={True: "yes", False: "no"}.get(answers.mine),
                error_messages={"required": lazy("Say whether you can at this time.")},
            )

    @property
    def can(self) -> dict[int, bool]:
        return {answers.option.pk: self.cleaned_data[name_of(answers.option.pk)] for answers in self.asked}


def name_of(pk: int) -> str:
    return f"time_{pk}"


def as_value(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def in_words(window: Window, members: int) -> str:
    words = {"time": time_in_words(window.starts_at), "free": window.free, "members": members}
    if window.free == members:
        return _("%(time)s · all are free") % words
    return _("%(time)s · %(free)s of %(members)s are free") % words


def time_in_words(moment: datetime) -> str:
    there = timezone.localtime(moment)
    return _("%(day)s at %(time)s") % {"day": date_format(there, "l j F"), "time": f"{there:%H:%M}"}
