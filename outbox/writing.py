"""Letters: an admin writes to many people at once; each gets one mail, in the language they read."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import get_language_info, gettext_noop, ngettext
from django.utils.translation import gettext as _

from outbox import audiences, placeholders, queries
from outbox.lettering import PLACEHOLDERS, as_html, as_text, words_for
from outbox.models import Letter, Mail
from outbox.rendering import Rendering, render
from outbox.services import draft_mail, queue_mails, queue_rendered_mail

KIND, TRIAL = "letter", "letter_trial"
LANGUAGES = [code for code, _name in settings.LANGUAGES]

TAKEN_BACK = gettext_noop("The letter was taken back before this left.")
NOT_AMONG_THEM = gettext_noop("This person is no longer among those whom the letter was written to.")

State = Letter.State


class LetterRefused(Exception):
    """A letter that cannot leave as it is; the text says why and what to do."""


class LetterChanged(LetterRefused):
    """Somebody else changed or sent it meanwhile."""


@dataclass(frozen=True)
class Readers:
    """Who would get a letter, by language, and who would not."""

    people: list = field(default_factory=list)
    closed: list = field(default_factory=list)
    suppressed: list = field(default_factory=list)

    @property
    def by_language(self) -> dict[str, int]:
        count = Counter(language_of(person) for person in self.people)
        return {language: count[language] for language in LANGUAGES}


def language_of(person) -> str:
    return person.language if person.language in LANGUAGES else settings.LANGUAGE_CODE


def readers_of(audience: audiences.Chosen) -> Readers:
    everybody = list(audience.people)
    opened = [person for person in everybody if person.is_active]
    refused = queries.suppressed({person.email for person in opened})
    return Readers(
        people=[person for person in opened if person.email.lower() not in refused],
        closed=[person for person in everybody if not person.is_active],
        suppressed=[person for person in opened if person.email.lower() in refused],
    )


def audience_of(letter: Letter) -> audiences.Chosen:
    """Raises LetterRefused where the people it was meant for are there no more."""
    try:
        return audiences.find(letter.audience)
    except audiences.UnknownAudience:
        raise LetterRefused(
            _("Those whom this letter was meant for are not there any longer. Choose anew.")
        ) from None


# --- Writing ------------------------------------------------------------------------------------


def words_of(letter: Letter, language: str) -> tuple[str, str]:
    """Subject and body as this reader gets them; the other language where there is nothing in theirs."""
    for one in [language, *LANGUAGES]:
        if subject := getattr(letter, f"subject_{one}", ""):
            return subject, getattr(letter, f"body_{one}")
    return "", ""


def check_letter(letter: Letter) -> None:
    """Raises LetterRefused where a language that somebody reads is missing, or a placeholder is unknown."""
    readers = readers_of(audience_of(letter))
    if not readers.people:
        raise LetterRefused(_("Nobody there can be written to, so there is nothing to send."))
    for language, count in readers.by_language.items():
        parts = [getattr(letter, f"{part}_{language}") for part in ("subject", "body")]
        if (count or any(parts)) and not all(parts):
            name = get_language_info(language)["name_translated"]
            raise LetterRefused(_missing(count) % {"count": count, "language": name})
        for part in parts:
            placeholders.check(part, known=PLACEHOLDERS)


def _missing(count: int) -> str:
    if not count:
        return _("In %(language)s there is a subject or a text, but not both.")
    return ngettext(
        "%(count)s of them reads %(language)s: write the subject and the text in it too.",
        "%(count)s of them read %(language)s: write the subject and the text in it too.",
        count,
    )


def save_draft(letter: Letter, *, by, seen: int) -> Letter:
    """Keep a letter that has not left; `seen` is the version that its writer had before them. Raises LetterChanged."""
    written = ["audience", "subject_en", "body_en", "subject_fr", "body_fr"]
    if letter.pk is None:
        letter.written_by = by
        letter.save()
        return letter
    fields = {name: getattr(letter, name) for name in written}
    if not _as_seen(letter, seen).update(**fields, version=F("version") + 1, changed_at=timezone.now()):
        raise _changed(letter)
    letter.refresh_from_db()
    return letter


def throw_away(letter: Letter, *, seen: int) -> None:
    """Delete a draft. Raises LetterChanged."""
    if not _as_seen(letter, seen).delete()[0]:
        raise _changed(letter)


def _as_seen(letter: Letter, seen: int):
    return Letter.objects.filter(pk=letter.pk, state=State.DRAFT, version=seen)


def _changed(letter: Letter) -> LetterChanged:
    now = Letter.objects.select_related("sent_by").filter(pk=letter.pk).first()
    if now is None:
        return LetterChanged(_("Somebody has thrown this letter away meanwhile."))
    if now.state == State.DRAFT:
        return LetterChanged(_("Somebody has changed this letter meanwhile. Read it again before you go on."))
    return LetterChanged(
        _("This letter has left already: %(by)s sent it. Nobody gets it twice.") % {"by": now.sent_by}
    )


# --- Sending ------------------------------------------------------------------------------------


@transaction.atomic
def send_letter(letter: Letter, *, by, seen: int) -> int:
    """Queue one mail to each reader; returns how many. Raises LetterRefused, BadPlaceholder, LetterChanged."""
    check_letter(letter)
    audience = audience_of(letter)
    people = readers_of(audience).people
    sent = {
        "state": State.SENT,
        "sent_by": by,
        "sent_at": timezone.now(),
        "readers": len(people),
        "audience_name": str(audience)[:200],
    }
    if not _as_seen(letter, seen).update(**sent):
        raise _changed(letter)
    queue_mails(
        draft_mail(
            KIND,
            key=f"letter:{letter.pk}:{person.pk}",
            person=person,
            context={"letter": letter.pk},
            reply_to=settings.CONTACT_EMAIL,
        )
        for person in people
    )
    return len(people)


def take_back(letter: Letter) -> None:
    """Keep back what has not left yet: at night a letter waits until the morning. Raises LetterRefused."""
    if not Letter.objects.filter(pk=letter.pk, state=State.SENT).update(state=State.TAKEN_BACK):
        raise LetterRefused(_("This letter is not on its way, so nothing was taken back."))


def try_on_oneself(letter: Letter, *, reader) -> list[str]:
    """Send it to its writer as it is now, in each language in which it is written; returns those."""
    written = [language for language in LANGUAGES if getattr(letter, f"subject_{language}")]
    for language in written:
        looks = preview(letter, language, reader=reader)
        with translation.override(language):
            queue_rendered_mail(
                TRIAL,
                key=f"letter_trial:{letter.pk}:{uuid4()}",
                to=reader.email,
                person=reader,
                subject=_("Trial: %(subject)s") % {"subject": looks.subject},
                text=looks.text,
                html=looks.html,
            )
    return written


# --- What a reader gets -------------------------------------------------------------------------


def preview(letter: Letter, language: str, *, reader) -> Rendering:
    return render(KIND, context_for(letter, language, reader), person=reader, language=language)


def about(mail: Mail) -> dict:
    return context_for(Letter.objects.get(pk=mail.context["letter"]), mail.language, mail.person)


def context_for(letter: Letter, language: str, person) -> dict:
    subject, body = words_of(letter, language)
    words = words_for(person)
    with translation.override(language):
        name = _name(letter)
    return {
        "subject": placeholders.fill(subject, words),
        "html": as_html(body, words),
        "text": as_text(body, words),
        "audience": name,
    }


def _name(letter: Letter) -> str:
    try:
        return str(audiences.find(letter.audience))
    except audiences.UnknownAudience:
        return letter.audience_name


def why_skip(mail: Mail) -> str:
    letter = Letter.objects.filter(pk=mail.context["letter"]).first()
    if letter is None or letter.state == State.TAKEN_BACK:
        return TAKEN_BACK
    try:
        people = audiences.find(letter.audience).people
    except audiences.UnknownAudience:
        # A session that is over, a cohort that was deleted: what was said to its people stands.
        return ""
    return "" if people.filter(pk=mail.person_id).exists() else NOT_AMONG_THEM
