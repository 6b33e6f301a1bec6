from django import forms
from django.utils.translation import gettext_lazy as _

from matching.models import Cohort


class CohortForm(forms.ModelForm):
    """Says beside the date that is wrong what is wrong with it; the database's own rules stand behind."""

    class Meta:
        model = Cohort
        fields = [
            "programme", "name_en", "name_fr", "slug",
            "opens_at", "closes_at", "starts_on", "ends_on",
            "hold_days", "lets_mentees_choose",
            "group_mentees_least", "group_mentees_most", "group_cofacilitators", "group_mixes_employers",
        ]  # fmt: skip

    def clean(self):
        self._refuse_unless_after("closes_at", "opens_at", _("Applications must close after they open."))
        self._refuse_unless_after("ends_on", "starts_on", _("A cohort must end after it starts."))
        self._refuse_fewer_than_the_fewest()
        self._refuse_late_window()
        return self.cleaned_data

    def _refuse_unless_after(self, later: str, earlier: str, sentence: str) -> None:
        first, second = self.cleaned_data.get(earlier), self.cleaned_data.get(later)
        if first and second and second <= first:
            self.add_error(later, sentence)

    def _refuse_fewer_than_the_fewest(self) -> None:
        least, most = (self.cleaned_data.get(f"group_mentees_{end}") for end in ("least", "most"))
        if least and most and most < least:
            sentence = _("The most mentees of a group cannot be fewer than the fewest.")
            self.add_error("group_mentees_most", sentence)

    def _refuse_late_window(self) -> None:
        opens_at, ends_on = self.cleaned_data.get("opens_at"), self.cleaned_data.get("ends_on")
        if opens_at and ends_on and opens_at.date() >= ends_on:
            self.add_error("opens_at", _("Applications would open when the cohort is over."))


class StreamFormSet(forms.BaseInlineFormSet):
    """Streams in a table, whose headings name no box to whoever cannot see it: each box says what it is."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        for field in form.visible_fields():
            words = [str(field.label), str(form.instance) if form.instance.pk else ""]
            field.field.widget.attrs["aria-label"] = ", ".join(filter(None, words))
