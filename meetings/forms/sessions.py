"""Forms that plan, change and cancel sessions. What is wrong with a session is the services' to say; here it is
said beside the field, all of it at once, with what was typed kept."""

from collections.abc import Iterator

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.forms import LineField, LinesField
from accounts.models import Person
from accounts.time_zones import zone_choices
from matching.models import Stream
from meetings.errors import CannotPlan
from meetings.models import Series, Session
from meetings.models.session import MOST_SEATS
from meetings.queries.planning import Audience, audience_of, possible_hosts, possible_substitutes
from meetings.services.planning import (
    Details,
    Problem,
    details_of,
    host_problems,
    seat_problems,
    series_problems,
    time_problems,
    version,
)
from meetings.services.series import Scope

USUAL_LENGTHS = [15, 30, 45, 60, 75, 90, 120, 150, 180, 240, 360, 480]
FEW_DATES, MOST_DATES = 6, 12
ONCE = ""


class LinkField(forms.URLField):
    """An address that a browser opens as a page, and nothing else."""

    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {
        "invalid": lazy("This is no link that opens in a browser. It begins with https:// or http://.")
    }

    def __init__(self, **options):
        super().__init__(assume_scheme="https", **options)


class DayField(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": lazy("This is no day of the calendar. Write it like 28/03/2027.")}


class ClockField(forms.TimeField):
    """Hours and minutes; nobody meets at a second."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    default_error_messages = {"invalid": lazy("This is no time of day. Write it like 18:30.")}

    def to_python(self, value):
        at = super().to_python(value)
        return at and at.replace(second=0, microsecond=0)


def length_in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    words = [ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}] if hours else []
    words += [ngettext("%(minutes)s minute", "%(minutes)s minutes", rest) % {"minutes": rest}] if rest else []
    return " ".join(words)


class SessionForm(forms.Form):
    """One session. Who may plan it was settled before."""

    title = LineField(label=lazy("Title"), max_length=120)
    day = DayField(label=lazy("Day"))
    at = ClockField(label=lazy("Starts at"))
    minutes = forms.TypedChoiceField(label=lazy("Length"), coerce=int)
    zone = forms.ChoiceField(
        label=lazy("Time zone"), help_text=lazy("Everybody sees the time where they are.")
    )
    video_url = LinkField(
        label=lazy("Link of the video call"),
        max_length=500,
        required=False,
        help_text=lazy("Only those who have a seat see it, and those who run the session."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    room = LineField(
        label=lazy("Room"), max_length=300, required=False, help_text=lazy("Where you meet in person.")
    )
    host = forms.ModelChoiceField(label=lazy("Host"), queryset=Person.objects.none(), empty_label=None)
    cohost = forms.ModelChoiceField(
        label=lazy("Co-host"),
        queryset=Person.objects.none(),
        required=False,
        empty_label=lazy("nobody"),
        help_text=lazy("Takes over if the host cannot come."),
    )
    seats = forms.IntegerField(
        label=lazy("Seats"),
        required=False,
        help_text=lazy("Beside the hosts. Leave it empty to keep one for everybody."),
        widget=forms.NumberInput(attrs={"min": 1, "max": MOST_SEATS, "inputmode": "numeric"}),
        error_messages={"invalid": lazy("Write the number of seats in figures, such as 6.")},
    )
    expect = LinesField(
        label=lazy("What to expect"),
        max_length=2000,
        required=False,
        help_text=lazy("What you will do, and what to bring. It stands in the invitation too."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self, data=None, *, audience: Audience, person: Person, session: Session | None = None, **options
    ):
        self.audience, self.session = audience, session
        options["initial"] = self.first_values(person) | options.get("initial", {})
        super().__init__(data, **options)
        self.offer_hosts()
        self.fields["zone"].choices = zone_choices(get_language())
        self.fields["minutes"].choices = self.lengths()
        self.leave_out()

    def first_values(self, person: Person) -> dict:
        if self.session:
            return {
                name: getattr(value, "pk", value) for name, value in details_of(self.session).values.items()
            }
        return {"zone": person.zone.key, "minutes": 60, "host": person.pk}

    def offer_hosts(self) -> None:
        hosts = possible_hosts(self.audience)
        if self.session:
            kept = Person.objects.filter(pk__in=[self.session.host_id, self.session.cohost_id])
            hosts = Person.objects.filter(pk__in=hosts.values("pk")) | kept
        for name in ("host", "cohost"):
            self.fields[name].queryset = hosts.order_by("sort_key")
            self.fields[name].error_messages["invalid_choice"] = _(
                "This person cannot lead this session. Choose somebody from the list."
            )

    def lengths(self) -> list[tuple[int, str]]:
        own = [self.session.minutes] if self.session else []
        return [(minutes, length_in_words(minutes)) for minutes in sorted({*USUAL_LENGTHS, *own})]

    def leave_out(self) -> None:
        """Two people need no seats and no co-host; whether seats are limited is settled when a session is planned."""
        keeps_seats = self.session is not None and self.session.seats is None
        if not self.audience.is_group and self.audience.mentorship:
            del self.fields["cohost"], self.fields["seats"]
        elif keeps_seats:
            del self.fields["seats"]
        elif self.session or self.audience.mentorship is None:
            self.fields["seats"].required = True
            self.fields["seats"].help_text = _("Beside the hosts.")
            self.fields["seats"].error_messages["required"] = _("Say how many seats the session has.")

    def clean(self):
        data = super().clean()
        for field, sentence in self.problems(data):
            self.put(field, sentence)
        return data

    def problems(self, data: dict) -> Iterator[Problem]:
        """As far as what was typed can be read."""
        if data.keys() >= {"day", "at", "zone"}:
            yield from time_problems(
                data["day"], data["at"], data["zone"], now=timezone.now(), before=self.session
            )
        if data.get("seats") is not None:
            yield from seat_problems(self.audience, data["seats"])
        if "host" in data:
            yield from host_problems(self.audience, data["host"], data.get("cohost"), before=self.session)

    def put(self, field: str, sentence: str) -> None:
        where = field if field in self.fields else None
        if not (where and self.has_error(where)):
            self.add_error(where, sentence)

    def put_all(self, refused: CannotPlan) -> None:
        """What a service found that no form could know."""
        for field, sentence in refused.problems:
            self.put(field, sentence)

    def details(self) -> Details:
        data = self.cleaned_data
        return Details(**{name: data[name] for name in Details.__dataclass_fields__ if name in data})


class EditForm(SessionForm):
    """One session as it is, and how much of its series the change is for."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    scope = forms.ChoiceField(
        label=lazy("What do you change?"), choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.ONE
    )

    def __init__(self, data=None, *, session: Session, person: Person):
        super().__init__(
            data,
            audience=audience_of(session),
            person=person,
            session=session,
            initial={"seen": version(session)},
        )
        if not session.series_id:
            del self.fields["scope"]

    @property
    def scope_chosen(self) -> str:
        return self.cleaned_data.get("scope", Scope.ONE)


