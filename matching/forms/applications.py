"""The steps of an application as forms. Each knows the answers that are kept already, and saves its own."""

from collections.abc import Iterable

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.functional import cached_property
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.families import heading
from accounts.forms import EntriesField, LineField, LinesField
from accounts.languages import language_name
from accounts.models import NoticeVersion, PersonRole, Role, Topic
from accounts.queries import roles_by_name
from accounts.time_zones import zone_choices
from accounts.wording import folded
from matching.models import Application, Stream
from matching.models.application import MOST_PLACES
from matching.services import applications as services

RANKS = [
    pgettext_lazy("need", "First"),
    pgettext_lazy("need", "Second"),
    pgettext_lazy("need", "Third"),
    pgettext_lazy("need", "Fourth"),
    pgettext_lazy("need", "Fifth"),
]
MOST_OWN_WORDS = 5
MOST_NAMES = 30
FIRST_HOUR, LAST_HOUR = 7, 21
HALF_HOURS_A_DAY = 48


class PartForm(forms.Form):
    """As what somebody wants to join; both parts are two applications."""

    BOTH = "both"

    part = forms.ChoiceField(
        label=lazy("How you would like to take part"),
        choices=[
            (Application.Part.MENTEE, lazy("As a mentee: I would like a mentor")),
            (Application.Part.MENTOR, lazy("As a mentor: I would like to support somebody")),
            (BOTH, lazy("As both: I have something to offer and something to ask")),
        ],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], lazy("Choose how you would like to take part.")
        ),
    )

    def __init__(self, *args, taken: list[str], **options):
        super().__init__(*args, **options)
        if taken:
            rest = [part for part in Application.Part.values if part not in taken]
            self.fields["part"].choices = [
                choice for choice in self.fields["part"].choices if choice[0] in rest
            ]

    @property
    def parts(self) -> list[str]:
        part = self.cleaned_data["part"]
        return [Application.Part.MENTEE, Application.Part.MENTOR] if part == self.BOTH else [part]


class StepForm(forms.Form):
    def __init__(self, *args, application: Application, **options):
        self.application = application
        super().__init__(*args, initial=self.answers(), **options)

    def answers(self) -> dict:
        raise NotImplementedError

    def save(self) -> None:
        raise NotImplementedError


class Resolver:
    """Finds the catalogue entry that somebody means; what is no entry stays their own words."""

    def __init__(self, entries: Iterable):
        self.entries = list(entries)
        self.by_name = roles_by_name(self.entries)

    def __call__(self, typed: str):
        meant = self.by_name.get(folded(typed), [typed])
        if len(meant) > 1:
            names = " · ".join(entry.label for entry in meant)
            raise forms.ValidationError(
                _("“%(typed)s” may be any of these: %(names)s. Write the one you mean.")
                % {"typed": typed, "names": names}
            )
        return meant[0]


