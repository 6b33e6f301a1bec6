"""A person's own data: taken away as a file, or erased."""

from base64 import b64encode

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import personal_data
from accounts.mails import queue_farewell
from accounts.models import Organisation, Person, Photo
from outbox.models import Silence


class LastAdmin(Exception):
    """Nobody could administer the programme any more."""


def export_person(person: Person) -> dict:
    """Everything held about a person, part by part."""
    parts = {part.name: part.export(person) for part in personal_data.registered()}
    return {"exported_at": timezone.now().isoformat(), **parts}


@transaction.atomic
def delete_person(person: Person) -> None:
    """Erase a person and all that is theirs, and confirm it by mail. Raises LastAdmin."""
    # Two admins who leave at the same moment wait for each other here, and one of them is told.
    admins = Person.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
    if person.is_superuser and not [admin for admin in admins if admin.pk != person.pk]:
        raise LastAdmin(
            _(
                "You are the only admin with all rights. Give them to somebody else before you delete your account."
            )
        )
    address, name, language = person.email, person.get_short_name(), person.language
    organisation = person.organisation
    for part in personal_data.registered():
        part.erase(person)
    person.delete()
    _drop_if_nobodys(organisation)
    queue_farewell(address, name, language=language)


def _drop_if_nobodys(organisation: Organisation | None) -> None:
    """An organisation that one person alone had typed goes with them; one that an admin has curated stays."""
    if organisation:
        unused = Organisation.objects.filter(people=None, merged=None, merged_into=None, aliases=[])
        unused.filter(pk=organisation.pk).delete()


# --- This app's own part ------------------------------------------------------------------------


def export_account(person: Person) -> dict:
    return {
        "name": person.name,
        "address": person.email,
        "pronouns": person.pronouns,
        "joined": person.date_joined.isoformat(),
        "last_sign_in": person.last_login.isoformat() if person.last_login else None,
        "language": person.language,
        "time_zone": person.time_zone,
        "spoken_languages": person.spoken_languages,
        "region": person.get_region_display(),
        "about": person.about,
        "official_title": person.official_title,
        "organisation": person.organisation.name if person.organisation else "",
        "roles": [_role(role) for role in person.roles.select_related("role")],
        "disciplines": _labels(person.disciplines, person.other_discipline),
        "sectors": _labels(person.sectors, person.other_sector),
        "situations": _labels(person.situations, person.other_situation),
        "photo_webp_base64": _photo(person),
        "agreements": [_agreement(consent) for consent in person.consents.select_related("version__notice")],
        "addresses": list(person.emailaddress_set.values("email", "verified", "primary")),
        "ways_to_sign_in": [_authenticator(one) for one in person.authenticator_set.all()],
        "devices": [_device(one) for one in person.usersession_set.all()],
        "mails": [_mail(mail) for mail in person.mails.all()],
        "mail_preferences": list(person.mail_preferences.values("kind", "how")),
        "no_mail_before": _silence(person),
    }


def erase_account(person: Person) -> None:
    """What no cascade reaches: open sessions, and the name in the admin's history."""
    keys = list(person.usersession_set.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Person), object_id=str(person.pk)
    )
    entries.update(object_repr="", change_message="")


def _labels(entries, in_own_words: str) -> list[str]:
    return [entry.label for entry in entries.all()] + ([in_own_words] if in_own_words else [])


def _role(role) -> dict:
    return {"role": role.label, "how": role.get_how_display(), "since": role.since, "until": role.until}


def _photo(person: Person) -> str:
    photo = Photo.objects.filter(person=person).first()
    return b64encode(photo.webp).decode() if photo else ""


def _silence(person: Person) -> str | None:
    silence = Silence.objects.filter(person=person).first()
    return silence.until.isoformat() if silence else None


def _agreement(consent) -> dict:
    withdrawn = consent.withdrawn_at
    return {
        "notice": consent.version.notice.title,
        "dated": consent.version.dated.isoformat(),
        "given_at": consent.given_at.isoformat(),
        "withdrawn_at": withdrawn.isoformat() if withdrawn else None,
    }


def _authenticator(one) -> dict:
    return {
        "type": one.get_type_display(),
        "name": one.data.get("name", ""),
        "added": one.created_at.isoformat(),
        "last_used": one.last_used_at.isoformat() if one.last_used_at else None,
    }


def _device(one) -> dict:
    return {
        "address": one.ip,
        "browser": one.user_agent,
        "first_seen": one.created_at.isoformat(),
        "last_seen": one.last_seen_at.isoformat(),
    }


def _mail(mail) -> dict:
    return {
        "to": mail.to,
        "kind": mail.kind,
        "state": mail.get_state_display(),
        "subject": mail.subject,
        "text": mail.text,
        "queued_at": mail.queued_at.isoformat(),
        "sent_at": mail.sent_at.isoformat() if mail.sent_at else None,
    }
