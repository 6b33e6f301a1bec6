"""What the next run works on, in sentences: who is left out and why, and what will go wrong."""

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matching.queries.intake import Intake


def left_out(intake: Intake) -> list[str]:
    counted = [
        (
            intake.have_a_mentor,
            ngettext(
                "%(n)s mentee has a mentor already and stays as they are.",
                "%(n)s mentees have a mentor already and stay as they are.",
                intake.have_a_mentor,
            ),
        ),
        (
            intake.undecided,
            ngettext(
                "%(n)s application is not decided yet.",
                "%(n)s applications are not decided yet.",
                intake.undecided,
            ),
        ),
        (
            intake.waiting,
            ngettext(
                "%(n)s person is on the waiting list.",
                "%(n)s people are on the waiting list.",
                intake.waiting,
            ),
        ),
        (
            intake.full,
            ngettext("%(n)s mentor has no free place.", "%(n)s mentors have no free place.", intake.full),
        ),
        (
            intake.away,
            ngettext(
                "%(n)s accepted person has closed their account.",
                "%(n)s accepted people have closed their account.",
                intake.away,
            ),
        ),
    ]
    return [sentence % {"n": intcomma(count)} for count, sentence in counted if count]


def warnings(intake: Intake) -> list[str]:
    found = [
        (
            not intake.mentees,
            _("There is nobody to match: no accepted mentee of this cohort is without a mentor."),
        ),
        (intake.mentees and not intake.places, _("No mentor has a free place, so nobody can be matched.")),
        (
            intake.places and intake.short,
            ngettext(
                "There is %(n)s place too few: as many mentees will stay without a mentor.",
                "There are %(n)s places too few: as many mentees will stay without a mentor.",
                intake.short,
            )
            % {"n": intcomma(intake.short)},
        ),
        (
            intake.places and intake.far_from_all,
            ngettext(
                "%(n)s mentee can meet nobody, because no mentor with a free place offers anything close to "
                "what they need, or holds a role close to the one they are growing into.",
                "%(n)s mentees can meet nobody, because no mentor with a free place offers anything close to "
                "what they need, or holds a role close to the one they are growing into.",
                intake.far_from_all,
            )
            % {"n": intcomma(intake.far_from_all)},
        ),
        (
            intake.places and intake.unheard,
            ngettext(
                "%(n)s mentee can meet nobody, because no mentor with a free place speaks a language of theirs.",
                "%(n)s mentees can meet nobody, because no mentor with a free place speaks a language of theirs.",
                intake.unheard,
            )
            % {"n": intcomma(intake.unheard)},
        ),
    ]
    return [sentence for is_so, sentence in found if is_so]
