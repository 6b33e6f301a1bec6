from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import Cohort, MatchRun
from matching.presets import BALANCED, OWN, PRESETS, name_of


class StartForm(forms.Form):
    """Under which policy, and whether what was decided by hand in the last run still stands."""

    seed = forms.IntegerField(
        label=_("Seed"),
        initial=0,
        min_value=0,
        max_value=999_999,
        help_text=_("Settles ties. The same people, weights and seed give the same pairs."),
    )

    def __init__(self, *args, cohort: Cohort, ruled_on: MatchRun | None, **options):
        super().__init__(*args, **options)
        # A cohort without weights of its own has the balanced ones.
        own = [OWN] if cohort.policy else []
        self.fields["preset"] = forms.ChoiceField(
            label=_("What counts"),
            choices=[(key, name_of(key)) for key in [*own, *PRESETS]],
            initial=OWN if own else BALANCED,
            required=False,
        )
        if ruled_on:
            self.fields["keeps_rulings"] = forms.BooleanField(
                label=_("Keep what was decided by hand"), initial=True, required=False
            )

    @property
    def chosen(self) -> str:
        """The preset that stands ticked."""
        return self["preset"].value() or OWN
