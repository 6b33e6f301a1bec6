"""The steps of a cohort from first to last, each ticked by what the data say."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.models import Application, MatchRun, Mentorship
from matching.queries.dashboard import Standing
from matching.queries.funnel import Stage
from matching.services.at_work import UNFINISHED

State = Application.State
Part = Application.Part
Run = MatchRun.State
Match = Mentorship.State
PUBLISHED = [Match.HELD, Match.INTRODUCED, Match.ENDED]


@dataclass(frozen=True)
class Step:
    """`words` say where it stands, `verb` and `url` what one does next there."""

    title: str
    words: str
    verb: str
    url: str
    is_done: bool
    is_optional: bool = False
    is_next: bool = False


def steps_of(standing: Standing) -> list[Step]:
    """In the order in which a cohort takes them; the first that is not done is the next."""
    steps = [
        plan(standing),
        gather(standing),
        decide(standing),
        match(standing),
        review(standing),
        publish(standing),
        form_groups(standing),
        hold(standing),
        meet(standing),
        end(standing),
    ]
    return list(marked(steps))


def marked(steps: list[Step]) -> Iterator[Step]:
    coming = next((step for step in steps if not step.is_done and not step.is_optional), None)
    for step in steps:
        yield replace(step, is_next=step is coming)


def page(name: str, *args, **asked) -> str:
    address = reverse(f"admin:{name}", args=args)
    return f"{address}?{urlencode(asked)}" if asked else address


def of_mentorships(standing: Standing, state: str) -> str:
    asked = {"cohort__id__exact": standing.cohort.pk, "state__exact": state}
    return page("matching_mentorship_changelist", **asked)


def day(moment) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


def applied(standing: Standing) -> tuple[int, int]:
    funnel = standing.funnel
    return funnel.count(Part.MENTEE, Stage.APPLIED), funnel.count(Part.MENTOR, Stage.APPLIED)


def people(mentees: int, mentors: int) -> str:
    return _("%(mentees)s and %(mentors)s") % {
        "mentees": ngettext("%(count)s mentee", "%(count)s mentees", mentees) % {"count": mentees},
        "mentors": ngettext("%(count)s mentor", "%(count)s mentors", mentors) % {"count": mentors},
    }


def plan(standing: Standing) -> Step:
    cohort = standing.cohort
    words = _("Applications from %(opens)s to %(closes)s.") % {
        "opens": day(cohort.opens_at),
        "closes": day(cohort.closes_at),
    }
    streams = ngettext("%(count)s stream.", "%(count)s streams.", standing.streams) % {
        "count": standing.streams
    }
    return Step(
        title=_("Set the dates and the streams"),
        words=f"{words} {streams if standing.streams else _('No streams yet; a cohort can do without.')}",
        verb=_("Set them"),
        url=page("matching_cohort_change", cohort.pk),
        is_done=bool(standing.streams or any(applied(standing))),
    )


def gather(standing: Standing) -> Step:
    mentees, mentors = applied(standing)
    if mentees or mentors:
        words = _("%(people)s have applied.") % {"people": people(mentees, mentors)}
    else:
        words = _("People apply by themselves, or you bring them in from a spreadsheet.")
    return Step(
        title=_("Gather applications"),
        words=words,
        verb=_("Import a spreadsheet"),
        url=page("matching_send_sheet", standing.cohort.pk),
        is_done=bool(mentees and mentors),
    )


def decide(standing: Standing) -> Step:
    funnel = standing.funnel
    undecided = funnel.in_state(State.SUBMITTED)
    mentees, mentors = (funnel.in_state(State.ACCEPTED, part=part) for part in (Part.MENTEE, Part.MENTOR))
    if undecided:
        words = ngettext(
            "%(count)s application waits for a decision.",
            "%(count)s applications wait for a decision.",
            undecided,
        ) % {"count": undecided}
    elif mentees or mentors:
        words = _("%(people)s are accepted.") % {"people": people(mentees, mentors)}
    else:
        words = _("You accept, put on the waiting list or decline; each person is told by mail.")
    return Step(
        title=_("Decide on applications"),
        words=words,
        verb=_("Decide"),
        url=page("matching_application_queue", standing.cohort.pk),
        is_done=not undecided and bool(mentees and mentors),
    )


def match(standing: Standing) -> Step:
    run = standing.run
    if run and run.state in UNFINISHED:
        words, verb = _("A run is under way."), _("Follow it")
        url = page("matching_matchrun_change", run.pk)
    else:
        words = _("One run looks at every pair and proposes the best plan. Nobody is told of it.")
        verb, url = _("Start a run"), page("matching_start_run", standing.cohort.pk)
    is_computed = bool(run and run.state in (Run.DONE, Run.PUBLISHED))
    return Step(_("Match mentees and mentors"), words, verb, url, is_computed or has_published(standing))


def review(standing: Standing) -> Step:
    run = standing.run
    is_ready = bool(run and run.state == Run.DONE)
    return Step(
        title=_("Review the pairs"),
        words=_("See why each pair fits. Lock what you are sure of, forbid what you know to be wrong."),
        verb=_("Review them"),
        url=page("matching_matchrun_change", run.pk) if is_ready else runs(standing),
        is_done=has_published(standing) or (is_ready and standing.has_rulings),
    )


def publish(standing: Standing) -> Step:
    run = standing.run
    count = standing.of_kind(Mentorship.Kind.ONE_TO_ONE, *PUBLISHED)
    is_ready = bool(run and run.state == Run.DONE)
    published = ngettext("%(count)s match is published.", "%(count)s matches are published.", count)
    return Step(
        title=_("Publish"),
        words=published % {"count": count}
        if count
        else _("You read the mails first. Until people are introduced you can undo it."),
        verb=_("Preview and publish"),
        url=page("matching_publish_run", run.pk) if is_ready else runs(standing),
        is_done=has_published(standing),
    )


def form_groups(standing: Standing) -> Step:
    count = standing.of_kind(Mentorship.Kind.GROUP, *PUBLISHED)
    published = ngettext("%(count)s group is published.", "%(count)s groups are published.", count)
    return Step(
        title=_("Form groups"),
        words=published % {"count": count}
        if count
        else _("Where a stream meets in groups, or where mentees are without a mentor."),
        verb=_("Form a group"),
        url=page("matching_choose_stream"),
        is_done=bool(count),
        is_optional=True,
    )


def hold(standing: Standing) -> Step:
    held = standing.in_state(Match.HELD)
    if held:
        words = ngettext(
            "%(count)s match is on hold until %(day)s; each person may still say “not this person”.",
            "%(count)s matches are on hold, the first until %(day)s; each person may still say “not this person”.",
            held,
        ) % {"count": held, "day": day(standing.hold_ends_at)}
        words = " ".join([words, *undoing(standing)])
    elif introduced(standing):
        words = _("The hold has passed, and people are introduced.")
    else:
        words = ngettext(
            "%(count)s working day in which each person may say “not this person”; then people are introduced.",
            "%(count)s working days in which each person may say “not this person”; then people are introduced.",
            standing.cohort.hold_days,
        ) % {"count": standing.cohort.hold_days}
    return Step(
        title=_("Let the hold pass"),
        words=words,
        verb=_("See who is on hold"),
        url=of_mentorships(standing, Match.HELD),
        is_done=not held and introduced(standing),
    )


def undoing(standing: Standing) -> Iterator[str]:
    if standing.undo_until:
        until = date_format(timezone.localtime(standing.undo_until), "l j F, H:i")
        yield _("The publication can be undone until %(day)s.") % {"day": until}


def meet(standing: Standing) -> Step:
    if standing.introduced:
        words = _("%(met)s of %(all)s mentorships under way have met.") % {
            "met": standing.met,
            "all": standing.introduced,
        }
    else:
        words = _("Mails help people to find a first hour. You see here who has not met.")
    asked = {"part": Part.MENTEE, "stage": "not_met"}
    return Step(
        title=_("See that everybody meets"),
        words=words,
        verb=_("See who has not met"),
        url=page("matching_cohort_people", standing.cohort.pk, **asked),
        is_done=introduced(standing) and standing.met == standing.introduced,
    )


def end(standing: Standing) -> Step:
    cohort = standing.cohort
    is_over = cohort.ends_on < timezone.localdate()
    going = standing.in_state(Match.HELD, Match.INTRODUCED)
    words = _("It ends on %(day)s. Until then, look here now and then for what needs attention.")
    left = ngettext(
        "It ended on %(day)s, and %(count)s mentorship is still under way.",
        "It ended on %(day)s, and %(count)s mentorships are still under way.",
        going,
    )
    ended = _("It ended on %(day)s.")
    said = (left if going else ended) if is_over else words
    return Step(
        title=_("End well"),
        words=said % {"day": date_format(cohort.ends_on, "j F Y"), "count": going},
        verb=_("See who meets whom"),
        url=of_mentorships(standing, Match.INTRODUCED),
        is_done=is_over and not going,
    )


def runs(standing: Standing) -> str:
    return page("matching_matchrun_changelist", cohort__id__exact=standing.cohort.pk)


def has_published(standing: Standing) -> bool:
    return standing.in_state(*PUBLISHED) > 0


def introduced(standing: Standing) -> bool:
    return standing.in_state(Match.INTRODUCED, Match.ENDED) > 0
