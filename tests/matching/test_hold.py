import pytest

from accounts.models import PersonRole
from matching.errors import NotOnHold
from matching.models import Application, Mentorship
from matching.queries.mentorships import needing_a_match
from matching.services.introductions import introduce_due, release_hold
from matching.services.leaving import cancel_mentorship, decline_match, leave_all
from matching.services.publishing import publish_run, undo_publication
from outbox.models import Mail
from tests.accounts.factories import PersonRoleFactory
from tests.matching.conftest import html_of, words_of
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import (
    MONDAY_AFTER,
    WEDNESDAY,
    a_group,
    a_match,
    mentee_in,
    mentee_of,
    mentor_in,
    mentor_of,
    run_of,
)

pytestmark = pytest.mark.django_db

State = Mentorship.State


def skipped(kind: str) -> int:
    return Mail.objects.filter(kind=kind, state=Mail.State.SKIPPED).count()


def test_each_person_is_told_whom_they_would_meet_and_no_address(post):
    cohort = CohortFactory(hold_days=3)
    mentee, mentor = (
        mentee_of(cohort, person__name="Samira Aziz"),
        mentor_of(cohort, person__name="Ngozi Okafor"),
    )
    PersonRoleFactory(person=mentor.person, role__en="CNIO", how=PersonRole.How.TITLED)
    PersonRoleFactory(person=mentee.person, role__en="Digital midwife", how=PersonRole.How.UNTITLED)
    run = run_of((mentee, mentor), reasons=[{"code": "language", "language": "fr"}])

    publish_run(run, by=None, now=WEDNESDAY)

    to_mentor, to_mentee = sorted(post.arrived(), key=lambda mail: mail["To"] == mentee.person.email)
    assert to_mentee["Subject"] == "Whom you would meet: Ngozi Okafor"
    assert "as your mentor. CNIO Why you two - You both speak French." in words_of(to_mentee)
    assert "On Monday 16 November at 10:00 we introduce you" in words_of(to_mentee)
    assert to_mentor["Subject"] == "Whom you would meet: Samira Aziz"
    assert "as your mentee. Digital midwife, without the title Why you two" in words_of(to_mentor)
    for mail, other in ((to_mentee, mentor.person), (to_mentor, mentee.person)):
        assert other.email not in mail.as_string() + words_of(mail) + html_of(mail)
        assert mail["Reply-To"] is None


def test_the_hold_is_told_in_the_readers_language_and_zone(post):
    cohort = CohortFactory(hold_days=3)
    reader = mentee_of(cohort, person__language="fr", person__time_zone="Europe/Paris")
    mentor = mentor_of(cohort, person__name="Ngozi Okafor")

    publish_run(run_of((reader, mentor)), by=None, now=WEDNESDAY)

    mail = post.arrived_for(reader.person)
    assert mail["Content-Language"] == "fr"
    assert "lundi 16 novembre" in words_of(mail)
    assert "11:00" in words_of(mail)


def test_not_this_person_frees_both_and_says_neither_who_nor_why(post):
    mentorship = a_match()
    post.arrived()
    mentee, mentor = mentee_in(mentorship), mentor_in(mentorship)

    decline_match(mentee)

    mentorship.refresh_from_db()
    assert mentorship.state == State.CANCELLED
    assert Application.objects.get(pk=mentor.application_id).taken == 0
    assert not mentorship.members.filter(left_at=None).exists()
    [mail] = post.arrived()
    assert mail["To"] == mentor.person.email
    assert f"The match with {mentee.person} that we told you about is not going ahead." in words_of(mail)


def test_an_undo_and_a_no_read_alike(post):
    undone, declined = a_match(), a_match()
    post.arrived()

    undo_publication(undone.run, by=None)
    of_undone = {mail["To"]: words_of(mail) for mail in post.arrived()}
    decline_match(mentee_in(declined))
    [of_declined] = post.arrived()

    told, other = mentor_in(undone).person, mentee_in(undone).person
    expected = of_undone[told.email].replace(str(other), str(mentee_in(declined).person))
    expected = expected.replace(str(told), str(mentor_in(declined).person)).replace(
        str(undone.cohort), str(declined.cohort)
    )
    assert words_of(of_declined) == expected


