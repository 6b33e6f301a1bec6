"""Who shall be in a group, by which rules groups are formed, and how they are changed by hand."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import PersonRole
from matching.group_rules import MOST_COFACILITATORS, GroupPlan, GroupRules, sizes
from matching.models import Application, Cohort, Stream
from matching.models.programme import MOST_IN_A_GROUP
from matching.queries.groups import (
    MOST_OFFERED,
    Offered,
    mentees_for_groups,
    mentors_for_groups,
    mentors_to_lead,
    offered,
)
from matching.services.group_moves import Move

# People listed at a time on the page for one group, besides those who are chosen: more than one reads.
MENTEES_LISTED, MENTORS_LISTED = 60, 40


class SeveralPeople(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class GroupForm(forms.Form):
    """The rules of a group are the service's to check, all at once; here only who it is about.

    Anybody who may be in it can be chosen; listed are those whom a search finds, and whoever is chosen already.
    """

    q = forms.CharField(
        label=_("Search"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search"}),
        help_text=_("A name, role, discipline or organisation. Whoever is chosen stays listed."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("As its people will know it; else the stream's."),
    )
    lead = forms.ModelChoiceField(label=_("Lead"), queryset=Application.objects.none(), required=False)
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
        mentors, mentees = mentors_for_groups(stream.cohort), mentees_for_groups(stream)
        # Not "mentees": a template would find the field of that name.
        self.listed_mentors = self.offer("lead", "cofacilitators", people=mentors)
        self.listed_mentees = self.offer("mentees", people=mentees)
        self.fields["mentees"].help_text = _(
            "%(sizes)s, who chose this stream or none and are in no group yet."
        ) % {"sizes": sizes(GroupRules.of(stream.cohort))}

    def offer(self, *names: str, people: QuerySet[Application]) -> Offered:
        """Let these fields accept anybody of these people, and list some."""
        chosen = {pk for name in names for pk in self.ticked(name)}
        most = MENTEES_LISTED if "mentees" in names else MENTORS_LISTED
        listed = offered(people, self.stream, self["q"].value() or "", chosen=chosen, most=most)
        lines = [(one.pk, in_a_line(one)) for one in listed.everybody]
        for name in names:
            field = self.fields[name]
            # In this order: a queryset given anew would list everybody.
            field.queryset = people
            is_one = not isinstance(field, SeveralPeople)
            field.widget.choices = [("", field.empty_label), *lines] if is_one else lines
        return listed

    def ticked(self, name: str) -> set[int]:
        value = self[name].value() or []
        values = value if isinstance(value, list) else [value]
        return {int(one) for one in values if str(one).isdecimal()}

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
