"""The admin's pages of publishing and of what comes after."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Notice, NoticeVersion
from matching.models import Application, MatchRun, Mentorship, Turn
from matching.services.introductions import introduce_due
from matching.services.leaving import decline_match, leave_all
from matching.services.publishing import publish_run
from matching.services.turns import Reason, end_mentorship, pause
from outbox.models import Mail, Suppression
from tests.accounts.factories import PersonFactory, TopicFactory
from tests.matching.factories import CohortFactory
from tests.matching.mentorship_factories import (
    a_run,
    mentee_in,
    mentee_of,
    mentor_in,
    mentor_of,
    run_of,
)

pytestmark = pytest.mark.django_db

State, What, Because = Mentorship.State, Turn.What, Turn.Because
SECRET = "They told us that somebody is ill."


def at(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


def text_of(response) -> str:
    return " ".join(unescape(response.content.decode()).split())


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def cohort():
    return CohortFactory(hold_days=3)


@pytest.fixture
def safety():
    return TopicFactory(en="Clinical safety")


def introduced(mentee, mentor) -> Mentorship:
    [mentorship] = publish_run(
        run_of((mentee, mentor)), by=None, now=timezone.now() - timedelta(days=20)
    ).mentorships
    introduce_due(mentorship.hold_ends_at)
    mentorship.refresh_from_db()
    return mentorship


# --- Before publishing ------------------------------------------------------------------------------


def test_the_page_says_how_many_mails_leave_and_that_all_is_well(admin_client):
    run = a_run(pairs=2)
    Application.objects.update(agreed_to=a_notice())

    page = text_of(admin_client.get(at("matching_publish_run", run.pk)))

    assert "2 pairs would be published." in page
    assert "Checked: everybody still takes part" in page


def a_notice() -> NoticeVersion:
    notice, _ = Notice.objects.get_or_create(slug="confidentiality")
    return NoticeVersion.objects.get_or_create(notice=notice, dated=timezone.localdate())[0]


def test_who_left_was_matched_or_bounced_is_named_before_anything_is_published(admin_client):
    cohort = CohortFactory()
    people = {
        name: mentee_of(cohort, person__name=name) for name in ("Ada Gone", "Ben Matched", "Cem Bounced")
    }
    run = run_of(*((mentee, mentor_of(cohort)) for mentee in people.values()))
    publish_run(run_of((people["Ben Matched"], mentor_of(cohort))), by=None)
    Application.objects.filter(pk=people["Ada Gone"].pk).update(state=Application.State.WITHDRAWN)
    Suppression.objects.create(address=people["Cem Bounced"].person.email.lower(), reason="550")

    response = admin_client.get(at("matching_publish_run", run.pk))

    assert [remark.sentence for remark in response.context["remarks"]][:3] == [
        "No longer taking part: Ada Gone.",
        "Matched since this run: Ben Matched.",
        "Mail to these people came back, so nothing more is sent to them: Cem Bounced.",
    ]
    assert 'value="Publish 3 matches" disabled' in text_of(response)


def test_who_came_by_a_sheet_and_has_not_agreed_is_named_and_stops_nothing(admin_client):
    cohort = CohortFactory()
    entered = mentee_of(cohort, was_entered=True, person__name="Ada Entered")
    mentor = mentor_of(cohort, agreed_to=a_notice())

    response = admin_client.get(at("matching_publish_run", run_of((entered, mentor)).pk))

    assert [remark.sentence for remark in response.context["remarks"]] == [
        "Not yet agreed to what is confidential: Ada Entered.",
        "Nobody knows yet in which language these people read mail: Ada Entered.",
    ]
    assert not response.context["findings"].stops


def test_a_mentor_with_fewer_places_than_the_run_counts_on_is_named(admin_client):
    cohort = CohortFactory()
    mentor = mentor_of(cohort, person__name="Ngozi Okafor")
    run = run_of((mentee_of(cohort), mentor), (mentee_of(cohort), mentor))
    Application.objects.filter(pk=mentor.pk).update(capacity=1)

    response = admin_client.get(at("matching_publish_run", run.pk))

    assert "Fewer places than this run counts on: Ngozi Okafor." in text_of(response)


def test_a_run_that_was_changed_since_it_was_looked_at_is_not_published(admin_client):
    run = a_run()
    MatchRun.objects.filter(pk=run.pk).update(version=1)

    admin_client.post(at("matching_publish_run", run.pk), {"version": "0"})

    assert not Mentorship.objects.exists()
    admin_client.post(at("matching_publish_run", run.pk), {"version": "1"})
    assert Mentorship.objects.count() == 1


# --- Every mail, and a rehearsal ------------------------------------------------------------------------


@pytest.fixture
def in_two_languages():
    cohort = CohortFactory(hold_days=3)
    mentee = mentee_of(cohort, person__name="Samira Aziz", person__language="fr")
    return run_of((mentee, mentor_of(cohort, person__name="Ngozi Okafor")))


def test_every_mail_of_a_pair_is_shown_as_each_would_read_it(admin_client, in_two_languages):
    page = admin_client.get(at("matching_run_mails", in_two_languages.pk))

    letters = [
        (one["preview"].reader.name, one["preview"].kind, one["rendering"].subject)
        for one in page.context["letters"]
    ]
    assert letters == [
        ("Samira Aziz", "match_held", "Qui vous rencontreriez : Ngozi Okafor"),
        ("Samira Aziz", "introduction", "Vous et Ngozi Okafor : votre mise en contact"),
        ("Ngozi Okafor", "match_held", "Whom you would meet: Samira Aziz"),
        ("Ngozi Okafor", "introduction", "You and Samira Aziz: your introduction"),
    ]
    assert not Mail.objects.exists()


def test_the_frame_of_a_mail_is_cut_off_from_the_site(admin_client, in_two_languages):
    pair = in_two_languages.proposals.get()

    frame = admin_client.get(at("matching_run_mail_frame", in_two_languages.pk, pair.pk, 3))

    assert frame["Content-Security-Policy"].startswith("sandbox")
    assert pair.mentee.person.email in frame.content.decode()
    assert admin_client.get(at("matching_run_mail_frame", in_two_languages.pk, pair.pk, 4)).status_code == 404


def test_pairs_are_found_by_either_name_and_shown_page_by_page(admin_client):
    cohort = CohortFactory()
    run = run_of(
        (mentee_of(cohort, person__name="Élodie Martin"), mentor_of(cohort)),
        (mentee_of(cohort), mentor_of(cohort, person__name="Ngozi Okafor")),
    )

    for words in ("elodie", "Okafor"):
        page = admin_client.get(at("matching_run_mails", run.pk), {"q": words})
        assert len(page.context["page"].object_list) == 1


def test_a_rehearsal_goes_to_the_admin_alone_and_says_so(admin_client, admin_user, in_two_languages, post):
    response = admin_client.post(at("matching_send_run_to_me", in_two_languages.pk), follow=True)

    assert "4 mails are on their way to you" in said(response)[0]
    arrived = post.arrived()
    assert {mail["To"] for mail in arrived} == {admin_user.email}
    assert sorted(mail["Subject"] for mail in arrived) == [
        "Rehearsal: Qui vous rencontreriez : Ngozi Okafor",
        "Rehearsal: Vous et Ngozi Okafor : votre mise en contact",
        "Rehearsal: Whom you would meet: Samira Aziz",
        "Rehearsal: You and Samira Aziz: your introduction",
    ]
    ngozi = Application.objects.get(person__name="Ngozi Okafor").person
    in_french = next(mail for mail in arrived if "mise en contact" in mail["Subject"])
    text = in_french.get_body(("plain",)).get_content()
    assert "This is a rehearsal." in text
    assert "Bonjour Samira," in text
    assert ngozi.email in text
    assert not Mentorship.objects.exists()


def test_a_rehearsal_that_is_asked_for_twice_is_sent_once(admin_client, in_two_languages):
    for _ in range(2):
        admin_client.post(at("matching_send_run_to_me", in_two_languages.pk))

    # Twice within a minute, unless the minute turned in between.
    assert Mail.objects.filter(kind="run_rehearsal").count() in (4, 8)
    assert Mail.objects.exclude(kind="run_rehearsal").count() == 0


def test_the_chosen_pairs_are_rehearsed_three_at_most(admin_client):
    run = a_run(pairs=5, hold_days=3)
    chosen = list(run.proposals.order_by("-pk").values_list("pk", flat=True)[:4])

    admin_client.post(at("matching_send_run_to_me", run.pk), {"pair": chosen})

    rehearsed = set(Mail.objects.values_list("context__proposal", flat=True))
    assert len(rehearsed) == 3
    assert rehearsed < set(chosen)


def test_the_run_and_the_dashboard_say_until_when_a_publication_can_be_undone(admin_client, cohort):
    mentee, mentor = mentee_of(cohort), mentor_of(cohort)
    [mentorship] = publish_run(run_of((mentee, mentor)), by=None, now=timezone.now()).mentorships
    ends_at = timezone.localtime(mentorship.hold_ends_at)
    run = at("matching_matchrun_change", mentorship.run_id)
    dashboard = at("matching_cohort_dashboard", cohort.pk)
    day, time = date_format(ends_at, "l j F"), date_format(ends_at, "H:i")

    assert f"This can be undone until {day} at {time}" in text_of(admin_client.get(run))
    assert f"The publication can be undone until {day}, {time}." in text_of(admin_client.get(dashboard))

    introduce_due(mentorship.hold_ends_at)

    assert "can be undone until" not in text_of(admin_client.get(run))
    assert "can be undone until" not in text_of(admin_client.get(dashboard))


# --- Repairs ------------------------------------------------------------------------------------------------


def test_beside_each_mentee_without_a_mentor_stands_what_costs_least(admin_client, cohort, safety):
    other = TopicFactory(en="Procurement", family="procurement")
    asked = mentor_of(cohort, offers=[safety], capacity=1, person__name="Ngozi Okafor")
    introduced(mentee_of(cohort, needs=[safety]), asked)
    mentor_of(cohort, offers=[other], person__name="Piotr Nowak")
    mentee_of(cohort, needs=[safety], person__name="Samira Aziz")
    mentee_of(cohort, needs=[other], person__name="Kwame Mensah")

    response = admin_client.get(at("matching_needs_a_match"))

    page = text_of(response)
    assert "Ngozi Okafor would need one more place" in page
    assert [
        (repair.mentee.person.name, repair.option.mentor.person.name, repair.needs_a_place)
        for repair in response.context["repairs"]
    ] == [("Kwame Mensah", "Piotr Nowak", False), ("Samira Aziz", "Ngozi Okafor", True)]


@pytest.mark.parametrize("who", [mentee_in, mentor_in])
def test_nothing_on_the_page_of_repairs_depends_on_who_said_no(admin_client, cohort, safety, who):
    mentee = mentee_of(cohort, needs=[safety], person__name="Samira Aziz")
    mentor = mentor_of(cohort, offers=[safety], person__name="Ngozi Okafor")
    mentor_of(cohort, offers=[safety], person__name="Piotr Nowak")
    [match] = publish_run(run_of((mentee, mentor)), by=None).mentorships

    decline_match(who(match))

    page = text_of(admin_client.get(at("matching_needs_a_match")))
    assert "a match is not going ahead" in page
    assert "Piotr Nowak" in page
    assert "Ngozi Okafor" not in page


def test_one_mentee_is_matched_anew_after_its_exact_consequence_was_shown(
    admin_client, admin_user, cohort, safety
):
    mentee, before, after = (
        mentee_of(cohort, needs=[safety], person__name="Samira Aziz"),
        mentor_of(cohort, offers=[safety], person__name="Ngozi Okafor"),
        mentor_of(cohort, offers=[safety], person__name="Piotr Nowak"),
    )
    old = introduced(mentee, before)

    looked = text_of(admin_client.get(at("matching_rematch", mentee.pk), {"mentor": after.pk}))
    assert "Ngozi Okafor – Samira Aziz ends today." in looked
    assert "Nobody else moves." in looked
    answer = admin_client.post(
        at("matching_rematch", mentee.pk),
        {"mentor": after.pk, "seen": f"{old.pk}-introduced", "because": "no_fit", "words": SECRET},
        follow=True,
    )

    new = Mentorship.objects.get(follows=old)
    assert said(answer) == ["1 mentee has a new match. Everybody whom it concerns is told."]
    assert (new.published_by, new.state) == (admin_user, State.HELD)
    assert "What was before it" in text_of(answer)


def test_the_second_of_two_admins_is_told_that_somebody_was_quicker(admin_client, cohort, safety):
    mentee, mentor = mentee_of(cohort, needs=[safety]), mentor_of(cohort, offers=[safety], capacity=1)
    form = {"mentor": mentor.pk, "because": "unsaid"}
    admin_client.post(at("matching_rematch", mentee.pk), form)

    answer = admin_client.post(at("matching_rematch", mentee.pk), form, follow=True)

    assert "somebody was quicker" in said(answer)[-1]
    assert Mentorship.objects.count() == 1


def test_a_place_more_is_given_only_once_the_mentor_has_agreed(admin_client, cohort, safety):
    mentor = mentor_of(cohort, offers=[safety], capacity=1)
    introduced(mentee_of(cohort, needs=[safety]), mentor)
    mentee = mentee_of(cohort, needs=[safety])
    form = {"mentor": mentor.pk, "because": "unsaid"}

    refused = admin_client.post(at("matching_rematch", mentee.pk), form, follow=True)
    assert "no place left" in said(refused)[0]
    admin_client.post(at("matching_rematch", mentee.pk), form | {"agreed": "yes"})

    mentor.refresh_from_db()
    assert (mentor.capacity, mentor.taken) == (2, 2)


def test_all_mentees_of_a_mentor_who_leaves_are_matched_from_one_page(admin_client, cohort, safety):
    leaving = mentor_of(cohort, offers=[safety], capacity=2)
    mentees = [mentee_of(cohort, needs=[safety]) for _ in range(2)]
    for mentee in mentees:
        introduced(mentee, leaving)
    taking = mentor_of(cohort, offers=[safety], capacity=2)

    page = admin_client.get(at("matching_rematch_mentor", leaving.pk))
    assert "2 mentorships end today." in text_of(page)
    admin_client.post(
        at("matching_rematch_mentor", leaving.pk),
        {
            "carry_out": "yes",
            "because": "left",
            "words": "",
            "pair": [f"{mentee.pk}-{taking.pk}" for mentee in mentees],
        },
    )

    taking.refresh_from_db()
    leaving.refresh_from_db()
    assert (taking.taken, leaving.taken) == (2, 0)


def test_several_without_a_mentor_are_matched_together(admin_client, cohort, safety):
    lost = [mentee_of(cohort, needs=[safety]) for _ in range(2)]
    gone = mentor_of(cohort, offers=[safety], capacity=2)
    for mentee in lost:
        introduced(mentee, gone)
    leave_all(gone.person)
    Application.objects.filter(pk=gone.pk).update(state=Application.State.WITHDRAWN)
    taking = mentor_of(cohort, offers=[safety], capacity=2)

    admin_client.post(
        at("matching_rematch_together", cohort.pk),
        {"carry_out": "yes", "because": "unsaid", "pair": [f"{one.pk}-{taking.pk}" for one in lost]},
    )

    taking.refresh_from_db()
    assert taking.taken == 2


# --- Turns -----------------------------------------------------------------------------------------------------


@pytest.fixture
def going_on(cohort):
    return introduced(mentee_of(cohort), mentor_of(cohort))


def in_a_month() -> str:
    return (timezone.localdate() + timedelta(days=30)).isoformat()


def test_an_admin_pauses_resumes_extends_and_ends_it(admin_client, going_on):
    later = (going_on.cohort.ends_on + timedelta(days=30)).isoformat()
    for name, form in (
        ("matching_pause", {"until": in_a_month(), "because": "time", "words": SECRET}),
        ("matching_resume", {}),
        ("matching_extend", {"until": later, "seen": "", "because": "other", "words": ""}),
        ("matching_end", {"because": "done", "words": ""}),
    ):
        if form:
            assert admin_client.get(at(name, going_on.pk)).status_code == 200
        answer = admin_client.post(at(name, going_on.pk), form, follow=True)
        assert len(said(answer)) == 1

    assert [turn.what for turn in going_on.turns.order_by("at")] == [
        What.PAUSED,
        What.RESUMED,
        What.EXTENDED,
        What.ENDED,
    ]


def test_why_stands_on_its_page_for_admins_and_nowhere_else(
    admin_client, admin_user, signed_in_client, going_on, cohort
):
    pause(
        going_on,
        until=timezone.localdate() + timedelta(days=30),
        by=admin_user,
        reason=Reason(Because.TIME, SECRET),
    )
    mentee = mentee_in(going_on).person
    mine = signed_in_client(mentee).get(reverse("matching:mentorship", args=[going_on.pk]))
    elsewhere = [
        admin_client.get(at("matching_mentorship_changelist")),
        admin_client.get(at("matching_mentorship_history", going_on.pk)),
        admin_client.get(at("matching_needs_a_match")),
        signed_in_client(mentee).get(reverse("home")),
        mine,
    ]

    assert SECRET in text_of(admin_client.get(at("matching_mentorship_change", going_on.pk)))
    assert "Paused until" in text_of(mine)
    for response in elsewhere:
        assert SECRET not in text_of(response)
        assert "There is no time for it" not in text_of(response)


def test_an_admin_who_is_in_it_reads_no_reason(signed_in_client, cohort):
    admin = PersonFactory(admin=True)
    mine = introduced(mentee_of(cohort), mentor_of(cohort, person=admin))
    pause(
        mine, until=timezone.localdate() + timedelta(days=30), by=None, reason=Reason(Because.NO_FIT, SECRET)
    )

    page = text_of(signed_in_client(admin).get(at("matching_mentorship_change", mine.pk)))

    assert "What happened" in page
    assert SECRET not in page
    assert "It is not a fit" not in page


def test_what_ended_offers_another_match(admin_client, going_on):
    end_mentorship(going_on, by=None, reason=Reason(Because.NO_FIT))

    page = text_of(admin_client.get(at("matching_mentorship_change", going_on.pk)))

    assert at("matching_rematch", mentee_in(going_on).application_id) in page


# --- Who may come in, and what it costs --------------------------------------------------------------------------


def addresses(run, match, mentee) -> list[str]:
    return [
        at("matching_run_mails", run.pk),
        at("matching_pause", match.pk),
        at("matching_extend", match.pk),
        at("matching_end", match.pk),
        at("matching_needs_a_match"),
        at("matching_rematch", mentee.pk),
        at("matching_rematch_together", run.cohort_id),
        at("matching_rematch_mentor", mentor_in(match).application_id),
    ]


def test_these_pages_are_open_to_admins_alone(admin_client, signed_in_client, going_on):
    found = addresses(a_run(), going_on, mentee_in(going_on).application)
    staff = signed_in_client(PersonFactory(is_staff=True))
    member = signed_in_client(mentee_in(going_on).person)

    assert {admin_client.get(url).status_code for url in found} == {200}
    assert {staff.get(url).status_code for url in found} == {403}
    assert {member.get(url).status_code for url in found} <= {302, 403, 404}


def queries(client, url: str) -> int:
    client.get(at("index"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_each_page_costs_the_same_however_many_it_is_about(admin_client):
    def situation(number):
        cohort, topic = CohortFactory(), TopicFactory()
        mentor = mentor_of(cohort, offers=[topic], capacity=4)
        matches = [introduced(mentee_of(cohort, needs=[topic]), mentor) for _ in range(number)]
        waiting = [mentee_of(cohort, needs=[topic]) for _ in range(number)]
        for _ in range(number):
            mentor_of(cohort, offers=[topic])
        run = run_of(*((one, mentor) for one in waiting))
        return {
            "publish": at("matching_publish_run", run.pk),
            "mails": at("matching_run_mails", run.pk),
            "repairs": f"{at('matching_needs_a_match')}?cohort={cohort.pk}",
            "rematch": at("matching_rematch", waiting[0].pk),
            "together": at("matching_rematch_together", cohort.pk),
            "mentor": at("matching_rematch_mentor", mentor.pk),
            "one": at("matching_mentorship_change", matches[0].pk),
        }

    one, three = situation(1), situation(3)

    costs = {name: (queries(admin_client, one[name]), queries(admin_client, three[name])) for name in one}
    assert {name: first for name, (first, _) in costs.items()} == {
        name: last for name, (_, last) in costs.items()
    }
    assert max(first for first, _ in costs.values()) <= 34
