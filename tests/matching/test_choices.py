"""Mentees name mentors in their order, one at a time is asked, and mentors answer."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.services.my_data import delete_person, export_person
from matching.choosing import choosable
from matching.encoding import encode
from matching.engine.policy import Policy
from matching.engine.scores import score_matrix
from matching.errors import Refused
from matching.models import Application, Block, Choice, Member, Mentorship
from matching.services import choices as services
from matching.services.applications import withdraw_application
from matching.services.choice_clock import keep_choices, switch_off
from matching.services.leaving import decline_match
from matching.services.publishing import publish_run
from matching.services.refusals import NoPlaceLeft, NotOpen
from matching.services.runs import compute_run, start_run
from matching.tasks import keep_choices as keep_choices_task
from outbox import chores
from outbox.models import Mail
from tests.accounts.factories import OrganisationFactory, PersonFactory, TopicFactory
from tests.matching.at_once import at_once
from tests.matching.choice_factories import a_choosing_cohort, a_request, asked, choosers, listed
from tests.matching.conftest import html_of, words_of
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import mentee_in, mentee_of, mentor_in, mentor_of, run_of

pytestmark = pytest.mark.django_db

State = Choice.State


@pytest.fixture
def cohort():
    return a_choosing_cohort()


def order_of(mentee: Application) -> list[int]:
    return [choice.mentor_id for choice in Choice.objects.filter(mentee=mentee).order_by("rank")]


def states_of(mentee: Application) -> list[str]:
    return list(Choice.objects.filter(mentee=mentee).order_by("rank").values_list("state", flat=True))


def kinds_for(person) -> list[str]:
    return list(Mail.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def in_days(days: float):
    return timezone.now() + timedelta(days=days)


# --- The list ---------------------------------------------------------------------------------


def test_mentors_stand_in_the_order_in_which_they_were_named(cohort):
    [mentee], mentors = choosers(cohort, mentors=3)

    listed(mentee, *mentors)
    listed(mentee, mentors[0])

    assert order_of(mentee) == [mentor.pk for mentor in mentors]
    assert states_of(mentee) == [State.LISTED] * 3
    assert not Mail.objects.exists()


def test_a_list_holds_five_mentors(cohort):
    [mentee], mentors = choosers(cohort, mentors=6)
    listed(mentee, *mentors[:5])

    with pytest.raises(Refused, match="as many as there can be"):
        services.name_mentor(mentee, mentors[5])
    services.drop_choice(mentee, Choice.objects.get(mentor=mentors[1]))
    services.name_mentor(mentee, mentors[5])

    assert order_of(mentee) == [mentors[place].pk for place in (0, 2, 3, 4, 5)]


def test_a_mentee_changes_the_order_of_those_who_are_not_asked(cohort):
    [mentee], [a, b, c] = choosers(cohort, mentors=3)
    one, other, last = listed(mentee, a, b, c)

    services.move_choice(mentee, last, is_up=True)
    assert order_of(mentee) == [a.pk, c.pk, b.pk]
    services.move_choice(mentee, one, is_up=True)
    services.move_choice(mentee, other, is_up=False)
    assert order_of(mentee) == [a.pk, c.pk, b.pk]

    services.ask_first(mentee)
    with pytest.raises(NotOpen):
        services.move_choice(mentee, one, is_up=False)
    services.move_choice(mentee, Choice.objects.get(mentor=b), is_up=True)
    assert order_of(mentee) == [a.pk, b.pk, c.pk]


def test_nobody_whom_a_rule_forbids_can_be_named(cohort):
    [mentee], [fine, colleague, blocked, blocking, declined, met, full] = choosers(
        cohort, mentors=7, capacity=1
    )
    trust = OrganisationFactory()
    for one in (mentee, colleague):
        one.person.organisation = trust
        one.person.save(update_fields=["organisation"])
    Block.objects.create(person=mentee.person, typed=blocked.person.email)
    Block.objects.create(person=blocking.person, typed=mentee.person.name)
    [match] = publish_run(run_of((mentee, declined)), by=None).mentorships
    decline_match(mentor_in(match))
    elsewhere = CohortFactory(hold_days=0)
    earlier = mentee_of(elsewhere, person=mentee.person), mentor_of(elsewhere, person=met.person)
    publish_run(run_of(earlier), by=None)
    mentor_of(cohort)  # Nothing in common: below the floor.
    mentor_of(cohort, offers=[mentee.needs.get().topic], capacity=0)  # For groups only.
    Application.objects.filter(pk=full.pk).update(taken=1)

    found = choosable(mentee)

    assert found.mentors == {fine.pk, full.pk}
    assert found.with_a_place() == {fine.pk}
    for forbidden in (colleague, blocked, blocking, declined, met):
        with pytest.raises(Refused, match="cannot be chosen at the moment"):
            services.name_mentor(mentee, forbidden)


@pytest.mark.parametrize(
    "change",
    [
        {"cohort__lets_mentees_choose": False},
        {"cohort__ends_on": date(2020, 1, 1), "cohort__starts_on": date(2019, 1, 1)},
        {"state": Application.State.WAITING},
        {"part": Application.Part.MENTOR},
    ],
)
def test_only_accepted_mentees_of_a_cohort_that_lets_them_choose_have_a_list(change):
    cohort_fields = {name.removeprefix("cohort__"): to for name, to in change.items() if "__" in name}
    cohort = CohortFactory(**({"lets_mentees_choose": True} | cohort_fields))
    own = {name: to for name, to in change.items() if "__" not in name}
    mentee = mentee_of(cohort, **own)

    with pytest.raises(NotOpen):
        services.name_mentor(mentee, mentor_of(cohort))


def test_somebody_with_a_mentor_chooses_no_other(cohort):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    publish_run(run_of((mentee, mentor)), by=None)

    with pytest.raises(NotOpen):
        services.name_mentor(mentee, other)


# --- Asking -----------------------------------------------------------------------------------


def test_only_the_first_is_asked_and_told(cohort):
    [mentee], mentors = choosers(cohort, mentors=3)

    request = asked(mentee, *mentors)

    assert request.mentor == mentors[0]
    assert states_of(mentee) == [State.ASKED, State.LISTED, State.LISTED]
    assert request.expires_at - request.asked_at == timedelta(days=14)
    assert [mail.person for mail in Mail.objects.all()] == [mentors[0].person]
    with pytest.raises(NotOpen, match="asked already"):
        services.ask_first(mentee)


def test_whoever_has_no_place_or_may_not_be_met_is_passed_over(cohort):
    [mentee], [full, blocking, free] = choosers(cohort, mentors=3, capacity=1)
    listed(mentee, full, blocking, free)
    Application.objects.filter(pk=full.pk).update(taken=1)
    Block.objects.create(person=blocking.person, typed=mentee.person.email)

    request = services.ask_first(mentee)

    assert request.mentor == free
    assert states_of(mentee) == [State.LISTED, State.LISTED, State.ASKED]


def test_where_nobody_can_be_asked_the_mentee_hears_so(cohort):
    [mentee], [full] = choosers(cohort, capacity=1)
    listed(mentee, full)
    Application.objects.filter(pk=full.pk).update(taken=1)

    with pytest.raises(Refused, match="Nobody on your list can be asked"):
        services.ask_first(mentee)


def test_a_mentor_is_asked_twice_at_most(cohort):
    [mentee], [mentor] = choosers(cohort)

    services.take_back(asked(mentee, mentor))
    services.take_back(asked(mentee, mentor))

    with pytest.raises(Refused, match="cannot be chosen"):
        services.name_mentor(mentee, mentor)


def test_taking_back_asks_nobody_else(cohort):
    [mentee], mentors = choosers(cohort, mentors=2)
    request = asked(mentee, *mentors)

    services.take_back(request)

    assert states_of(mentee) == [State.WITHDRAWN, State.LISTED]
    with pytest.raises(NotOpen):
        services.take_back(request)


# --- Answering --------------------------------------------------------------------------------


def test_a_yes_introduces_the_two_at_once(cohort, post):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    request = asked(mentee, mentor, other)
    post.arrived()

    services.accept_request(request)

    mentorship = Mentorship.objects.get()
    mentor.refresh_from_db()
    assert (mentorship.state, mentorship.run, mentor.taken) == (Mentorship.State.INTRODUCED, None, 1)
    assert mentee_in(mentorship).person == mentee.person
    assert mentor_in(mentorship).person == mentor.person
    assert states_of(mentee) == [State.ACCEPTED, State.WITHDRAWN]
    told = {mail["To"]: words_of(mail) for mail in post.arrived()}
    assert told.keys() == {mentee.person.email, mentor.person.email}
    assert mentor.person.email in told[mentee.person.email]
    assert f"You asked {mentor.person}, who said yes." in told[mentee.person.email]
    assert f"{mentee.person} asked for you, and you said yes." in told[mentor.person.email]


def test_a_no_asks_the_next_and_tells_the_mentee_kindly(cohort, post):
    [mentee], [first, second] = choosers(cohort, mentors=2)
    request = asked(mentee, first, second)
    post.arrived()

    services.decline_request(request)
    services.decline_request(request)

    assert states_of(mentee) == [State.DECLINED, State.ASKED]
    told = {mail["To"]: words_of(mail) for mail in post.arrived()}
    assert told.keys() == {mentee.person.email, second.person.email}
    assert f"{first.person} cannot take on another mentee this time." in told[mentee.person.email]
    assert f"the next mentor on your list, {second.person}" in told[mentee.person.email]
    assert str(first.person) not in told[second.person.email]


def test_the_last_no_leaves_the_mentee_free_to_name_others(cohort, post):
    [mentee], [mentor] = choosers(cohort)
    request = asked(mentee, mentor)
    post.arrived()

    services.decline_request(request)

    assert "Nobody else is asked for now." in words_of(post.arrived_for(mentee.person))


def test_after_a_no_no_yes_and_after_a_yes_no_no():
    declined, accepted = a_request(), a_request()
    services.decline_request(declined)
    services.accept_request(accepted)

    with pytest.raises(NotOpen):
        services.accept_request(declined)
    with pytest.raises(NotOpen, match="answer to this request was yes"):
        services.decline_request(accepted)
    assert Mentorship.objects.count() == 1


def test_whoever_asked_a_mentor_who_is_full_now_is_told_and_their_next_is_asked(cohort, post):
    [one, other], [mentor] = choosers(cohort, mentees=2, capacity=1)
    spare = mentor_of(cohort, offers=[other.needs.get().topic])
    yes, too_late = asked(one, mentor), asked(other, mentor, spare)
    post.arrived()

    services.accept_request(yes)

    too_late.refresh_from_db()
    assert too_late.state == State.WITHDRAWN
    assert Choice.objects.get(mentee=other, state=State.ASKED).mentor == spare
    told = [words_of(mail) for mail in post.arrived() if mail["To"] == other.person.email]
    assert len(told) == 1
    assert f"{mentor.person} can no longer be asked" in told[0]
    assert str(one.person) not in told[0]


def test_without_a_place_a_yes_is_refused_and_the_request_passed_on():
    request = a_request(capacity=1)
    Application.objects.filter(pk=request.mentor_id).update(taken=1)

    with pytest.raises(NoPlaceLeft):
        services.accept_request(request)

    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    assert not Mentorship.objects.exists()


def test_who_may_no_longer_meet_is_not_brought_together():
    request = a_request()
    Block.objects.create(person=request.mentee.person, typed=request.mentor.person.email)

    with pytest.raises(NotOpen, match="no longer open"):
        services.accept_request(request)

    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    assert not Mentorship.objects.exists()
    assert Application.objects.get(pk=request.mentor_id).taken == 0


def test_after_a_mentorship_has_ended_one_may_choose_again(cohort):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    services.accept_request(asked(mentee, mentor))
    Member.objects.update(left_at=timezone.now())

    assert choosable(mentee).mentors == {other.pk}
    assert asked(mentee, other).mentor == other


# --- The clock --------------------------------------------------------------------------------


def test_a_request_expires_after_fourteen_days_and_the_next_is_asked(cohort, post):
    [mentee], [first, second] = choosers(cohort, mentors=2)
    request = asked(mentee, first, second)
    post.arrived()

    keep_choices(in_days(13.9))
    assert states_of(mentee) == [State.ASKED, State.LISTED]
    post.arrived()
    keep_choices(in_days(14.1))

    assert states_of(mentee) == [State.EXPIRED, State.ASKED]
    following = Choice.objects.get(mentor=second)
    assert following.expires_at > request.expires_at + timedelta(days=13)
    told = {mail["To"]: words_of(mail) for mail in post.arrived()}
    assert f"{first.person} has not found the time to answer" in told[mentee.person.email]
    assert "no longer open" in told[first.person.email]
    assert f"{mentee.person} would like you as their mentor" in told[second.person.email]


def test_a_mentor_is_reminded_on_days_five_and_ten():
    request = a_request()

    found = [(day, keep_choices(in_days(day))) for day in (4.9, 5.1, 6, 9.9, 10.1, 13)]

    assert [day for day, reminded in found if reminded] == [5.1, 10.1]
    assert kinds_for(request.mentor.person) == ["choice_asked", "choice_reminder", "choice_reminder"]


def test_whoever_is_late_for_both_reminders_gets_one():
    request = a_request()

    assert [keep_choices(in_days(12)), keep_choices(in_days(12.1))] == [1, 0]
    assert kinds_for(request.mentor.person) == ["choice_asked", "choice_reminder"]


def test_a_reminder_of_what_was_answered_does_not_leave(post):
    request = a_request(days_ago=5)
    keep_choices()

    services.decline_request(request)

    assert [mail["To"] for mail in post.arrived()] == [request.mentee.person.email]
    assert Mail.objects.get(kind="choice_reminder").state == Mail.State.SKIPPED


def test_a_reminder_waits_for_the_morning(post, settings):
    request = a_request(days_ago=5)
    keep_choices()
    now = timezone.localtime()
    settings.QUIET_HOURS = ((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time())

    assert post.arrived() == []
    settings.QUIET_HOURS = None
    Mail.objects.update(not_before=timezone.now())
    assert {mail["To"] for mail in post.arrived()} == {request.mentor.person.email}


def test_the_clock_comes_by_the_worker_and_without_it():
    a_request(days_ago=15)

    assert keep_choices_task() == 1
    assert keep_choices in chores.every()


@pytest.mark.parametrize("who", ["mentor", "mentee"])
def test_a_request_of_somebody_who_withdraws_is_closed(cohort, who, post):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    request = asked(mentee, mentor, other)
    post.arrived()

    withdraw_application(getattr(request, who))
    keep_choices()

    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    is_next_asked = Choice.objects.filter(mentor=other, state=State.ASKED).exists()
    assert is_next_asked == (who == "mentor")
    told = {mail["To"] for mail in post.arrived()}
    passed_on = {mentor.person.email, mentee.person.email, other.person.email}
    assert told == (passed_on if who == "mentor" else {mentor.person.email})


def test_a_mentor_who_loses_places_is_no_longer_asked(cohort):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    request = asked(mentee, mentor, other)

    Application.objects.filter(pk=mentor.pk).update(capacity=0)
    keep_choices()

    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    assert Choice.objects.get(mentee=mentee, state=State.ASKED).mentor == other


def test_a_mentee_whom_a_run_matches_needs_no_answer(cohort, post):
    [mentee], [asked_mentor, matched, waiting] = choosers(cohort, mentors=3)
    request = asked(mentee, asked_mentor, waiting)
    post.arrived()

    [match] = publish_run(run_of((mentee, matched)), by=None).mentorships
    keep_choices()

    request.refresh_from_db()
    assert request.state == State.WITHDRAWN
    over = [mail for mail in post.arrived() if mail["To"] == asked_mentor.person.email]
    assert len(over) == 1
    assert "says nothing about you" in words_of(over[0])
    # On hold their list is kept: the match may not go ahead.
    assert states_of(mentee)[1] == State.LISTED
    Mentorship.objects.filter(pk=match.pk).update(
        state=Mentorship.State.INTRODUCED, introduced_at=timezone.now()
    )
    keep_choices()
    assert states_of(mentee)[1] == State.WITHDRAWN


def test_a_mentor_who_never_heard_of_a_request_does_not_hear_that_it_is_over(post):
    request = a_request()

    services.take_back(request)

    assert post.arrived() == []


def test_switching_it_off_closes_what_is_open_and_tells_everybody_once(cohort, post):
    [mentee, unheard], mentors = choosers(cohort, mentees=2, mentors=3)
    asked(mentee, *mentors)
    listed(unheard, mentors[2])
    post.arrived()

    assert switch_off(cohort) == 4

    assert not Choice.objects.exclude(state=State.WITHDRAWN).exists()
    told = [mail["To"] for mail in post.arrived()]
    assert sorted(told) == sorted([mentee.person.email, unheard.person.email, mentors[0].person.email])
    cohort.refresh_from_db()
    assert not cohort.lets_mentees_choose


def test_an_admin_waits_no_longer_or_takes_a_request_back(cohort):
    admin = PersonFactory(admin=True)
    [one, other], [a, b] = choosers(cohort, mentees=2, mentors=2)
    first, second = asked(one, a, b), asked(other, a, b)

    services.expire_for(first, by=admin)
    services.withdraw_for(second, by=admin)

    assert states_of(one) == [State.EXPIRED, State.ASKED]
    assert states_of(other) == [State.WITHDRAWN, State.LISTED]
    with pytest.raises(NotOpen):
        services.expire_for(first, by=admin)
    with pytest.raises(Refused, match="Ask a colleague"):
        services.withdraw_for(Choice.objects.get(mentee=one, state=State.ASKED), by=b.person)


# --- At once ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_twenty_yeses_at_once_one_takes_the_last_place():
    cohort = a_choosing_cohort()
    mentees, [mentor] = choosers(cohort, mentees=20, capacity=1)
    requests = [asked(mentee, mentor) for mentee in mentees]

    for _round in range(50):
        answers = at_once(
            *(lambda one=one: services.bring_together(one, now=timezone.now()) for one in requests)
        )
        refused = [answer for answer in answers if isinstance(answer, NoPlaceLeft)]
        assert (answers.count(None), len(refused)) == (1, 19), answers
        assert Application.objects.get(pk=mentor.pk).taken == 1
        assert Mentorship.objects.count() == 1
        start_over(mentor)


def start_over(mentor):
    Mail.objects.filter(kind="introduction").delete()
    Member.objects.all().delete()
    Mentorship.objects.all().delete()
    Application.objects.filter(pk=mentor.pk).update(taken=0)
    Choice.objects.update(state=State.ASKED, answered_at=None)


@pytest.mark.django_db(transaction=True)
def test_of_a_yes_a_taking_back_and_an_expiry_at_once_one_counts():
    request = a_request()

    for _round in range(50):
        at_once(
            lambda: services.accept_request(request),
            lambda: services.take_back(request),
            lambda: services.expire(request),
        )
        request.refresh_from_db()
        is_yes = request.state == State.ACCEPTED
        assert request.state in (State.ACCEPTED, State.WITHDRAWN, State.EXPIRED)
        assert Mentorship.objects.count() == is_yes
        assert Application.objects.get(pk=request.mentor_id).taken == is_yes
        start_over(request.mentor)


@pytest.mark.django_db(transaction=True)
def test_asking_twice_at_once_asks_one():
    [mentee], mentors = choosers(a_choosing_cohort(), mentors=3)
    listed(mentee, *mentors)

    for _round in range(20):
        answers = at_once(*(lambda: services.ask_first(mentee) for _click in range(3)))
        assert sum(isinstance(answer, Choice) for answer in answers) == 1
        assert Choice.objects.filter(state=State.ASKED).count() == 1
        Choice.objects.update(state=State.LISTED)


# --- Runs -------------------------------------------------------------------------------------


def test_a_run_gives_whom_a_mentee_named_first_the_most(cohort):
    [mentee], mentors = choosers(cohort, mentors=3)
    listed(mentee, mentors[2], mentors[0])

    encoded = encode(cohort)
    place = {mentor.pk: row for row, mentor in enumerate(encoded.mentors)}

    assert encoded.features.choices.tolist() == [
        [0, place[mentors[2].pk], 1],
        [0, place[mentors[0].pk], 2],
    ]


def test_a_mentor_who_said_no_is_not_proposed_and_the_next_counts_as_first(cohort):
    [mentee], [a, b] = choosers(cohort, mentors=2)
    services.decline_request(asked(mentee, a, b))

    encoded = encode(cohort)

    assert encoded.features.choices.tolist() == [[0, 1, 1]]
    assert (score_matrix(encoded.features, Policy())[0] < 0).tolist() == [True, False]


def test_where_mentees_may_not_choose_no_choice_is_read(cohort):
    [mentee], [mentor] = choosers(cohort)
    listed(mentee, mentor)
    cohort.lets_mentees_choose = False

    assert encode(cohort).features.choices.tolist() == []


def test_a_run_proposes_the_mentor_whom_the_mentee_named_and_only_the_mentee_reads_so(cohort):
    topic, further = TopicFactory(), TopicFactory()
    mentee = mentee_of(cohort, needs=[topic, further])
    others = [mentor_of(cohort, offers=[topic]) for _ in range(4)]
    named = others[2]
    listed(mentee, named)

    run = start_run(cohort, by=None)
    compute_run(run)
    proposal = run.proposals.get()
    [match] = publish_run(run, by=None).mentorships

    assert proposal.mentor == named
    assert {"code": "named"} in match.reasons
    mails = {mail.person: mail for mail in Mail.objects.filter(kind="match_held")}
    assert mails.keys() == {mentee.person, named.person}


# --- One's own data ---------------------------------------------------------------------------


def test_the_export_holds_whom_one_named_and_who_asked(cohort):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    services.name_mentor(mentee, mentor, words="Planted words.")
    services.name_mentor(mentee, other)
    services.ask_first(mentee)

    mine, theirs, unheard = (held_of(one.person) for one in (mentee, mentor, other))

    assert [line["mentor"] for line in mine["mentors_you_named"]] == [str(mentor.person), str(other.person)]
    [request] = theirs["mentees_who_asked_you"]
    assert (request["words"], request["mentee"]) == ("Planted words.", str(mentee.person))
    assert "rank" not in request
    assert unheard["mentees_who_asked_you"] == []


def held_of(person) -> dict:
    return export_person(person)["choices_of_mentors"]


@pytest.mark.parametrize("who", ["mentor", "mentee"])
def test_whoever_leaves_takes_their_requests_along_and_the_other_is_told(cohort, who, post):
    [mentee], [mentor, other] = choosers(cohort, mentors=2)
    request = asked(mentee, mentor, other)
    leaving = getattr(request, who).person
    name = str(leaving)
    post.arrived()

    delete_person(leaving)

    assert not Choice.objects.filter(pk=request.pk).exists()
    told = {mail["To"]: words_of(mail) + html_of(mail) for mail in post.arrived()}
    if who == "mentor":
        assert Choice.objects.get(state=State.ASKED).mentor == other
        assert "no longer takes part" in told[mentee.person.email]
        assert name not in told[mentee.person.email]
    else:
        assert "has left the programme" in told[mentor.person.email]
        assert name not in told[mentor.person.email]
