from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox import kinds, preferences
from outbox.kinds import Group, MailKind
from outbox.models import Preference, Silence
from outbox.quiet import zone_of

LONGEST_SILENCE = timedelta(days=366)


class PreferencesForm(forms.Form):
    """One choice for each kind of mail that may be switched off, and a pause."""

    silent_until = forms.DateField(
        label=gettext_lazy("No such mail before"),
        required=False,
        help_text=gettext_lazy(
            "For a holiday or a leave. What always comes still comes; the rest is not sent later."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data=None, *, person):
        self.person = person
        self.kinds = preferences.to_choose()
        held = preferences.of(person)
        silence = Silence.objects.filter(person=person, until__gt=self._today()).first()
        super().__init__(data, initial={**held, "silent_until": silence and silence.until})
        for kind in self.kinds:
            self.fields[kind.name] = forms.ChoiceField(label=kind.title, choices=_ways(kind), required=False)

    def groups(self) -> list[dict]:
        """What one may choose, under its headings."""
        return [
            {"label": group.label, "fields": [self[kind.name] for kind in self.kinds if kind.group == group]}
            for group in Group
            if any(kind.group == group for kind in self.kinds)
        ]

    def always(self) -> list[dict]:
        """What comes whatever one chooses, under its headings, each with why."""
        essential = [
            kind
            for kind in kinds.every()
            if not kind.may_be_switched_off and (self.person.is_staff or not kind.is_for_admins)
        ]
        return [
            {
                "label": group.label,
                "why": group.why_always,
                "kinds": [kind.title for kind in essential if kind.group == group],
            }
            for group in Group
            if any(kind.group == group for kind in essential)
        ]

    def clean_silent_until(self):
        until, today = self.cleaned_data["silent_until"], self._today()
        if until and until <= today:
            raise ValidationError(_("This day has come already. Choose a later one, or leave it empty."))
        if until and until > today + LONGEST_SILENCE:
            raise ValidationError(
                _("Choose a day within a year, or switch off the kinds that you do not want.")
            )
        return until

    def _today(self):
        return timezone.now().astimezone(zone_of(self.person)).date()

    def save(self) -> None:
        wishes = {kind.name: self.cleaned_data[kind.name] or preferences.AT_ONCE for kind in self.kinds}
        preferences.save(self.person, wishes, silent_until=self.cleaned_data["silent_until"])


def _ways(kind: MailKind) -> list[tuple[str, str]]:
    ways = [(preferences.AT_ONCE, gettext_lazy("at once"))]
    if kind.may_wait_for_digest:
        ways.append((Preference.How.WEEKLY, Preference.How.WEEKLY.label))
    ways.append((Preference.How.NEVER, Preference.How.NEVER.label))
    return [(how, capfirst(label)) for how, label in ways]
