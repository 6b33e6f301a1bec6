"""What an admin types about mail."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outbox import audiences, placeholders, wordings
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


class WordingForm(forms.Form):
    """A field for each sentence of a kind, and one for what is added below; `seen` as in a letter."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, wording):
        super().__init__(data, initial={"seen": wording.version})
        self.wording = wording
        self.places = {}
        for number, (sentence, said_now) in enumerate(wordings.shown(wording)):
            self._add(f"sentence-{number}", sentence, said_now)
        self.fields["closing"] = forms.CharField(
            label=_("More paragraphs at the end"),
            required=False,
            max_length=2_000,
            initial=wording.closing,
            help_text=placeholders.which_there_are(PLACEHOLDERS),
            widget=forms.Textarea(attrs={"rows": 4, "lang": wording.language}),
        )

    def _add(self, name, sentence, said_now):
        self.places[name] = sentence
        shipped = sentence.shipped(self.wording.language)
        rows = 1 if len(shipped) < 70 else 3
        self.fields[name] = forms.CharField(
            label=shipped,
            required=False,
            max_length=1_000,
            initial=said_now,
            help_text=placeholders.which_there_are(sentence.names) if sentence.names else "",
            widget=forms.Textarea(attrs={"rows": rows, "lang": self.wording.language}),
        )

    def parts(self):
        """The fields under three headings."""
        subject = [self[name] for name, one in self.places.items() if one.is_subject]
        body = [self[name] for name, one in self.places.items() if not one.is_subject and not one.is_shared]
        frame = [self[name] for name, one in self.places.items() if one.is_shared]
        return [
            (_("Subject"), subject),
            (_("Text"), [*body, self["closing"]]),
            (_("Greeting and foot"), frame),
        ]

    def clean(self):
        cleaned = super().clean()
        for name, sentence in self.places.items():
            self._check(name, lambda text, sentence=sentence: wordings.check_sentence(sentence, text))
        self._check("closing", lambda text: placeholders.check(text, known=PLACEHOLDERS))
        return cleaned

    def _check(self, name, check):
        text = self.cleaned_data.get(name)
        try:
            if text:
                check(text)
        except placeholders.BadPlaceholder as mistake:
            self.add_error(name, str(mistake))

    def said(self) -> wordings.Said:
        texts = {sentence.key: self.cleaned_data[name] for name, sentence in self.places.items()}
        return wordings.as_said(self.wording.kind, self.wording.language, texts, self.cleaned_data["closing"])


class DryRunForm(forms.Form):
    to = forms.ChoiceField(label=_("For"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["to"].choices = [("", _("Choose …")), *audiences.choices()]
