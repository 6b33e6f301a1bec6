from django.conf import settings
from django.contrib import admin
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from outbox import audiences, writing
from outbox.admin.forms import LetterForm
from outbox.admin.pages import FRAMES_OURS, PagesMixin, ReadOnlyAdmin
from outbox.models import Letter, Mail
from outbox.placeholders import BadPlaceholder
from outbox.sandbox import sandboxed
from outbox.writing import LetterRefused

WRITE, READ = "outbox.add_letter", "outbox.view_letter"
State = Letter.State
TONES = {State.DRAFT: "warn", State.SENT: "good", State.TAKEN_BACK: "quiet"}


@admin.register(Letter)
class LetterAdmin(PagesMixin, ReadOnlyAdmin):
    """What admins wrote to many people at once, and where the next one is written."""

    list_display = ["letter", "to", "standing", "count"]
    list_display_links = None
    list_filter = ["state"]
    list_select_related = ["sent_by", "written_by"]
    list_per_page = 50
    search_fields = ["subject_en", "subject_fr", "audience_name"]
    search_help_text = lazy("Search by subject, or by whom it went to.")
    change_list_template = "admin/outbox/letters.html"

    def has_add_permission(self, request):
        return request.user.has_perm(WRITE)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        return [
            self.page("<int:pk>/edit/", self.edit, "outbox_letter_edit", permission=WRITE),
            self.page("<int:pk>/send/", self.send, "outbox_letter_send", permission=WRITE, posts_only=True),
            self.page("<int:pk>/try/", self.try_it, "outbox_letter_try", permission=WRITE, posts_only=True),
            self.page(
                "<int:pk>/throw-away/",
                self.throw_away,
                "outbox_letter_throw_away",
                permission=WRITE,
                posts_only=True,
            ),
            self.page(
                "<int:pk>/take-back/",
                self.take_back,
                "outbox_letter_take_back",
                permission=WRITE,
                posts_only=True,
            ),
            self.page("<int:pk>/looks/<slug:language>/", self.looks, "outbox_letter_looks", permission=READ),
            *super().get_urls(),
        ]

    # --- The list ---------------------------------------------------------------------------------

    def changelist_view(self, request, extra_context=None):
        self.names = {address: name for _sort, options in audiences.choices() for address, name in options}
        more = {"title": _("Letters"), "may_write": self.has_add_permission(request)}
        return super().changelist_view(request, more | (extra_context or {}))

    @admin.display(description=lazy("letter"), ordering="pk")
    def letter(self, letter):
        subject = writing.words_of(letter, settings.LANGUAGE_CODE)[0] or _("(no subject yet)")
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:outbox_letter_change", args=[letter.pk]), subject
        )

    @admin.display(description=lazy("to"))
    def to(self, letter):
        return letter.audience_name or self.names.get(letter.audience, "–")

    @admin.display(description=lazy("state"), ordering="sent_at")
    def standing(self, letter):
        who, when = (
            (letter.written_by, letter.changed_at)
            if letter.state == State.DRAFT
            else (letter.sent_by, letter.sent_at)
        )
        moment = date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT")
        return format_html("{}<div>{}, {}</div>", letter.get_state_display(), who or "–", moment)

    @admin.display(description=lazy("readers"), ordering="readers")
    def count(self, letter):
        return "–" if letter.state == State.DRAFT else letter.readers

    # --- Writing ------------------------------------------------------------------------------------

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            return super().add_view(request, form_url, extra_context)
        return self._write(request, Letter(audience=request.GET.get("to", "")))

    def edit(self, request, pk):
        letter = get_object_or_404(Letter, pk=pk)
        if letter.state != State.DRAFT:
            return redirect("admin:outbox_letter_change", pk)
        return self._write(request, letter)

    def _write(self, request, letter):
        form = LetterForm(request.POST or None, instance=letter)
        if request.method == "POST" and form.is_valid():
            try:
                saved = writing.save_draft(
                    form.save(commit=False), by=request.user, seen=form.cleaned_data["seen"]
                )
            except LetterRefused as refused:
                form.add_error(None, str(refused))
            else:
                return redirect("admin:outbox_letter_change", saved.pk)
        return self.show(
            request,
            "letter_form.html",
            title=_("Edit this letter") if letter.pk else _("Write to people"),
            form=form,
            letter=letter,
        )

    # --- One letter ---------------------------------------------------------------------------------

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        found = Letter.objects.select_related("sent_by", "written_by")
        letter = get_object_or_404(found, pk=object_id if object_id.isdecimal() else None)
        is_draft = letter.state == State.DRAFT
        return FRAMES_OURS(self.show)(
            request,
            "letter.html",
            title=str(letter) if letter.subject_en or letter.subject_fr else _("(no subject yet)"),
            letter=letter,
            is_draft=is_draft,
            may_write=self.has_add_permission(request),
            tone=TONES[letter.state],
            **(self._plan(request, letter) if is_draft else self._report(request, letter)),
        )

    def _plan(self, request, letter):
        try:
            audience = writing.audience_of(letter)
        except LetterRefused as refused:
            return {"hindrance": str(refused), "versions": self._versions(request, letter, {})}
        readers = writing.readers_of(audience)
        return {
            "audience": audience,
            "readers": readers,
            "hindrance": hindrance(letter),
            "versions": self._versions(request, letter, readers.by_language),
        }

    def _report(self, request, letter):
        mails = Mail.objects.filter(key__startswith=f"letter:{letter.pk}:")
        states = dict(mails.order_by().values_list("state").annotate(Count("pk")))
        return {
            "audience": letter.audience_name,
            "states": [(Mail.State(state).label, count) for state, count in sorted(states.items())],
            "may_take_back": letter.state == State.SENT
            and any(states.get(state) for state in (Mail.State.QUEUED, Mail.State.RETRYING)),
            "versions": self._versions(request, letter, {}),
        }

    def _versions(self, request, letter, by_language):
        """Each language in which it is written, as its readers get it; the admin stands in for them."""
        for language in writing.LANGUAGES:
            if getattr(letter, f"subject_{language}") or getattr(letter, f"body_{language}"):
                looks = writing.preview(letter, language, reader=request.user)
                frame = reverse("admin:outbox_letter_looks", args=[letter.pk, language])
                info = get_language_info(language)
                yield {
                    "code": language,
                    "name": info["name_translated"],
                    "count": by_language.get(language),
                    "looks": looks,
                    "frame": frame,
                }

    def looks(self, request, pk, language):
        if language not in writing.LANGUAGES:
            raise Http404
        letter = get_object_or_404(Letter, pk=pk)
        return sandboxed(writing.preview(letter, language, reader=request.user).html)

    # --- What is done with it -----------------------------------------------------------------------

    def send(self, request, pk):
        letter = get_object_or_404(Letter, pk=pk)
        try:
            count = writing.send_letter(letter, by=request.user, seen=seen_by(request))
        except (LetterRefused, BadPlaceholder) as refused:
            self.refused(request, refused)
        else:
            self.log_change(request, letter, "sent")
            sentence = ngettext(
                "The letter is on its way to %(count)d person. Where it is night, it arrives in the morning.",
                "The letter is on its way to %(count)d people. Where it is night, it arrives in the morning.",
                count,
            )
            self.succeeded(request, sentence % {"count": count})
        return redirect("admin:outbox_letter_change", pk)

    def try_it(self, request, pk):
        letter = get_object_or_404(Letter, pk=pk)
        if writing.try_on_oneself(letter, reader=request.user):
            self.succeeded(
                request,
                _("It is on its way to you, %(address)s, and to nobody else.")
                % {"address": request.user.email},
            )
        return redirect("admin:outbox_letter_change", pk)

    def throw_away(self, request, pk):
        letter = get_object_or_404(Letter, pk=pk)
        try:
            writing.throw_away(letter, seen=seen_by(request))
        except LetterRefused as refused:
            self.refused(request, refused)
            return redirect("admin:outbox_letter_change", pk)
        self.succeeded(request, _("The draft is thrown away. Nobody was written to."))
        return redirect("admin:outbox_letter_changelist")

    def take_back(self, request, pk):
        letter = get_object_or_404(Letter, pk=pk)
        try:
            writing.take_back(letter)
        except LetterRefused as refused:
            self.refused(request, refused)
        else:
            self.log_change(request, letter, "taken back")
            self.succeeded(request, _("What has not left yet is kept back. Whoever has it already keeps it."))
        return redirect("admin:outbox_letter_change", pk)


def hindrance(letter: Letter) -> str:
    """Why it cannot leave as it is, or ""."""
    try:
        writing.check_letter(letter)
    except (LetterRefused, BadPlaceholder) as refused:
        return str(refused)
    return ""


def seen_by(request) -> int:
    version = request.POST.get("seen", "")
    return int(version) if version.isdecimal() else 0
