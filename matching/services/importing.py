"""Applications from a spreadsheet: keep it, say what its columns mean, and bring it in, whole or not at all."""

from datetime import timedelta
from itertools import groupby

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, PersonRole, Role, Topic
from accounts.services.profile import RoleLine, save_work
from matching.errors import Refused
from matching.models import Application, Availability, Cohort, Need, Offer, Sheet
from matching.sheets import columns
from matching.sheets.checking import Entry, Findings, check
from matching.sheets.reading import Row, Table, read
from matching.steps import FREE, GROWING_INTO, NEEDS, OFFERS, PLACE, WHAT_I_DO
from outbox.services import draft_mail, queue_mails

Part = Application.Part
How = PersonRole.How
KEPT_UNIMPORTED = timedelta(days=14)


class ImportedAlready(Refused):
    def __init__(self):
        super().__init__(_("This sheet was imported already. Nothing was brought in twice."))


class StillFaulty(Refused):
    def __init__(self):
        super().__init__(
            _("Some rows cannot be read. Mend the file and send it again, or leave these rows out.")
        )


class NobodyToImport(Refused):
    def __init__(self):
        super().__init__(_("No row of this sheet brings an application that is not there yet."))


class ChangedMeanwhile(Refused):
    def __init__(self):
        super().__init__(
            _(
                "Somebody of this sheet signed up or applied at this moment. Nothing was imported; look at it again."
            )
        )


def keep_sheet(cohort: Cohort, *, name: str, content: bytes, by: Person) -> Sheet:
    """Read a file and guess its columns. Raises NotASheet."""
    table = read(content)
    return Sheet.objects.create(
        cohort=cohort,
        name=name[:120],
        headers=table.headers,
        rows=[[row.number, row.cells] for row in table.rows],
        meanings=columns.guess(table.headers),
        sent_by=by,
    )


def say_what_columns_mean(sheet: Sheet, meanings: list[str], *, part_unless_said: str) -> None:
    """Keep the admin's word about the columns. Raises ImportedAlready."""
    waiting = Sheet.objects.filter(pk=sheet.pk, imported_at=None)
    if not waiting.update(meanings=meanings, part_unless_said=part_unless_said, left_out=[]):
        raise ImportedAlready


def look_at(sheet: Sheet) -> Findings:
    """The dry run: what each row means, and what is wrong with it. Writes nothing."""
    table = Table(sheet.headers, [Row(number, cells) for number, cells in sheet.rows])
    return check(table, sheet.meanings, sheet.cohort, part_unless_said=sheet.part_unless_said)


def import_sheet(sheet: Sheet, *, leave_out_faulty: bool = False) -> int:
    """Bring in every row, or nothing. Returns how many applications there are now that were not there before.

    Raises ImportedAlready, StillFaulty, NobodyToImport or ChangedMeanwhile.
    """
    try:
        with transaction.atomic():
            return _import(sheet, leave_out_faulty)
    except IntegrityError as error:
        raise ChangedMeanwhile from error


def _import(sheet: Sheet, leave_out_faulty: bool) -> int:
    # Two admins who press the button at once wait for each other here.
    current = Sheet.objects.select_for_update(of=["self"]).select_related("cohort").get(pk=sheet.pk)
    if current.imported_at:
        raise ImportedAlready
    findings = look_at(current)
    if findings.bad_rows and not leave_out_faulty:
        raise StillFaulty
    if not findings.good:
        raise NobodyToImport
    applications = _write(findings.good, current.cohort)
    _tell(applications)
    Sheet.objects.filter(pk=current.pk).update(
        imported_at=timezone.now(), imported=len(applications), left_out=sorted(findings.bad_rows), rows=[]
    )
    return len(applications)


def _write(entries: list[Entry], cohort: Cohort) -> list[Application]:
    """One person may stand in two rows, as mentee and as mentor."""
    applications = []
    by_address = sorted(entries, key=lambda entry: entry.email)
    for _email, rows in groupby(by_address, key=lambda entry: entry.email):
        first, *others = rows
        person = first.person or _open_account(first)
        for entry in [first, *others]:
            applications += [_apply(person, entry, part, cohort) for part in entry.parts]
    return applications


def _open_account(entry: Entry) -> Person:
    """An account without a password: the mail that tells of it leads to where one is chosen."""
    person = Person.objects.create_user(entry.email, name=entry.name, about=entry.about)
    if entry.languages:
        person.spoken_languages = entry.languages
        person.save(update_fields=["spoken_languages"])
    save_work(
        person,
        roles=_role_lines(entry),
        official_title=entry.official_title,
        organisation=entry.organisation,
        disciplines=entry.disciplines,
        sectors=entry.sectors,
        situations=[],
        other_discipline=entry.other_discipline,
        other_sector=entry.other_sector,
    )
    return person


def _role_lines(entry: Entry) -> list[RoleLine]:
    said = {How.TITLED: entry.titled, How.UNTITLED: entry.untitled, How.AIM: entry.aims}
    return [
        RoleLine(how, role=role) if isinstance(role, Role) else RoleLine(how, text=role)
        for how, roles in said.items()
        for role in roles
    ]


def _apply(person: Person, entry: Entry, part: str, cohort: Cohort) -> Application:
    application = Application.objects.create(
        cohort=cohort,
        person=person,
        part=part,
        state=Application.State.SUBMITTED,
        submitted_at=timezone.now(),
        was_entered=True,
        stream=entry.stream,
        capacity=entry.capacity if part == Part.MENTOR else 0,
        steps_done=_steps(entry, part),
        discipline_wish=entry.discipline_wish,
        wants_bridge=entry.wants_bridge and part == Part.MENTEE,
        preferred_language=entry.preferred_language,
    )
    if entry.hours:
        Availability.objects.create(
            application=application,
            zone=entry.zone,
            half_hours=entry.hours.half_hours,
            varies=entry.hours.varies,
        )
    if part == Part.MENTEE:
        Need.objects.bulk_create(
            Need(application=application, rank=rank, **_topic(need))
            for rank, need in enumerate(entry.needs, start=1)
        )
    else:
        Offer.objects.bulk_create(Offer(application=application, **_topic(offer)) for offer in entry.offers)
    return application


def _topic(said: Topic | str) -> dict:
    return {"text": said} if isinstance(said, str) else {"topic": said}


def _steps(entry: Entry, part: str) -> list[str]:
    """What the sheet has answered; the rest the person is asked."""
    if part == Part.MENTEE:
        answered = {WHAT_I_DO: entry.titled or entry.untitled, NEEDS: entry.needs, GROWING_INTO: entry.aims}
    else:
        answered = {WHAT_I_DO: entry.titled or entry.untitled, OFFERS: entry.offers, PLACE: entry.stream}
    answered[FREE] = entry.hours
    return [step.slug for step, answer in answered.items() if answer]


def _tell(applications: list[Application]) -> None:
    queue_mails(
        draft_mail(
            "application_entered",
            key=f"application_entered:{application.pk}",
            person=application.person,
            context={"application": application.pk},
        )
        for application in {one.person_id: one for one in reversed(applications)}.values()
    )


def forget_sheets() -> None:
    """What was sent and never imported is about people who know nothing of it."""
    Sheet.objects.filter(imported_at=None, sent_at__lt=timezone.now() - KEPT_UNIMPORTED).delete()
