"""Who shall be in a group: a mentor who leads, co-facilitators and mentees of one stream."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import PersonRole
from matching.group_rules import GroupPlan
from matching.models import Application, Stream
from matching.queries.groups import mentees_for_groups, mentors_for_groups


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
        help_text=_("One or two. Being in a group takes none of a mentor's places."),
    )
    mentees = SeveralPeople(
        label=_("Mentees"),
        queryset=Application.objects.none(),
        required=False,
        help_text=_("Six to eight, who chose this stream or none and are in no group yet."),
    )

    def __init__(self, *args, stream: Stream, **options):
        super().__init__(*args, **options)
        self.stream = stream
        mentors = mentors_for_groups(stream.cohort)
        self.fields["lead"].queryset = mentors
        self.fields["cofacilitators"].queryset = mentors
        self.fields["mentees"].queryset = mentees_for_groups(stream)

    def plan(self) -> GroupPlan:
        chosen = self.cleaned_data
        return GroupPlan(
            self.stream,
            chosen["lead"],
            list(chosen["cofacilitators"]),
            list(chosen["mentees"]),
            chosen["name"],
        )


def in_a_line(application: Application) -> str:
    """Name, roles, disciplines, employer: what one needs to mix a group."""
    person = application.person
    roles = [str(role) for role in person.roles.all() if role.how != PersonRole.How.AIM]
    disciplines = [entry.label for entry in person.disciplines.all()]
    employer = [str(person.organisation)] if person.organisation else []
    return " · ".join([str(person), *roles, *disciplines, *employer])
