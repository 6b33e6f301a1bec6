from django import forms
from django.db import models

# The stock pair of boxes for a date and a time shares one label; the browser's own control has one of each.
NATIVE_DATES = {
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    },
    models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
}
