"""What is typed on the private pages. A text that is too long is said to be so, and kept as it was typed."""

from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.fields import LinesField


class PrivateText(LinesField):
    """Lines of text whose browser does not cut a paste short without a word: we say how much is too much."""

    def __init__(self, *, rows: int = 4, most: int, **options):
        self.most = most
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def validate(self, value):
        super().validate(value)
        if len(value) > self.most:
            raise ValidationError(too_long(len(value), self.most))


def too_long(length: int, most: int) -> str:
    return _("This text has %(length)s characters, and %(most)s fit. Shorten it, or say it in two parts.") % {
        "length": f"{length:,}".replace(",", "\u202f"),
        "most": f"{most:,}".replace(",", "\u202f"),
    }


class OnceForm(forms.Form):
    """Carries the key of the row that it makes, so that a form that is sent twice makes one."""

    pk = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, initial=None, **options):
        super().__init__(data, initial={"pk": uuid4(), **(initial or {})}, **options)


class NeedForm(OnceForm):
    body = PrivateText(
        label=gettext_lazy("What would help you now?"),
        help_text=gettext_lazy(
            "A question, a situation, something you are stuck on. A sentence or two is enough."
        ),
        most=500,
        rows=3,
    )
    is_anonymous = forms.BooleanField(
        label=gettext_lazy("Raise it anonymously"),
        help_text=gettext_lazy(
            "Nobody sees who it was, the host included. Only you can edit it or take it back."
        ),
        required=False,
    )

    def __init__(self, data=None, *, may_be_anonymous: bool, **options):
        super().__init__(data, **options)
        if not may_be_anonymous:
            del self.fields["is_anonymous"]

    @property
    def case(self) -> dict | None:
        return None

    @property
    def values(self) -> dict:
        cleaned = self.cleaned_data
        return {
            "body": cleaned["body"],
            "case": self.case,
            "is_anonymous": cleaned.get("is_anonymous", False),
            "pk": cleaned["pk"],
        }


class CaseForm(NeedForm):
    """A decision that somebody has to take, laid out so that others can think along."""

    body = PrivateText(
        label=gettext_lazy("The dilemma"),
        help_text=gettext_lazy("What has to be decided, and by when."),
        most=1500,
        rows=4,
    )
    options = PrivateText(
        label=gettext_lazy("The options"), help_text=gettext_lazy("One a line."), most=2000, rows=4
    )
    matters = PrivateText(
        label=gettext_lazy("What matters"),
        help_text=gettext_lazy("What must not go wrong, who is affected, what you would regret."),
        most=2000,
        rows=4,
        required=False,
    )
    field_order = ["body", "options", "matters", "is_anonymous", "pk"]

    @property
    def case(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("options", "matters")}


class DecisionForm(forms.Form):
    decided = PrivateText(
        label=gettext_lazy("What I decided"),
        help_text=gettext_lazy("And why, if you like. The others of this session read it."),
        most=2000,
        rows=4,
        required=False,
    )


class MoveForm(forms.Form):
    """One need moves: a step up or down, or to before another one (behind all where that is empty)."""

    steps = forms.TypedChoiceField(
        choices=[("-1", "up"), ("1", "down")], coerce=int, required=False, empty_value=0
    )
    before = forms.UUIDField(required=False)

    @property
    def target(self) -> UUID | None:
        return self.cleaned_data["before"]


class NoteForm(forms.Form):
    MOST = 20_000

    body = PrivateText(label=gettext_lazy("Notes"), most=MOST, rows=10, required=False)
    # Which version the writer began from; 0 where there was none.
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, label: str = "", help_text: str = "", **options):
        super().__init__(*args, **options)
        self.fields["body"].label = label or self.fields["body"].label
        self.fields["body"].help_text = help_text


class ActionForm(OnceForm):
    body = PrivateText(label=gettext_lazy("What will be done"), most=500, rows=2)
    owner = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Who will do it"), empty_label=None)
    due_on = forms.DateField(
        label=gettext_lazy("By when"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, people, **options):
        super().__init__(*args, **options)
        self.fields["owner"].queryset = people


class GoalForm(OnceForm):
    body = PrivateText(
        label=gettext_lazy("What you want to reach"),
        help_text=gettext_lazy("Something that you could tell has happened."),
        most=1000,
        rows=3,
    )
    is_shared = forms.BooleanField(
        label=gettext_lazy("Show it to the others of this mentorship"), required=False
    )


class LearningForm(OnceForm):
    MOST_HOURS = 24

    day = forms.DateField(
        label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    hours = forms.DecimalField(
        label=gettext_lazy("Hours"),
        localize=True,
        max_digits=4,
        decimal_places=2,
        min_value=0,
        max_value=MOST_HOURS,
        help_text=gettext_lazy("Such as 1.5: with preparation, if you count that."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    body = PrivateText(label=gettext_lazy("What I learned"), most=5000, rows=5)

    def clean_hours(self):
        if round(self.cleaned_data["hours"] * 60) < 1:
            raise ValidationError(_("Write how long it took, such as 0.5 for half an hour."))
        return self.cleaned_data["hours"]

    @property
    def values(self) -> dict:
        cleaned = self.cleaned_data
        return {"day": cleaned["day"], "minutes": round(cleaned["hours"] * 60), "body": cleaned["body"]}
