"""Notices: their first texts, the version in force, and what people agreed to."""

from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Consent, Notice, NoticeVersion, Person


class AcceptedVersion(Exception):
    """Somebody has agreed to these words, so they stay."""


FOLDER = Path(__file__).resolve().parent.parent / "data" / "notices"


@transaction.atomic
def load_notices() -> int:
    """Add the notices this install lacks, with their first texts. From then on they are the admins'."""
    held = set(Notice.objects.values_list("slug", flat=True))
    missing = [folder for folder in sorted(FOLDER.iterdir()) if folder.is_dir() and folder.name not in held]
    for folder in missing:
        _add(folder)
    return len(missing)


def _add(folder: Path) -> None:
    """A folder `privacy/` holds `2026-11-22.en.md` and `2026-11-22.fr.md`; the first line is the title."""
    english = next(folder.glob("*.en.md"))
    title_en, text_en = _title_and_text(english)
    title_fr, text_fr = _title_and_text(english.with_name(english.name.replace(".en.", ".fr.")))
    notice, is_new = Notice.objects.get_or_create(
        slug=folder.name, defaults={"title_en": title_en, "title_fr": title_fr}
    )
    if is_new:
        dated = date.fromisoformat(english.name.partition(".")[0])
        NoticeVersion.objects.create(notice=notice, dated=dated, en=text_en, fr=text_fr)


def _title_and_text(path: Path) -> tuple[str, str]:
    title, _, text = path.read_text(encoding="utf-8").partition("\n")
    return title.removeprefix("# ").strip(), text.strip() + "\n"


def give_consent(person: Person, version: NoticeVersion) -> Consent:
    """Record that this person accepts this dated version; a second time changes nothing."""
    consent, _is_new = Consent.objects.get_or_create(
        person=person, version=version, withdrawn_at=None, defaults={"given_at": timezone.now()}
    )
    return consent


@transaction.atomic
def save_version(version: NoticeVersion) -> None:
    """Keep a new version, or a change to one that nobody has accepted. Raises AcceptedVersion."""
    # Whoever accepts it in this moment refers to the row, and so waits until we are done.
    if version.pk and NoticeVersion.objects.select_for_update().get(pk=version.pk).consents.exists():
        raise AcceptedVersion(
            _(
                "Somebody has accepted this version by now, so it stays as it was. Write a new version instead."
            )
        )
    version.save()
