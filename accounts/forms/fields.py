from django import forms
from django.db.models import Q
from django.forms.models import ModelChoiceIterator

from accounts.families import heading
from accounts.wording import NOT_TEXT, one_line


class LineField(forms.CharField):
    """Text of one line: control marks and line breaks that a browser would not send are taken out."""

    def to_python(self, value):
        return one_line(super().to_python(value))


class LinesField(forms.CharField):
    """Text of several lines, without control marks other than line breaks."""

    widget = forms.Textarea

    def to_python(self, value):
        lines = super().to_python(value).splitlines()
        return "\n".join(NOT_TEXT.sub("", line).rstrip() for line in lines).strip()


class GroupedIterator(ModelChoiceIterator):
    """Choices under the headings of their families; a catalogue without families stays one list."""

    def __iter__(self):
        headings: dict[str, list] = {}
        for entry in self.queryset:
            headings.setdefault(str(heading(entry.family)), []).append(self.choice(entry))
        if set(headings) <= {""}:
            yield from headings.get("", [])
        else:
            yield from headings.items()


class EntriesBoundField(forms.BoundField):
    """The field on a page: its checkboxes in groups, each with the labels of those that are ticked."""

    def groups(self) -> list[dict]:
        widget = self.field.widget
        groups: dict[str | None, list] = {}
        for name, options, _index in widget.optgroups(
            self.html_name, widget.format_value(self.value()), {"id": self.auto_id}
        ):
            groups.setdefault(name, []).extend(options)
        return [
            {
                "heading": name,
                "options": options,
                "chosen": [option["label"] for option in options if option["selected"]],
            }
            for name, options in groups.items()
        ]


class EntriesField(forms.ModelMultipleChoiceField):
    """Several entries of a catalogue, as grouped checkboxes. What a person chose stays offered when it is hidden."""

    iterator = GroupedIterator
    widget = forms.CheckboxSelectMultiple

    def __init__(self, model, **options):
        super().__init__(model.objects.filter(is_hidden=False), **{"required": False, **options})
        self.model = model

    def get_bound_field(self, form, field_name):
        return EntriesBoundField(form, self, field_name)

    def offer_also(self, chosen) -> None:
        pks = [entry.pk for entry in chosen]
        self.queryset = self.model.objects.filter(Q(is_hidden=False) | Q(pk__in=pks))


class LanguagesField(forms.MultipleChoiceField):
    """Several spoken languages, drawn like the entries of a catalogue."""

    widget = forms.CheckboxSelectMultiple

    def get_bound_field(self, form, field_name):
        return EntriesBoundField(form, self, field_name)