class NeedsForm(StepForm):
    has_no_goals = forms.BooleanField(
        label=lazy("I have no fixed goals yet"),
        required=False,
        help_text=lazy("That is a good reason to join. You can come back to this page until we decide."),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.resolve = Resolver(Topic.objects.filter(is_hidden=False))
        for rank, label in enumerate(RANKS, start=1):
            self.fields[f"need_{rank}"] = LineField(
                label=label,
                required=False,
                max_length=200,
                widget=forms.TextInput(attrs={"list": "topics", "autocomplete": "off"}),
            )
        self.order_fields([f"need_{rank}" for rank in range(1, len(RANKS) + 1)])

    @property
    def ranked(self) -> list:
        return [self[f"need_{rank}"] for rank in range(1, len(RANKS) + 1)]

    @property
    def headings(self) -> list[tuple[str, list[Topic]]]:
        families: dict[str, list] = {}
        for topic in self.resolve.entries:
            families.setdefault(str(heading(topic.family)), []).append(topic)
        return list(families.items())

    def answers(self):
        needs = list(self.application.needs.select_related("topic"))
        kept = {f"need_{rank}": need.label for rank, need in enumerate(needs, start=1)}
        return kept | {"has_no_goals": not needs and "needs" in self.application.steps_done}

    def clean(self):
        self.topics = []
        for name in [name for name in self.fields if name.startswith("need_")]:
            if typed := self.cleaned_data.get(name):
                self._add(name, typed)
        if not self.topics and not self.errors and not self.cleaned_data["has_no_goals"]:
            self.add_error(
                "need_1",
                _("Say one thing that you would like help with, or tick “I have no fixed goals yet”."),
            )

    def _add(self, name: str, typed: str) -> None:
        try:
            topic = self.resolve(typed)
        except forms.ValidationError as unclear:
            return self.add_error(name, unclear)
        if topic in self.topics:
            self.add_error(
                name, _("This is in your list already. Leave the line empty, or say something else.")
            )
        else:
            self.topics.append(topic)

    def save(self):
        services.save_needs(self.application, self.topics)


class PlaceForm(StepForm):
    """Which stream and language somebody would rather have; a question with one answer is not asked."""

    stream = forms.ModelChoiceField(
        Stream.objects.none(),
        label=lazy("Stream"),
        required=False,
        blank=True,
        empty_label=lazy("No preference"),
        widget=forms.RadioSelect,
        help_text=lazy("The group you would like to be in. It also counts a little towards your match."),
    )
    preferred_language = forms.ChoiceField(
        label=lazy("Language you would rather speak in"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        streams = self.application.cohort.streams.all()
        languages = language_choices(self.application.person.spoken_languages)
        if streams:
            self.fields["stream"].queryset = streams
        else:
            del self.fields["stream"]
        if len(languages) > 1:
            self.fields["preferred_language"].choices = [("", _("No preference")), *languages]
        else:
            del self.fields["preferred_language"]

    def answers(self):
        application = self.application
        return {"stream": application.stream_id, "preferred_language": application.preferred_language}

    @property
    def chosen(self) -> dict:
        return {
            "stream": self.cleaned_data.get("stream"),
            "preferred_language": self.cleaned_data.get("preferred_language", ""),
        }

    def save(self):
        services.save_place(self.application, **self.chosen)


def language_choices(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, language_name(code, get_language())) for code in codes]


class GrowingIntoForm(PlaceForm):
    aim = LineField(
        label=lazy("A role that you are growing into"),
        required=False,
        max_length=160,
        help_text=lazy("Choose from the list, or say it in your own words."),
        widget=forms.TextInput(attrs={"list": "roles", "autocomplete": "off"}),
    )
    discipline_wish = forms.ChoiceField(
        label=lazy("Your mentor’s discipline"),
        choices=Application.DisciplineWish.choices,
        widget=forms.RadioSelect,
        error_messages={"required": lazy("Choose one of the three.")},
    )
    wants_bridge = forms.BooleanField(
        label=lazy("I would like a mentor from the other side"),
        required=False,
        help_text=lazy(
            "From industry if you work in the NHS or public health care, and the other way round."
        ),
    )

    field_order = ["aim", "discipline_wish", "wants_bridge", "stream", "preferred_language"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.resolve = Resolver(Role.objects.filter(is_hidden=False))

    def answers(self):
        application = self.application
        aims = application.person.roles.filter(how=PersonRole.How.AIM).select_related("role")
        return super().answers() | {
            "aim": next((aim.label for aim in aims), ""),
            "discipline_wish": application.discipline_wish,
            "wants_bridge": application.wants_bridge,
        }

    def clean_aim(self):
        typed = self.cleaned_data["aim"]
        return self.resolve(typed) if typed else None

    def save(self):
        services.save_growing_into(
            self.application,
            aim=self.cleaned_data["aim"],
            discipline_wish=self.cleaned_data["discipline_wish"],
            wants_bridge=self.cleaned_data["wants_bridge"],
            **self.chosen,
        )


def place_choices() -> list[tuple[int, str]]:
    def words(places):
        return ngettext("%(count)s mentee", "%(count)s mentees", places) % {"count": places}

    return [(0, _("0: groups only")), *((places, words(places)) for places in range(1, MOST_PLACES + 1))]


class OffersForm(StepForm):
    topics = EntriesField(Topic, label=lazy("Topics that you can help with"))
    own_words = LinesField(
        label=lazy("Something else"),
        required=False,
        max_length=1_000,
        help_text=lazy("In your own words, one a line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    capacity = forms.TypedChoiceField(
        label=lazy("Mentees you would meet one to one"),
        choices=place_choices,
        coerce=int,
        help_text=lazy(
            "You will never be given more than this. Choose 0 if you would rather host groups with other mentors."
        ),
        error_messages={
            "required": lazy("Choose a number of places from 0 to 8."),
            "invalid_choice": lazy("Choose a number of places from 0 to 8."),
        },
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["topics"].offer_also(self.initial["topics"])

    def answers(self):
        offers = list(self.application.offers.select_related("topic"))
        is_done = "offers" in self.application.steps_done
        return {
            "topics": [offer.topic for offer in offers if offer.topic_id],
            "own_words": "\n".join(offer.text for offer in offers if not offer.topic_id),
            "capacity": self.application.capacity if is_done else 1,
        }

    def clean_own_words(self):
        lines = distinct_lines(self.cleaned_data["own_words"])
        refuse_long_lines(lines, most=MOST_OWN_WORDS, longest=200)
        return lines

    def clean(self):
        if not self.errors and not self.cleaned_data["topics"] and not self.cleaned_data["own_words"]:
            self.add_error("topics", _("Choose at least one thing that you can help with, or say it below."))

    def save(self):
        chosen = [*self.cleaned_data["topics"], *self.cleaned_data["own_words"]]
        services.save_offers(self.application, topics=chosen, capacity=self.cleaned_data["capacity"])


def distinct_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return list({folded(line): line for line in reversed(lines)}.values())[::-1]


def refuse_long_lines(lines: list[str], *, most: int, longest: int) -> None:
    if len(lines) > most:
        raise forms.ValidationError(
            _("There are %(count)s lines. Keep to %(most)s, the ones that matter most.")
            % {"count": len(lines), "most": most}
        )
    if any(len(line) > longest for line in lines):
        raise forms.ValidationError(_("A line may have up to %(longest)s characters.") % {"longest": longest})


class FreeForm(StepForm):
    """A week of whole hours, as checkboxes; the halves of odd hours that came from elsewhere are kept as they are."""

    hours = forms.MultipleChoiceField(label=lazy("Hours that are often free"), required=False)
    varies = forms.BooleanField(
        label=lazy("My rota varies"),
        required=False,
        help_text=lazy(
            "Then no hour in common is needed for a match. Still mark the hours that are often free."
        ),
    )
    zone = forms.ChoiceField(
        label=lazy("Time zone"),
        error_messages={"invalid_choice": lazy("Choose a time zone from the list.")},
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["zone"].choices = zone_choices(get_language())
        self.fields["hours"].choices = [
            (f"{day}-{hour}", hour_name(day, hour))
            for day in range(7)
            for hour in range(FIRST_HOUR, LAST_HOUR + 1)
        ]

    def answers(self):
        kept = getattr(self.application, "availability", None)
        if kept is None:
            return {"zone": self.application.person.zone.key, "hours": [], "varies": False}
        return {"zone": kept.zone, "hours": whole_hours(kept.half_hours), "varies": kept.varies}

    @cached_property
    def week(self) -> list[tuple[str, list[tuple[str, str, bool]]]]:
        """Rows of the grid: the hour, and for each day the value, its name and whether it is marked."""
        marked = set(self["hours"].value() or [])
        return [
            (
                f"{hour:02}:00",
                [(f"{day}-{hour}", hour_name(day, hour), f"{day}-{hour}" in marked) for day in range(7)],
            )
            for hour in range(FIRST_HOUR, LAST_HOUR + 1)
        ]

    @property
    def days(self) -> list:
        return list(WEEKDAYS.values())

    def clean(self):
        if not self.errors and not self.cleaned_data["hours"] and not self.cleaned_data["varies"]:
            self.add_error("hours", _("Mark at least one hour, or tick “My rota varies”."))

    def save(self):
        slots = [slot for value in self.cleaned_data["hours"] for slot in halves_of(value)]
        services.save_free(
            self.application,
            zone=self.cleaned_data["zone"],
            half_hours=sorted(slots),
            varies=self.cleaned_data["varies"],
        )


def hour_name(day: int, hour: int) -> str:
    names = {"day": WEEKDAYS[day], "start": f"{hour:02}:00", "end": f"{hour + 1:02}:00"}
    return _("%(day)s %(start)s to %(end)s") % names


def halves_of(value: str) -> tuple[int, int]:
    day, hour = map(int, value.split("-"))
    first = day * HALF_HOURS_A_DAY + hour * 2
    return first, first + 1


def whole_hours(half_hours: Iterable[int]) -> list[str]:
    held = set(half_hours)
    every = (f"{day}-{hour}" for day in range(7) for hour in range(FIRST_HOUR, LAST_HOUR + 1))
    return [value for value in every if set(halves_of(value)) <= held]


class NotWithForm(StepForm):
    names = LinesField(
        label=lazy("Names or mail addresses"),
        required=False,
        max_length=8_000,
        help_text=lazy("One a line. Leave it empty if there is nobody."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )

    def answers(self):
        return {
            "names": "\n".join(self.application.person.blocks.order_by("pk").values_list("typed", flat=True))
        }

    def clean_names(self):
        lines = distinct_lines(self.cleaned_data["names"])
        refuse_long_lines(lines, most=MOST_NAMES, longest=254)
        return lines

    def save(self):
        services.save_not_with(self.application, self.cleaned_data["names"])


class AgreeForm(StepForm):
    """The version that was shown comes back with the answer, so that nobody agrees to a text they have not seen."""

    version = forms.ModelChoiceField(
        NoticeVersion.objects.all(),
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ["required", "invalid_choice"], lazy("This page came back incomplete. Please read it again.")
        ),
    )
    agrees = forms.BooleanField(
        label=lazy("I have read this and will keep to it"),
        error_messages={
            "required": lazy("Tick the box if you agree. Without it the application cannot be sent.")
        },
    )

    def __init__(self, *args, notice: NoticeVersion, **options):
        self.notice = notice
        super().__init__(*args, **options)

    def answers(self):
        return {"version": self.notice.pk}

    def save(self):
        """Send the draft; an application that an admin entered is sent already."""
        if self.application.state == Application.State.DRAFT:
            return services.submit_application(self.application, agreed_to=self.cleaned_data["version"])
        return services.agree(self.application, agreed_to=self.cleaned_data["version"])