class SeriesForm(SessionForm):
    """Sessions that come again."""

    every = forms.ChoiceField(
        label=lazy("How often"), choices=Series.Every.choices, widget=forms.RadioSelect, initial="fortnight"
    )
    until = DayField(label=lazy("Until"), help_text=lazy("The last day on which a session may be."))

    field_order = ["title", "day", "at", "minutes", "zone", "every", "until"]

    def problems(self, data: dict) -> Iterator[Problem]:
        yield from super().problems(data)
        # An hour that does not exist, or a day that is over, is said first.
        if data.get("every") and data.get("until") and "day" in data and not self.has_error("day"):
            yield from series_problems(data["day"], data["every"], data["until"])

    def rule(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("every", "until")}


class OpenForm(SeriesForm):
    """A session for a whole cohort or one of its streams, once or again and again."""

    stream = forms.ModelChoiceField(
        label=lazy("For whom"), queryset=Stream.objects.none(), required=False, empty_label=""
    )

    field_order = ["title", "stream", "day", "at", "minutes", "zone", "every", "until"]

    def __init__(self, data=None, *, audience: Audience, person: Person):
        super().__init__(data, audience=audience, person=person, initial={"every": ONCE})
        self.fields["stream"].queryset = audience.cohort.streams.all()
        self.fields["stream"].empty_label = _("everybody in %(cohort)s") % {"cohort": audience.cohort}
        self.fields["every"].choices = [(ONCE, _("once")), *Series.Every.choices]
        self.fields["every"].required = self.fields["until"].required = False
        if not audience.cohort.streams.exists():
            del self.fields["stream"]

    def clean_until(self):
        until = self.cleaned_data["until"]
        if self.cleaned_data.get("every") and not until:
            raise forms.ValidationError(_("Say until when the sessions come again."))
        return until

    def audience_chosen(self) -> Audience:
        return Audience(cohort=self.audience.cohort, stream=self.cleaned_data.get("stream"))


