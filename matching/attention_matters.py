"""What waits in a cohort, of what matching itself knows: applications, places, holds, runs, groups, mail."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching import attention
from matching.attention import Matter
from matching.models import Application, Cohort, Mentorship
from matching.queries import dashboard_waiting as waiting
from matching.queries.dashboard_waiting import Desk, Places
from matching.queries.mentorships import needing_a_match
from matching.rematches import wishes
from outbox.models import Mail

PATIENCE_DAYS = 7

Told = Iterator[tuple[int, Matter]]


def register_matters() -> None:
    for tell in (applications, places, wanted_matches, holds, failed_runs, groups, mails):
        attention.register(tell)


def page(name: str, *args, **asked) -> str:
    address = reverse(f"admin:{name}", args=args)
    return f"{address}?{urlencode(asked)}" if asked else address


def day(moment) -> str:
    local = moment if type(moment) is date else timezone.localtime(moment)
    return date_format(local, "j F")


def moment(when) -> str:
    local = timezone.localtime(when)
    return _("%(day)s at %(time)s") % {
        "day": date_format(local, "l j F"),
        "time": date_format(local, "H:i"),
    }


# --- Applications -------------------------------------------------------------------------------


def applications(cohorts: Collection[Cohort]) -> Told:
    by_pk = {cohort.pk: cohort for cohort in cohorts}
    for desk in waiting.desks(cohorts):
        if desk.to_decide:
            yield desk.cohort, undecided(desk)
        if desk.drafts:
            yield desk.cohort, drafts(desk, by_pk[desk.cohort])


def undecided(desk: Desk) -> Matter:
    sentence = ngettext(
        "%(count)s application waits for a decision, since %(day)s.",
        "%(count)s applications wait for a decision, the oldest since %(day)s.",
        desk.to_decide,
    )
    is_late = (timezone.now() - desk.oldest).days >= PATIENCE_DAYS
    url = page("matching_application_queue", desk.cohort)
    words = {"count": desk.to_decide, "day": day(desk.oldest)}
    return Matter(10, sentence % words, url, "bad" if is_late else "warn", _("Decide"))


def drafts(desk: Desk, cohort: Cohort) -> Matter:
    sentence = ngettext(
        "%(count)s application is begun and not sent, and applications close on %(day)s.",
        "%(count)s applications are begun and not sent, and applications close on %(day)s.",
        desk.drafts,
    )
    asked = {"cohort__id__exact": cohort.pk, "state__exact": Application.State.DRAFT}
    url = page("matching_application_changelist", **asked)
    words = {"count": desk.drafts, "day": day(cohort.closes_at)}
    return Matter(60, sentence % words, url, "quiet", _("See whose"))


# --- Mentors and their places -------------------------------------------------------------------


def places(cohorts: Collection[Cohort]) -> Told:
    for one in waiting.places(cohorts):
        # Once matches are published, whoever is left is dealt with one by one: `wanted_matches`.
        if one.without_mentor > one.free and not one.has_published:
            yield one.cohort, too_few_places(one)
        if one.idle and one.has_published:
            yield one.cohort, idle(one)
    for cohort, count in waiting.oversubscribed(cohorts):
        yield cohort, oversubscribed(cohort, count)


def too_few_places(one: Places) -> Matter:
    mentees = ngettext(
        "%(count)s accepted mentee has no mentor yet", "%(count)s accepted mentees have no mentor yet",
        one.without_mentor,
    )  # fmt: skip
    free = _("no place is left")
    if one.free > 0:
        free = ngettext("%(count)s place is left", "%(count)s places are left", one.free)
    sentence = _("%(mentees)s, and %(places)s: more mentors are needed.") % {
        "mentees": mentees % {"count": one.without_mentor},
        "places": free % {"count": one.free},
    }
    return Matter(20, sentence, page("matching_cohort_skills", one.cohort), "warn", _("See which mentors"))


def idle(one: Places) -> Matter:
    sentence = ngettext(
        "%(count)s mentor offered places and is matched with nobody yet.",
        "%(count)s mentors offered places and are matched with nobody yet.",
        one.idle,
    )
    url = page("matching_cohort_people", one.cohort, part="mentor", stage="unmatched")
    return Matter(65, sentence % {"count": one.idle}, url, "quiet", _("See who"))


def oversubscribed(cohort: int, count: int) -> Matter:
    sentence = ngettext(
        "%(count)s mentor is the first choice of more mentees than they have places for.",
        "%(count)s mentors are the first choice of more mentees than they have places for.",
        count,
    )
    url = page("matching_choices", cohort)
    return Matter(55, sentence % {"count": count}, url, "quiet", _("See the choices"))


# --- Matches ------------------------------------------------------------------------------------


def wanted_matches(cohorts: Collection[Cohort]) -> Told:
    ours = {cohort.pk for cohort in cohorts}
    needing = Counter(needing_a_match().order_by().values_list("cohort", flat=True))
    wished = Counter(wish.mentorship.cohort_id for wish in wishes())
    for cohort in sorted(ours & needing.keys()):
        yield cohort, without_a_mentor(needing[cohort])
    for cohort in sorted(ours & wished.keys()):
        yield cohort, asks_for_another(wished[cohort])


def without_a_mentor(count: int) -> Matter:
    sentence = ngettext(
        "%(count)s mentee is without a mentor, while others are matched.",
        "%(count)s mentees are without a mentor, while others are matched.",
        count,
    )
    url = page("matching_needs_a_match")
    return Matter(24, sentence % {"count": count}, url, "bad", _("Find a mentor"))


def asks_for_another(count: int) -> Matter:
    sentence = ngettext(
        "%(count)s mentorship asks for another match.", "%(count)s mentorships ask for another match.", count
    )
    url = page("matching_needs_a_match")
    return Matter(26, sentence % {"count": count}, url, "bad", _("Look at the wish"))


def holds(cohorts: Collection[Cohort]) -> Told:
    for cohort, count, first in waiting.holds_that_end(cohorts):
        sentence = ngettext(
            "The hold of %(count)s match ends on %(when)s: then its people are introduced.",
            "The hold of %(count)s matches ends soon, the first on %(when)s: then their people are introduced.",
            count,
        )
        asked = {"cohort__id__exact": cohort, "state__exact": Mentorship.State.HELD}
        url = page("matching_mentorship_changelist", **asked)
        words = {"count": count, "when": moment(first)}
        yield cohort, Matter(50, sentence % words, url, "quiet", _("Look once more"))


def failed_runs(cohorts: Collection[Cohort]) -> Told:
    for cohort, run in waiting.failed_match_runs(cohorts):
        said = _("The last match run did not finish, and nothing of it was kept.")
        yield cohort, Matter(15, said, page("matching_matchrun_change", run), "bad", _("See what happened"))
    for cohort, run in waiting.failed_group_runs(cohorts):
        said = _("The last run for groups did not finish, and nothing of it was kept.")
        yield cohort, Matter(16, said, page("matching_grouprun_change", run), "bad", _("See what happened"))


def groups(cohorts: Collection[Cohort]) -> Told:
    for cohort, count in waiting.unpublished_groups(cohorts):
        sentence = ngettext(
            "%(count)s group is formed and not published: nobody in it knows yet.",
            "%(count)s groups are formed and not published: nobody in them knows yet.",
            count,
        )
        asked = {
            "cohort__id__exact": cohort,
            "kind__exact": Mentorship.Kind.GROUP,
            "state__exact": Mentorship.State.FORMING,
        }
        url = page("matching_mentorship_changelist", **asked)
        yield cohort, Matter(30, sentence % {"count": count}, url, "warn", _("Publish"))


# --- Mail ---------------------------------------------------------------------------------------


def mails(cohorts: Collection[Cohort]) -> Told:
    say = {Mail.State.FAILED: refused, Mail.State.IN_DOUBT: in_doubt}
    for cohort, state, count in waiting.mail_to_settle(cohorts):
        url = partial(page, "outbox_mail_changelist", state__exact=state)
        yield cohort, say[state](count, url())


def refused(count: int, url: str) -> Matter:
    sentence = ngettext(
        "%(count)s mail to somebody here was refused in the last two weeks.",
        "%(count)s mails to people here were refused in the last two weeks.",
        count,
    )
    return Matter(35, sentence % {"count": count}, url, "bad", _("See why"))


def in_doubt(count: int, url: str) -> Matter:
    sentence = ngettext(
        "%(count)s mail may or may not have left, and waits for your word.",
        "%(count)s mails may or may not have left, and wait for your word.",
        count,
    )
    return Matter(36, sentence % {"count": count}, url, "bad", _("Settle it"))
