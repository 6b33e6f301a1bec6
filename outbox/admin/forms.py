"""What an admin types about mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outbox import audiences, placeholders
from outbox.lettering import PLACEHOLDERS
from outbox.models import Letter


class LetterForm(forms.ModelForm):
    """A letter in both languages; `seen` is the version that its writer had before them."""

    audience = forms.ChoiceField(label=_("To"))
    seen = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Letter
        fields = ["audience", "subject_en", "body_en", "subject_fr", "body_fr"]
        widgets = {name: forms.Textarea(attrs={"rows": 14}) for name in ("body_en", "body_fr")}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["audience"].choices = [("", _("Choose …")), *audiences.choices()]
        self.initial["seen"] = self.instance.version
        for language in ("en", "fr"):
            for part in ("subject", "body"):
                self.fields[f"{part}_{language}"].widget.attrs["lang"] = language

    def languages(self):
        return [(code, self[f"subject_{code}"], self[f"body_{code}"]) for code in ("en", "fr")]

    def clean(self):
        cleaned = super().clean()
        for name in self.Meta.fields[1:]:
            try:
                placeholders.check(cleaned.get(name, ""), known=PLACEHOLDERS)
            except placeholders.BadPlaceholder as mistake:
                self.add_error(name, str(mistake))
        return cleaned
