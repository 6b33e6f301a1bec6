"""What the review of a run is asked: which pairs to list, and which change to work out."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Discipline, Sector
from matching.models import Application, MatchRun, Proposal, Stream
from matching.queries.review import (
    BIGGEST_GAP,
    BY_NAME,
    WEAKEST,
    changed_by_hand,
    in_order,
    named,
    not_all_covered,
    pairs_of,
    unmatched,
    weak,
)
from matching.services.rulings import Change, What


class ReviewForm(forms.Form):
    """Which pairs, in which order; whatever is wrong or missing filters nothing."""

    SHOWN = {
        "": _("everybody"),
        "weak": _("with a weak fit"),
        "unmatched": _("without a mentor"),
        "uncovered": _("with something not covered"),
        "changed": _("changed by hand"),
        "locked": _("locked"),
    }
    ORDERS = {
        WEAKEST: _("weakest fit first"),
        BIGGEST_GAP: _("furthest from their best option first"),
        BY_NAME: _("by name"),
    }

    q = forms.CharField(label=_("Name"), max_length=100, required=False)
    show = forms.ChoiceField(label=_("Mentees"), choices=SHOWN, required=False)
    stream = forms.ModelChoiceField(
        label=_("Stream"), queryset=Stream.objects.none(), required=False, empty_label=_("any")
    )
    discipline = forms.ModelChoiceField(
        label=_("Discipline"),
        queryset=Discipline.objects.filter(sensitive=False),
        required=False,
        empty_label=_("any"),
    )
    sector = forms.ModelChoiceField(
        label=_("Sector"),
        queryset=Sector.objects.filter(sensitive=False),
        required=False,
        empty_label=_("any"),
    )
    sort = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)

    def __init__(self, *args, run: MatchRun, typical: int | None, **options):
        super().__init__(*args, **options)
        self.run, self.typical = run, typical
        self.fields["q"].widget.input_type = "search"
        self.fields["stream"].queryset = Stream.objects.filter(cohort=run.cohort_id)

    def pairs(self) -> QuerySet[Proposal]:
        self.is_valid()
        wanted = self.cleaned_data
        pairs = pairs_of(self.run).filter(self.shown(wanted.get("show")))
        if wanted.get("q"):
            pairs = pairs.filter(named(wanted["q"]))
        if wanted.get("stream"):
            pairs = pairs.filter(mentee__stream=wanted["stream"])
        if wanted.get("discipline"):
            pairs = pairs.filter(mentee__person__disciplines=wanted["discipline"])
        if wanted.get("sector"):
            pairs = pairs.filter(mentee__person__sectors=wanted["sector"])
        return in_order(pairs, wanted.get("sort") or WEAKEST)

    def shown(self, which: str | None) -> Q:
        filters = {
            "weak": weak(self.typical),
            "unmatched": unmatched(),
            "uncovered": not_all_covered(),
            "changed": changed_by_hand(),
            "locked": Q(is_locked=True),
        }
        return filters.get(which, Q())

    @property
    def is_filtering(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.fields if name != "sort")


class ChangeForm(forms.Form):
    """A change of one run, from a link or from the button beneath its cost."""

    what = forms.ChoiceField(choices=What)
    mentee = forms.ModelChoiceField(queryset=Application.objects.none())
    mentor = forms.ModelChoiceField(queryset=Application.objects.none(), required=False)
    other = forms.ModelChoiceField(queryset=Application.objects.none(), required=False)

    def __init__(self, *args, run: MatchRun, **options):
        super().__init__(*args, **options)
        of_cohort = Application.objects.filter(cohort=run.cohort_id).select_related("person")
        for name, part in (("mentee", "mentee"), ("mentor", "mentor"), ("other", "mentee")):
            self.fields[name].queryset = of_cohort.filter(part=part)

    def clean(self):
        cleaned = super().clean()
        partner = "other" if cleaned.get("what") == What.SWAP else "mentor"
        if not cleaned.get(partner):
            self.add_error(partner, _("Choose the pair from the pages of the run."))
        return cleaned

    @property
    def change(self) -> Change:
        chosen = self.cleaned_data
        return Change(chosen["what"], chosen["mentee"], chosen["mentor"], chosen["other"])
