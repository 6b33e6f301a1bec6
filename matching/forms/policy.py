"""The weights of a pair, each with what it means. They make 100 together."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching.engine.policy import WHOLE, Policy
from matching.models import Cohort
from matching.policy import policy_of

LABELS = {
    "needs_0": (
        lazy("First need"),
        lazy("The mentor offers what the mentee needs most. Half for a close topic."),
    ),
    "needs_1": (lazy("Second need"), ""),
    "needs_2": (lazy("Third need"), ""),
    "role": (
        lazy("Role"),
        lazy("The mentor holds, or held, the role that the mentee is growing into, titled or not."),
    ),
    "adjacent_role": (
        lazy("Close role"),
        lazy("Instead of the role itself: another one of its family. Not part of the sum."),
    ),
    "discipline": (lazy("Discipline"), lazy("The same or another one, as the mentee wishes.")),
    "hours_0": (lazy("One hour in common"), lazy("Not part of the sum.")),
    "hours_1": (lazy("Two hours in common"), lazy("Not part of the sum.")),
    "hours_2": (lazy("Three hours in common or more"), lazy("A week, as both are usually free.")),
    "varying_hours": (
        lazy("A rota that varies"),
        lazy("Where either one's hours change from week to week. Not part of the sum."),
    ),
    "language": (lazy("Language"), lazy("The mentor speaks the language that the mentee prefers.")),
    "bridge": (
        lazy("NHS and industry"),
        lazy("The mentor works on the other side, where the mentee wishes so."),
    ),
    "stream": (lazy("Stream"), lazy("Both chose the same stream.")),
    "region": (lazy("Region"), lazy("Both work in the same region. Everything is online, so 0 as a rule.")),
    "choice": (
        lazy("Named by the mentee"),
        lazy("Added for a mentor whom the mentee named first, less for the second. Not part of the sum."),
    ),
}
SWITCHES = {
    "has_floor": (
        lazy("A pair needs something in common"),
        lazy(
            "At least one need or the role, else the pair is never proposed. You can lift this for one person."
        ),
    ),
    "mixes_disciplines": (
        lazy("Mix disciplines"),
        lazy("Who does not mind is matched as if they had wished for another discipline than their own."),
    ),
    "bridges_all": (
        lazy("Bridge for everybody"),
        lazy("NHS with industry counts for every mentee, also for those who did not ask for it."),
    ),
}


class PolicyForm(forms.Form):
    """One number for each weight of the engine's policy, and its switches."""

    def __init__(self, *args, cohort: Cohort, policy: Policy | None = None, **options):
        """policy: what stands in the boxes to begin with, else the cohort's own."""
        self.policy = policy or policy_or_default(cohort)
        super().__init__(*args, initial=flat(self.policy), **options)
        for name, (label, meaning) in LABELS.items():
            self.fields[name] = forms.IntegerField(
                label=label, help_text=meaning, min_value=0, max_value=WHOLE
            )
        for name, (label, meaning) in SWITCHES.items():
            self.fields[name] = forms.BooleanField(label=label, help_text=meaning, required=False)
        if not cohort.lets_mentees_choose:
            del self.fields["choice"]

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        wanted = self.policy.as_dict() | nested(cleaned)
        points = total(wanted)
        if points != WHOLE:
            raise forms.ValidationError(
                _("The weights add up to %(points)s. Change one of them so that they make 100.")
                % {"points": points}
            )
        if wanted["adjacent_role"] > wanted["role"]:
            self.add_error("adjacent_role", _("A close role cannot weigh more than the role itself."))
        if sorted(wanted["hours"]) != wanted["hours"] or wanted["varying_hours"] > wanted["hours"][-1]:
            self.add_error("hours_2", _("More hours in common must not weigh less than fewer."))
        if not self.errors:
            self.policy = Policy.from_dict(wanted)
        return cleaned


def policy_or_default(cohort: Cohort) -> Policy:
    """A policy that no longer holds is mended from the defaults."""
    try:
        return policy_of(cohort)
    except ValueError:
        return Policy()


def flat(policy: Policy) -> dict:
    """`needs` as needs_0, needs_1, needs_2: a box for each number."""
    boxes = {}
    for name, value in policy.as_dict().items():
        if isinstance(value, list):
            boxes |= {f"{name}_{position}": number for position, number in enumerate(value)}
        else:
            boxes[name] = value
    return boxes


def nested(boxes: dict) -> dict:
    lists = {name: [boxes[f"{name}_{position}"] for position in range(3)] for name in ("needs", "hours")}
    return lists | {name: value for name, value in boxes.items() if not name.startswith(("needs_", "hours_"))}


def total(policy: dict) -> int:
    others = ("role", "discipline", "language", "bridge", "stream", "region")
    return sum(policy["needs"]) + policy["hours"][-1] + sum(policy[name] for name in others)
