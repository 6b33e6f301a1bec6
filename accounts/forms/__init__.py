from accounts.forms.fields import EntriesField, LineField, LinesField
from accounts.forms.signing_in import SignupDetails
from accounts.forms.work import WhatIDoForm

__all__ = ["EntriesField", "LineField", "LinesField", "SignupDetails", "WhatIDoForm"]
