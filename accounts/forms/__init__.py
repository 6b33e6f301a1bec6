from accounts.forms.fields import EntriesField, LineField, LinesField
from accounts.forms.profile import DeleteForm, LanguageForm, PhotoForm, ProfileForm
from accounts.forms.signup_details import SignupDetails
from accounts.forms.work import WhatIDoForm

__all__ = [
    "DeleteForm",
    "EntriesField",
    "LanguageForm",
    "LineField",
    "LinesField",
    "PhotoForm",
    "ProfileForm",
    "SignupDetails",
    "WhatIDoForm",
]
