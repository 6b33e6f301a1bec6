from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.forms.fields import LanguagesField, LineField, LinesField
from accounts.languages import all_names, language_code, usual_languages
from accounts.models import Person
from accounts.models.person import Region
from accounts.services.photos import MOST_BYTES, NotAPicture, redrawn, set_photo
from accounts.services.profile import save_profile
from accounts.time_zones import zone_choices


class ProfileForm(forms.Form):
    """Who somebody is; what they do is the WhatIDoForm."""

    name = LineField(
        label=gettext_lazy("Your name"),
        max_length=120,
        help_text=gettext_lazy("As you wish to be called."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    pronouns = LineField(
        label=gettext_lazy("Pronouns"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Such as she/her. They stand beside your name."),
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        required=False,
        choices=[("", gettext_lazy("I would rather not say")), *Region.choices],
    )
    spoken_languages = LanguagesField(
        label=gettext_lazy("Languages you could be mentored in"), required=False
    )
    another_language = LineField(
        label=gettext_lazy("Another language"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "language-names", "autocomplete": "off"}),
    )
    about = LinesField(
        label=gettext_lazy("In your own words"),
        max_length=1500,
        required=False,
        help_text=gettext_lazy(
            "A few sentences: what you are working on, what you enjoy. Whoever you are matched with reads them."
        ),
    )

    def __init__(self, data=None, *, person: Person):
        self.person = person
        held = {name: getattr(person, name) for name in self.base_fields if name != "another_language"}
        super().__init__(data, initial=held)
        self.fields["spoken_languages"].choices = usual_languages(
            get_language(), also=tuple(person.spoken_languages)
        )

    @property
    def language_names(self) -> list[str]:
        return all_names(get_language())

    def clean_another_language(self):
        typed = self.cleaned_data["another_language"]
        code = language_code(typed) if typed else ""
        if code is None:
            raise ValidationError(_("We do not know this language. Write its English or its French name."))
        return code

    def clean(self):
        cleaned = super().clean()
        spoken = [*cleaned.get("spoken_languages", []), cleaned.pop("another_language", "")]
        cleaned["spoken_languages"] = [code for code in dict.fromkeys(spoken) if code]
        if not cleaned["spoken_languages"] and not self.errors:
            self.add_error("spoken_languages", _("Choose at least one language."))
        return cleaned

    def save(self) -> Person:
        save_profile(self.person, **self.cleaned_data)
        return self.person


class LanguageForm(forms.Form):
    """In which language, and at what time of day, the programme speaks to somebody."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of pages and mail"), choices=settings.LANGUAGES, widget=forms.RadioSelect
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Every time on the pages and in mails is shown in it."),
    )

    def __init__(self, data=None, *, person: Person):
        self.person = person
        super().__init__(data, initial={"language": person.language, "time_zone": person.time_zone})
        self.fields["time_zone"].choices = zone_choices(get_language())

    def save(self) -> Person:
        save_profile(self.person, **self.cleaned_data)
        return self.person


class PhotoForm(forms.Form):
    picture = forms.FileField(
        label=gettext_lazy("A picture of you"),
        help_text=gettext_lazy(
            "JPEG, PNG or WebP, up to 8 MB. We cut it square and keep a small copy, without the place where it was taken."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": gettext_lazy("Choose a picture first."),
            "empty": gettext_lazy("This file is empty. Choose another one."),
        },
    )

    def __init__(self, data=None, files=None, *, person: Person):
        self.person = person
        super().__init__(data, files)

    def clean_picture(self):
        file = self.cleaned_data["picture"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("This picture is larger than 8 MB. Send a smaller one."))
        try:
            return redrawn(file)
        except NotAPicture as error:
            raise ValidationError(str(error)) from error

    def save(self) -> None:
        set_photo(self.person, self.cleaned_data["picture"])


class DeleteForm(forms.Form):
    address = LineField(
        label=gettext_lazy("Your mail address"),
        max_length=254,
        help_text=gettext_lazy("Type it to confirm that you mean this account."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data=None, *, person: Person):
        self.person = person
        super().__init__(data)

    def clean_address(self):
        if self.cleaned_data["address"].casefold() != self.person.email.casefold():
            raise ValidationError(_("This is not the address of your account. Nothing was deleted."))
        return self.cleaned_data["address"]
