from accounts.forms.fields import EntriesField, LineField, LinesField
from accounts.forms.signup_details import SignupDetails
from accounts.forms.work import WhatIDoForm

__all__ = ["EntriesField", "LineField", "LinesField", "SignupDetails", "WhatIDoForm"]
