"""Who shall be in a group, by which rules groups are formed, and how they are changed by hand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import PersonRole
from matching.group_rules import MOST_COFACILITATORS, GroupPlan, GroupRules, sizes
from matching.models import Application, Cohort, Stream
from matching.models.programme import MOST_IN_A_GROUP
from matching.queries.groups import MOST_OFFERED, mentees_for_groups, mentors_for_groups, mentors_to_lead
from matching.services.group_moves import Move


class OneMentor(forms.ModelChoiceField):
    def label_from_instance(self, application):
        return in_a_line(application)


class SeveralPeople(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, application):
        return in_a_line(application)


class GroupForm(forms.Form):
    """The rules of a group are the service's to check, all at once; here only who it is about."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("As its people will know it; else the stream's."),
    )
    lead = OneMentor(label=_("Lead"), queryset=Application.objects.none(), required=False)
    cofacilitators = SeveralPeople(
        label=_("Co-facilitators"),
        queryset=Application.objects.none(),
        required=False,
        help_text=_("Up to two. Being in a group takes none of a mentor's places."),
    )
    mentees = SeveralPeople(
        label=_("Mentees"), queryset=Application.objects.none(), required=False, help_text=""
    )
    overrule = forms.BooleanField(
        label=_("Form it all the same"), required=False, help_text=_("Only rules that may be overruled.")
    )

    def __init__(self, *args, stream: Stream, **options):
        super().__init__(*args, **options)
        self.stream = stream
        mentors = mentors_for_groups(stream.cohort)
        self.fields["lead"].queryset = mentors
        self.fields["cofacilitators"].queryset = mentors
        self.fields["mentees"].queryset = mentees_for_groups(stream)
        self.fields["mentees"].help_text = _(
            "%(sizes)s, who chose this stream or none and are in no group yet."
        ) % {"sizes": sizes(GroupRules.of(stream.cohort))}

    def plan(self) -> GroupPlan:
        chosen = self.cleaned_data
        return GroupPlan(
            self.stream,
            chosen["lead"],
            list(chosen["cofacilitators"]),
            list(chosen["mentees"]),
            chosen["name"],
        )


class GroupRunForm(forms.Form):
    """By which rules the groups of a stream are formed, this time, and which mentors take part."""

    least = forms.IntegerField(label=_("Fewest mentees"), min_value=2, max_value=MOST_IN_A_GROUP)
    most = forms.IntegerField(label=_("Most mentees"), min_value=2, max_value=MOST_IN_A_GROUP)
    cofacilitators = forms.IntegerField(
        label=_("Co-facilitators"),
        min_value=0,
        max_value=MOST_COFACILITATORS,
        help_text=_("Beside the mentor who leads it."),
    )
    mixes_employers = forms.BooleanField(
        label=_("At most one person of each organisation in a group"), required=False
    )
    leads = forms.ModelMultipleChoiceField(queryset=Application.objects.none(), required=False)
    helpers = forms.ModelMultipleChoiceField(queryset=Application.objects.none(), required=False)

    def __init__(self, data=None, *, stream: Stream):
        self.mentors = list(mentors_to_lead(stream)[:MOST_OFFERED])
        super().__init__(data, initial=usual(stream.cohort, stream, self.mentors))
        for name in ("leads", "helpers"):
            self.fields[name].queryset = mentors_to_lead(stream)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("least", 0) > cleaned.get("most", MOST_IN_A_GROUP):
            self.add_error("most", _("The most mentees of a group cannot be fewer than the fewest."))
        if not cleaned.get("leads"):
            self.add_error("leads", _("Tick at least one mentor who may lead."))
        return cleaned

    @property
    def rules(self) -> GroupRules:
        chosen = self.cleaned_data
        return GroupRules(
            chosen["least"], chosen["most"], chosen["cofacilitators"], chosen["mixes_employers"]
        )

    def rows(self) -> list[tuple[Application, bool, bool]]:
        """Each mentor with what is ticked: may lead, may co-facilitate."""
        leads, helpers = (self.ticked(name) for name in ("leads", "helpers"))
        return [(one, one.pk in leads, one.pk in helpers) for one in self.mentors]

    def ticked(self, name: str) -> set[int]:
        return {int(value) for value in self[name].value() or [] if str(value).isdigit()}


def usual(cohort: Cohort, stream: Stream, mentors: list[Application]) -> dict:
    """What a cohort asks for; mentors for groups only, or of this very stream, are the ones to lead."""
    first = [one.pk for one in mentors if one.capacity == 0 or one.stream_id == stream.pk]
    everybody = [one.pk for one in mentors]
    return {
        "least": cohort.group_mentees_least,
        "most": cohort.group_mentees_most,
        "cofacilitators": cohort.group_cofacilitators,
        "mixes_employers": cohort.group_mixes_employers,
        "leads": first or everybody,
        "helpers": everybody,
    }


class MoveForm(forms.Form):
    """One change of the groups of a run: what is looked at first, and then done."""

    verb = forms.ChoiceField(choices=[(verb, verb) for verb in ("move", "swap", "lead", "new", "dissolve")])
    who = forms.IntegerField(required=False, min_value=1)
    to = forms.IntegerField(required=False, min_value=0)
    other = forms.IntegerField(required=False, min_value=1)
    version = forms.IntegerField(required=False, min_value=0)
    overrule = forms.BooleanField(required=False)

    def move(self) -> Move:
        chosen = self.cleaned_data
        return Move(chosen["verb"], who=chosen["who"], to=chosen["to"], other=chosen["other"])


def in_a_line(application: Application) -> str:
    """Name, roles, disciplines, employer: what one needs to mix a group."""
    person = application.person
    disciplines = [entry.label for entry in person.disciplines.all()]
    employer = [str(person.organisation)] if person.organisation else []
    return " · ".join([str(person), *roles_of(application), *disciplines, *employer])


def roles_of(application: Application) -> list[str]:
    return [str(role) for role in application.person.roles.all() if role.how != PersonRole.How.AIM]