def test_saying_no_twice_is_saying_it_once(post):
    mentorship = a_match()
    post.arrived()
    member = mentee_in(mentorship)

    decline_match(member)
    decline_match(member)

    assert len(post.arrived()) == 1
    assert Application.objects.get(pk=mentor_in(mentorship).application_id).taken == 0


def test_who_was_never_told_of_a_match_is_not_told_that_it_ends(post):
    mentorship = a_match()

    decline_match(mentee_in(mentorship))

    assert post.arrived() == []
    assert (skipped("match_held"), skipped("match_withdrawn")) == (2, 1)


def test_undoing_tells_only_whoever_was_told(post):
    mentorship = a_match()
    told, untold = mentee_in(mentorship).person, mentor_in(mentorship).person
    Mail.objects.filter(person=untold).update(not_before=MONDAY_AFTER.replace(year=2099))
    post.arrived()
    Mail.objects.filter(person=untold).update(not_before=WEDNESDAY.replace(year=2020))

    undo_publication(mentorship.run, by=None)

    assert [mail["To"] for mail in post.arrived()] == [told.email]


def test_a_mentee_whose_match_is_off_is_on_the_admins_list_until_they_have_another():
    mentorship = a_match()
    mentee = mentee_in(mentorship).application
    assert not needing_a_match().exists()

    decline_match(mentor_in(mentorship))

    assert list(needing_a_match()) == [mentee]
    publish_run(run_of((mentee, mentor_of(mentorship.cohort))), by=None)
    assert not needing_a_match().exists()


def test_a_match_that_an_admin_took_back_is_not_on_that_list():
    mentorship = a_match()

    undo_publication(mentorship.run, by=None)

    assert not needing_a_match().exists()


def test_after_the_introduction_it_is_too_late_to_say_no_here():
    mentorship = a_match()
    introduce_due(MONDAY_AFTER)

    with pytest.raises(NotOnHold, match="The hold is over"):
        decline_match(mentee_in(mentorship))

    assert mentee_in(mentorship).left_at is None


def test_an_admin_calls_off_one_match_and_the_others_stand(post):
    cohort = CohortFactory()
    run = run_of(*((mentee_of(cohort), mentor_of(cohort)) for _ in range(2)))
    off, on = publish_run(run, by=None, now=WEDNESDAY).mentorships
    post.arrived()

    cancel_mentorship(off, by=None)

    assert len(post.arrived()) == 2
    assert set(Mentorship.objects.values_list("pk", "state")) == {
        (off.pk, State.CANCELLED),
        (on.pk, State.HELD),
    }


def test_what_was_introduced_cannot_be_called_off():
    mentorship = a_match()
    release_hold(mentorship, by=None)

    with pytest.raises(NotOnHold, match="is introduced, so it can no longer be called off"):
        cancel_mentorship(mentorship, by=None)


def test_who_leaves_the_programme_frees_the_place_and_the_other_is_told(post):
    mentorship = a_match()
    post.arrived()

    leave_all(mentee_in(mentorship).person)

    mentorship.refresh_from_db()
    assert mentorship.state == State.CANCELLED
    assert Application.objects.get(pk=mentor_in(mentorship).application_id).taken == 0
    assert [mail["To"] for mail in post.arrived()] == [mentor_in(mentorship).person.email]


def test_who_leaves_after_the_introduction_ends_the_mentorship_and_frees_the_place():
    mentorship = a_match()
    introduce_due(MONDAY_AFTER)

    leave_all(mentor_in(mentorship).person)

    mentorship.refresh_from_db()
    assert mentorship.state == State.ENDED
    assert Application.objects.get(pk=mentor_in(mentorship).application_id).taken == 0


def test_who_leaves_the_programme_leaves_a_group_to_the_others():
    group = a_group()
    leaving = group.members.first().person

    leave_all(leaving)

    group.refresh_from_db()
    assert group.state == State.HELD
    assert not group.members.filter(person=leaving, left_at=None).exists()
