"""What each kind of mail looks like, how it is worded, and whether it is held back."""

from secrets import token_urlsafe

from django.conf import settings
from django.core.cache import cache
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from outbox import kinds, pausing, previews, wordings
from outbox.admin.forms import WordingForm
from outbox.admin.pages import FRAMES_OURS, PagesMixin
from outbox.kinds import UnknownKind
from outbox.pausing import AlreadyPaused, MayNotBePaused, NotPaused
from outbox.sandbox import sandboxed
from outbox.wordings import Said, WordingRefused

LOOK, WORD, PAUSE = "outbox.view_mail", "outbox.change_wording", "outbox.change_pause"
SECONDS_A_TRIAL_IS_KEPT = 60 * 60


class KindPages(PagesMixin):
    """Pages of the mail log's admin, beside the log."""

    def kind_urls(self):
        word = {"permission": WORD}
        return [
            self.page("kinds/", self.kinds_view, "outbox_mail_kinds", permission=LOOK),
            self.page(
                "kinds/<slug:name>/pause/",
                self.pause_view,
                "outbox_kind_pause",
                permission=PAUSE,
                posts_only=True,
            ),
            self.page(
                "kinds/<slug:name>/resume/",
                self.resume_view,
                "outbox_kind_resume",
                permission=PAUSE,
                posts_only=True,
            ),
            # After the verbs, which would pass for languages.
            self.page(
                "kinds/<slug:name>/<slug:language>/",
                FRAMES_OURS(self.kind_view),
                "outbox_mail_kind",
                permission=LOOK,
            ),
            self.page(
                "kinds/<slug:name>/<slug:language>/wording/",
                FRAMES_OURS(self.wording_view),
                "outbox_wording",
                **word,
            ),
            self.page(
                "kinds/<slug:name>/<slug:language>/shipped/",
                self.shipped_view,
                "outbox_wording_shipped",
                posts_only=True,
                **word,
            ),
            self.page("trial/<str:token>/", self.trial_view, "outbox_wording_trial", **word),
        ]

    # --- All of them --------------------------------------------------------------------------------

    def kinds_view(self, request):
        changed, held = wordings.changed(), {pause.kind: pause for pause in pausing.paused()}
        rows = [
            {
                "kind": kind,
                "pause": held.get(kind.name),
                "wordings": [
                    (code, name, changed.get((kind.name, code)))
                    for code, name in settings.LANGUAGES
                    if kind.sample
                ],
            }
            for kind in sorted(kinds.every(), key=lambda kind: str(kind.label).casefold())
        ]
        return self.show(
            request,
            "kinds.html",
            title=_("What our mails look like"),
            rows=rows,
            may_word=request.user.has_perm(WORD),
            may_pause=request.user.has_perm(PAUSE),
        )

    def kind_view(self, request, name, language):
        kind = _find(name, language)
        return self.show(
            request,
            "kind.html",
            title=kind.label,
            kind=kind,
            language=language,
            languages=settings.LANGUAGES,
            may_word=request.user.has_perm(WORD),
            wording=wordings.changed().get((name, language)),
            rendering=previews.render_sample(kind, language),
            frame=reverse("outbox:sample", args=[name, language]),
        )

    # --- Its wording ----------------------------------------------------------------------------------

    def wording_view(self, request, name, language):
        kind, wording = _find(name, language), wordings.find(name, language)
        form = WordingForm(request.POST or None, wording=wording)
        trial = {}
        if request.method == "POST" and form.is_valid():
            said = form.said()
            if "save" not in request.POST:
                trial = _try(kind, language, said)
            elif self._reword(request, form, said):
                return redirect("admin:outbox_mail_kind", name, language)
        return self.show(
            request,
            "wording.html",
            title=_("Wording in %(language)s") % {"language": get_language_info(language)["name_translated"]},
            kind=kind,
            language=language,
            form=form,
            wording=wording,
            out_of_use=wordings.out_of_use(wording),
            **trial,
        )

    def _reword(self, request, form, said) -> bool:
        wording = form.wording
        try:
            wordings.reword(
                wording.kind, wording.language, said, by=request.user, seen=form.cleaned_data["seen"]
            )
        except WordingRefused as refused:
            form.add_error(None, str(refused))
            return False
        self.succeeded(request, _("Saved. From now on, mails of this kind say this."))
        return True

    def shipped_view(self, request, name, language):
        _find(name, language)
        try:
            wordings.reword(name, language, Said(), by=request.user, seen=int(request.POST.get("seen") or 0))
        except WordingRefused as refused:
            self.refused(request, refused)
            return redirect("admin:outbox_wording", name, language)
        self.succeeded(request, _("The shipped wording is back."))
        return redirect("admin:outbox_mail_kind", name, language)

    def trial_view(self, request, token):
        html = cache.get(_key(token))
        if html is None:
            raise Http404
        return sandboxed(html)

    # --- Holding it back ------------------------------------------------------------------------------

    def pause_view(self, request, name):
        try:
            pause = pausing.pause(name, by=request.user)
        except UnknownKind:
            raise Http404 from None
        except (MayNotBePaused, AlreadyPaused) as refused:
            self.refused(request, refused)
        else:
            self.log_addition(request, pause, "paused")
            self.succeeded(
                request,
                _("“%(kind)s” is paused. What is queued from now on waits until you let it go.")
                % {"kind": kinds.label(name)},
            )
        return redirect("admin:outbox_mail_kinds")

    def resume_view(self, request, name):
        try:
            count = pausing.resume(name)
        except NotPaused as refused:
            self.refused(request, refused)
        else:
            sentence = ngettext(
                "“%(kind)s” goes again. %(count)d mail that waited is on its way.",
                "“%(kind)s” goes again. %(count)d mails that waited are on their way.",
                count,
            )
            self.succeeded(request, sentence % {"kind": kinds.label(name), "count": count})
        return redirect("admin:outbox_mail_kinds")


def _find(name, language):
    kind = previews.find(name, language)
    if kind is None:
        raise Http404
    return kind


def _try(kind, language, said) -> dict:
    """How it would look; the HTML is kept for an hour, for the frame to ask for."""
    rendering, token = previews.render_sample(kind, language, said), token_urlsafe(24)
    cache.set(_key(token), rendering.html, SECONDS_A_TRIAL_IS_KEPT)
    return {"rendering": rendering, "frame": reverse("admin:outbox_wording_trial", args=[token])}


def _key(token: str) -> str:
    return f"wording-trial:{token}"
