from django import forms
from django.contrib import admin, messages
from django.db.models import F
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from matching import answers
from matching.admin.history import HistoryPages
from matching.admin.pages import PagesMixin
from matching.admin.queue import VERBS, QueuePages
from matching.errors import Refused
from matching.forms.decisions import NoteForm
from matching.models import Application, ApplicationNote, Stream
from matching.models.application import MOST_PLACES
from matching.queries.applications import standing_mentorships
from matching.services import decisions
from matching.services.decisions import MAY_FOLLOW

State = Application.State
Part = Application.Part


class ApplicationForm(forms.ModelForm):
    """What an admin may change of an application, and in which state they saw it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Application
        fields = ["stream", "capacity", "is_floor_lifted"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.initial["seen"] = self.instance.state
        if "stream" in self.fields:
            self.fields["stream"].queryset = Stream.objects.filter(cohort=self.instance.cohort_id)

    def clean_capacity(self):
        capacity = self.cleaned_data["capacity"]
        if capacity > MOST_PLACES:
            raise forms.ValidationError(_("A mentor can offer 0 to 8 places."))
        if capacity < self.instance.taken:
            raise forms.ValidationError(
                _("This mentor is matched with %(taken)s already, so the places cannot be fewer than that.")
                % {"taken": self.instance.taken}
            )
        return capacity


def decide_in_bulk(answer: str):
    @admin.action(description=VERBS[answer], permissions=["change"])
    def action(modeladmin, request, queryset):
        chosen = queryset.order_by("person__sort_key", "pk")
        return modeladmin.ask(request, answer, chosen, back=request.get_full_path())

    action.__name__ = {State.ACCEPTED: "accept", State.WAITING: "waiting", State.DECLINED: "decline"}[answer]
    return action


@admin.register(Application)
class ApplicationAdmin(HistoryPages, QueuePages, PagesMixin, admin.ModelAdmin):
    """People apply for themselves; here somebody decides, and sees what the decision needs. Blocks are not here."""

    form = ApplicationForm
    list_display = ["person", "does", "part", "state", "sent"]
    list_filter = ["cohort", "part", "state", "stream"]
    list_select_related = ["person"]
    list_per_page = 50
    search_fields = ["person__name", "person__sort_key", "person__email"]
    search_help_text = lazy("Search by name or mail address.")
    ordering = [F("submitted_at").desc(nulls_last=True), "-pk"]
    actions = [decide_in_bulk(answer) for answer in VERBS]
    change_form_template = "admin/matching/application/change_form.html"
    readonly_fields = [
        "who", "does", "growing_into", "official", "works_as", "about",
        "needs", "offers", "wishes", "places_taken", "hours",
        "standing", "sent", "decision", "meets",
    ]  # fmt: skip

    def get_urls(self):
        return self.queue_urls() + super().get_urls()

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        is_own = obj is not None and obj.person_id == request.user.pk
        return not is_own and super().has_change_permission(request, obj)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("person__roles__role")

    def get_object(self, request, object_id, from_field=None):
        if not object_id.isdecimal():
            return None
        found = answers.with_answers(Application.objects.select_related("decided_by"))
        return found.filter(pk=object_id).first()

    def get_fieldsets(self, request, obj=None):
        is_mentor = obj.part == Part.MENTOR
        asked = ["offers", "capacity", "places_taken"] if is_mentor else ["growing_into", "needs"]
        changeable = ["stream"] if is_mentor else ["stream", "is_floor_lifted"]
        hidden = ["seen"] if self.has_change_permission(request, obj) else []
        return [
            (None, {"fields": ["who", "does", "works_as", "official", "about"]}),
            (
                _("What they offer") if is_mentor else _("What they ask for"),
                {"fields": [*asked, "wishes", "hours"]},
            ),
            (_("Place in the cohort"), {"fields": [*changeable, "meets"]}),
            (_("Decision"), {"fields": ["standing", "sent", "decision", *hidden]}),
        ]

    # --- what the decision needs, roles first ---

    @admin.display(description=lazy("person"))
    def who(self, application):
        return format_html("{}, {}", application.person, application.get_part_display())

    @admin.display(description=lazy("what they do"))
    def does(self, application):
        return _list(answers.roles(application))

    @admin.display(description=lazy("growing into"))
    def growing_into(self, application):
        return _list(answers.aims(application))

    @admin.display(description=lazy("discipline"))
    def works_as(self, application):
        person = application.person
        return _list([*(each.label for each in person.disciplines.all()), person.other_discipline])

    @admin.display(description=lazy("official title"))
    def official(self, application):
        person = application.person
        return " · ".join(str(part) for part in (person.official_title, person.organisation) if part) or "–"

    @admin.display(description=lazy("in their own words"))
    def about(self, application):
        return application.person.about or "–"

    @admin.display(description=lazy("needs, most wanted first"))
    def needs(self, application):
        return _list(answers.topics(application.needs.all(), shows_sensitive=False))

    @admin.display(description=lazy("offers"))
    def offers(self, application):
        return _list(answers.topics(application.offers.all(), shows_sensitive=False))

    @admin.display(description=lazy("wishes"))
    def wishes(self, application):
        return _list(answers.wishes(application))

    @admin.display(description=lazy("hours"))
    def hours(self, application):
        kept = getattr(application, "availability", None)
        varies = [_("The rota varies")] if kept and kept.varies else []
        zone = [kept.zone] if kept else []
        return _list([*answers.hours(application), *varies, *zone])

    @admin.display(description=lazy("places taken"))
    def places_taken(self, application):
        return application.taken

    @admin.display(description=lazy("state"))
    def standing(self, application):
        return application.get_state_display()

    @admin.display(description=lazy("sent"), ordering="submitted_at")
    def sent(self, application):
        return (
            date_format(localtime(application.submitted_at), "SHORT_DATE_FORMAT")
            if application.submitted_at
            else "–"
        )

    @admin.display(description=lazy("decided"))
    def decision(self, application):
        if not application.decided_at:
            return "–"
        when = date_format(localtime(application.decided_at), "SHORT_DATETIME_FORMAT")
        return format_html("{}, {}", when, application.decided_by or "–")

    @admin.display(description=lazy("meets"))
    def meets(self, application):
        """Each mentorship that stands, by those whom this person meets in it."""
        lines = format_html_join(
            mark_safe("<br>"),
            '<a href="{}">{}</a> · {}',
            (
                (
                    reverse("admin:matching_mentorship_change", args=[each.pk]),
                    ", ".join(str(one.person) for one in each.active if one.application_id != application.pk),
                    each.get_state_display(),
                )
                for each in standing_mentorships(application)
            ),
        )
        return lines or _("Nobody yet")

    # --- deciding ---

    def render_change_form(self, request, context, obj=None, **options):
        may_decide = self.has_change_permission(request, obj)
        context["is_own"] = obj.person_id == request.user.pk
        context["answers"] = [
            (answer, verb) for answer, verb in VERBS.items() if may_decide and obj.state in MAY_FOLLOW[answer]
        ]
        context["notes"] = ApplicationNote.objects.filter(application=obj).select_related("by")
        context["note_form"] = NoteForm(auto_id=False)
        return super().render_change_form(request, context, obj=obj, **options)

    def save_model(self, request, obj, form, change):
        changed = form.changed_data
        if "capacity" in changed:
            self._change_places(request, obj)
        if "is_floor_lifted" in changed:
            decisions.lift_floor(obj, is_lifted=obj.is_floor_lifted)
        if "stream" in changed:
            decisions.move_to_stream(obj, obj.stream)

    def _change_places(self, request, obj):
        try:
            decisions.change_places(obj, capacity=obj.capacity)
        except Refused as refused:
            self.message_user(request, str(refused), messages.WARNING)

    def response_change(self, request, obj):
        answer = next((answer for answer in VERBS if f"decide_{answer}" in request.POST), None)
        if answer is None:
            return super().response_change(request, obj)
        try:
            decisions.decide(obj, answer, by=request.user, seen=request.POST.get("seen", ""))
        except Refused as refused:
            self.message_user(request, str(refused), messages.WARNING)
        else:
            self._log(request, obj, answer)
            self.message_user(request, _one_sentence(obj), messages.SUCCESS)
        return HttpResponseRedirect(request.path)

    def _log(self, request, application, answer):
        self.log_change(request, application, str(State(answer).label))


def _one_sentence(application):
    return _("The application of %(person)s is %(state)s now. They are told by mail.") % {
        "person": application.person,
        "state": application.get_state_display(),
    }


def _list(lines):
    shown = [(line,) for line in lines if line]
    return format_html_join(mark_safe("<br>"), "{}", shown) or "–"