# --- Several dates ----------------------------------------------------------------------------


class DateForm(forms.Form):
    """One of several dates; the time only where it is another one than usual."""

    day = DayField(required=False)
    other_time = ClockField(required=False)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        number = {"number": int(self.prefix.rpartition("-")[2]) + 1}
        self.fields["day"].label = _("Date %(number)s") % number
        self.fields["other_time"].label = _("Date %(number)s: other time") % number

    def clean(self):
        data = super().clean()
        if data.get("other_time") and not data.get("day") and not self.has_error("day"):
            self.add_error("day", _("Choose the day of this time, or take the time out."))
        return data


class SeveralForm(SessionForm):
    """What several sessions have in common, and their dates: all are planned, or none."""

    at = ClockField(label=lazy("Usual start"))

    def __init__(self, data=None, *, audience: Audience, person: Person):
        super().__init__(data, audience=audience, person=person)
        del self.fields["day"]
        self.dates = [DateForm(data, prefix=f"date-{number}") for number in range(MOST_DATES)]

    @property
    def first_dates(self) -> list[DateForm]:
        return self.dates[:FEW_DATES]

    @property
    def more_dates(self) -> list[DateForm]:
        return self.dates[FEW_DATES:]

    @property
    def shows_more(self) -> bool:
        return self.is_bound and any(
            form["day"].value() or form["other_time"].value() for form in self.more_dates
        )

    @property
    def forms(self) -> list[forms.Form]:
        return [self, *self.dates]

    def clean(self):
        data = super().clean()
        are_valid = [form.is_valid() for form in self.dates]
        if all(are_valid) and not self.chosen:
            self.dates[0].add_error("day", _("Choose at least one date."))
        for form in self.chosen:
            self.check_date(form, data)
        return data

    def check_date(self, form: DateForm, data: dict) -> None:
        at = form.cleaned_data.get("other_time") or data.get("at")
        if at and "zone" in data:
            for _field, sentence in time_problems(
                form.cleaned_data["day"], at, data["zone"], now=timezone.now()
            ):
                form.add_error("day", sentence)

    @property
    def chosen(self) -> list[DateForm]:
        return [form for form in self.dates if form.is_valid() and form.cleaned_data.get("day")]

    def is_valid(self):
        return super().is_valid() and all(form.is_valid() for form in self.dates)

    def several(self) -> list[Details]:
        return [self.on(form.cleaned_data) for form in self.chosen]

    def on(self, date: dict) -> Details:
        at = date.get("other_time") or self.cleaned_data["at"]
        common = {
            name: value for name, value in self.cleaned_data.items() if name in Details.__dataclass_fields__
        }
        return Details(**common | {"day": date["day"], "at": at})

    def put_all(self, refused: CannotPlan) -> None:
        chosen = self.chosen
        for where, sentence in refused.problems:
            place, _dash, field = where.partition("-")
            if place.isdigit():
                chosen[int(place)].add_error("day" if field in ("day", "at") else None, sentence)
            else:
                self.put(where, sentence)


# --- Cancel, substitute -----------------------------------------------------------------------


class CancelForm(forms.Form):
    scope = forms.ChoiceField(
        label=lazy("What do you cancel?"), choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.ONE
    )

    def __init__(self, data=None, *, session: Session):
        super().__init__(data)
        if not session.series_id:
            del self.fields["scope"]

    @property
    def scope_chosen(self) -> str:
        return self.cleaned_data.get("scope", Scope.ONE)


class SubstituteForm(forms.Form):
    substitute = forms.ModelChoiceField(
        label=lazy("Who steps in"),
        queryset=Person.objects.none(),
        empty_label=lazy("Choose somebody"),
        error_messages={
            "required": lazy("Choose who steps in."),
            "invalid_choice": lazy(
                "This person cannot step in. Choose somebody of the mentorship, or another mentor of the cohort."
            ),
        },
    )

    def __init__(self, data=None, *, session: Session, besides: Person | None = None):
        super().__init__(data)
        others = possible_substitutes(session).exclude(pk=besides.pk if besides else None)
        self.fields["substitute"].queryset = others.order_by("sort_key")
