"""The review of a run as admins use it: rows, filters, options with their cost, and deciding by hand."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Sector, Topic
from matching import options
from matching.models import Application, MatchRun
from matching.services.rulings import Change, What, apply
from matching.services.runs import compute_run, start_run
from tests.accounts.factories import DisciplineFactory, PersonFactory, TopicFactory
from tests.matching.factories import CohortFactory, StreamFactory
from tests.matching.mentorship_factories import mentee_of, mentor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    cohort = CohortFactory(slug="autumn")
    safety, data, other = (
        TopicFactory(family="one", en="Safety"),
        TopicFactory(family="one", en="Data"),
        TopicFactory(family="two", en="Buying"),
    )
    mentor_of(cohort, offers=[safety, other], capacity=1, person__name="Ngozi Okafor")
    mentor_of(cohort, offers=[data], capacity=2, person__name="Hana Suzuki")
    mentee_of(cohort, needs=[safety, other], person__name="Samira Aziz")
    mentee_of(cohort, needs=[safety], person__name="Piotr Nowak")
    mentee_of(cohort, needs=[data], person__name="Ciara Doyle")
    mentee_of(cohort, needs=[TopicFactory(family="far")], person__name="Élan Mensah")
    return cohort


@pytest.fixture
def run(cohort):
    return computed(cohort)


def computed(cohort) -> MatchRun:
    run = start_run(cohort, by=None)
    compute_run(run)
    run.refresh_from_db()
    return run


def who(name: str) -> Application:
    return Application.objects.select_related("person").get(person__name__startswith=name)


def review_of(run, **filters) -> str:
    return at("matching_matchrun_change", run.pk, **filters)


def at(name, *args, **query) -> str:
    return reverse(f"admin:{name}", args=args, query=query)


def change_page(run, what, **people) -> str:
    return at("matching_ruling", run.pk, what=what, **{part: who(name).pk for part, name in people.items()})


def listed(response) -> list[str]:
    return [str(row.mentee.person) for row in response.context["rows"]]


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def ruled(run, what, **people):
    change = Change(what, **{part: who(name) for part, name in people.items()})
    run.refresh_from_db()
    apply(run, change, version=run.version, by=PersonFactory(admin=True, name="Priya Nair"))
    run.refresh_from_db()


# --- The list ---------------------------------------------------------------------------------


def test_each_mentee_has_a_row_with_mentor_reasons_gaps_and_comparison(admin_client, run):
    rows = {str(row.mentee.person): row for row in admin_client.get(review_of(run)).context["rows"]}

    samira, piotr = rows["Samira Aziz"], rows["Piotr Nowak"]
    assert (str(samira.mentor.person), samira.places, samira.fit) == ("Ngozi Okafor", "1 of 1 place", "100")
    assert samira.comparison == "The best of 2 possible mentors"
    assert piotr.comparison == "2nd best of 2 possible mentors"
    assert (piotr.fit, piotr.best, piotr.why.uncovered) == ("50", "100", [])
    assert rows["Élan Mensah"].why_not == "The rules leave no mentor for this mentee."


def test_the_weakest_come_first_then_by_name_or_gap(admin_client, run):
    assert listed(admin_client.get(review_of(run)))[:2] == ["Élan Mensah", "Piotr Nowak"]
    assert listed(admin_client.get(review_of(run, sort="name")))[:2] == ["Ciara Doyle", "Élan Mensah"]
    assert listed(admin_client.get(review_of(run, sort="gap")))[:2] == ["Élan Mensah", "Piotr Nowak"]


def test_the_list_is_filtered_by_what_stands_out(admin_client, run):
    ruled(run, What.LOCK, mentee="Piotr", mentor="Ngozi")

    found = {
        show: listed(admin_client.get(review_of(run, show=show, sort="name")))
        for show in ("weak", "unmatched", "changed", "locked", "uncovered")
    }

    assert found == {
        "weak": ["Samira Aziz"],
        "unmatched": ["Élan Mensah"],
        "changed": ["Piotr Nowak", "Samira Aziz"],
        "locked": ["Piotr Nowak"],
        "uncovered": ["Samira Aziz"],
    }


def test_the_list_is_filtered_by_stream_discipline_sector_and_name(admin_client, run, cohort):
    stream, discipline = StreamFactory(cohort=cohort), DisciplineFactory()
    sector = Sector.objects.create(slug="icb", en="ICB", fr="ICB")
    Application.objects.filter(pk=who("Piotr").pk).update(stream=stream)
    who("Ciara").person.disciplines.add(discipline)
    who("Samira").person.sectors.add(sector)

    found = [
        listed(admin_client.get(review_of(run, **wanted)))
        for wanted in (
            {"stream": stream.pk},
            {"discipline": discipline.pk},
            {"sector": sector.pk},
            {"q": "elan"},
            {"q": "NGOZI"},
            {"q": "nobody of that name"},
        )
    ]

    assert found == [["Piotr Nowak"], ["Ciara Doyle"], ["Samira Aziz"], ["Élan Mensah"], ["Samira Aziz"], []]


def test_nonsense_in_a_filter_filters_nothing(admin_client, run):
    assert len(listed(admin_client.get(review_of(run, show="nonsense", stream="x", sort="y", page="z")))) == 4


def test_who_is_unmatched_is_told_together_with_why(admin_client, run):
    [shortage] = admin_client.get(review_of(run)).context["shortages"]

    assert (shortage.count, shortage.names) == (1, "Élan Mensah")
    assert shortage.sentence == "The rules leave no mentor for this mentee."


@pytest.mark.parametrize("name", ["review", "mentee"])
def test_a_page_costs_the_same_however_many_mentees(admin_client, cohort, name):
    def queries(run) -> int:
        person = run.proposals.order_by("-score").exclude(mentor=None).first().mentee_id
        page = review_of(run) if name == "review" else at("matching_review_mentee", run.pk, person)
        admin_client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert admin_client.get(page).status_code == 200
        return len(asked)

    topic = Topic.objects.get(en="Safety")
    # With two there is one other option and one other mentee to swap with.
    few, many = CohortFactory(), CohortFactory()
    for cohort, pairs in ((few, 2), (many, 4)):
        for _number in range(pairs):
            mentor_of(cohort, offers=[topic], capacity=1), mentee_of(cohort, needs=[topic])

    assert queries(computed(few)) == queries(computed(many))


def test_what_is_sensitive_is_never_named(admin_client, cohort):
    hidden = TopicFactory(en="Whistleblowing", sensitive=True)
    mentor_of(cohort, offers=[hidden], capacity=1, person__name="Marcus Bell")
    mentee_of(cohort, needs=[hidden, Topic.objects.get(en="Data")], person__name="Ada Quist")
    run = computed(cohort)

    pages = [review_of(run), at("matching_review_mentee", run.pk, who("Ada").pk)]
    text = "".join(admin_client.get(page).content.decode() for page in pages)

    assert "Ada Quist" in text
    assert "Whistleblowing" not in text


# --- One mentee -------------------------------------------------------------------------------


def mentee_page(run, name: str, **query) -> str:
    return at("matching_review_mentee", run.pk, who(name).pk, **query)


def test_the_options_of_a_mentee_come_best_first_each_with_its_cost(admin_client, run):
    choices = admin_client.get(mentee_page(run, "Piotr")).context["choices"]

    assert [(str(choice.mentor.person), choice.fit) for choice in choices] == [
        ("Ngozi Okafor", "100"),
        ("Hana Suzuki", "50"),
    ]
    assert choices[0].cost.startswith("as many mentees have a mentor; the least good fit falls from 50 to")
    assert [choice.option.is_present for choice in choices] == [False, True]


def test_the_cost_in_the_list_is_the_one_that_is_confirmed(admin_client, run):
    choice = admin_client.get(mentee_page(run, "Piotr")).context["choices"][0]

    cost = admin_client.get(choice.link).context["cost"]

    assert choice.option.after == cost.after


def test_what_takes_too_long_is_worked_out_when_asked_for(admin_client, run, monkeypatch):
    monkeypatch.setattr(options, "SECONDS_FOR_COSTS", -1)

    response = admin_client.get(mentee_page(run, "Piotr"))

    assert response.context["choices"][0].cost == ""
    assert "This one takes a moment to work out." in response.content.decode()


def test_mentors_and_swaps_are_found_by_name(admin_client, run):
    found = admin_client.get(mentee_page(run, "Piotr", q="ngozi", swap="samira")).context

    assert [str(choice.mentor.person) for choice in found["choices"]] == ["Ngozi Okafor"]
    assert [(str(swap.mentee.person), swap.mine, swap.theirs) for swap in found["swaps"]] == [
        ("Samira Aziz", ("50", "100"), ("100", "31"))
    ]


# --- Deciding ---------------------------------------------------------------------------------


def sent(page) -> dict:
    """What the button of a confirm page sends."""
    return page.context["fields"] | {"back": page.context["back"]}


def test_what_happens_is_said_before_it_is_done(admin_client, run):
    page = admin_client.get(change_page(run, "lock", mentee="Piotr", mentor="Ngozi"))

    assert page.context["cost"].sentences[0] == "1 other mentee moves; nobody loses a mentor."
    assert "Samira Aziz" in page.content.decode()
    assert not run.rulings.exists()


def test_doing_it_repairs_the_run_and_goes_back_to_the_list_as_it_was(admin_client, run, admin_user):
    page = admin_client.get(change_page(run, "lock", mentee="Piotr", mentor="Ngozi") + "&back=show%3Dweak")

    response = admin_client.post(at("matching_ruling", run.pk), sent(page))

    assert response.headers["Location"] == review_of(run, show="weak")
    assert said(admin_client.get(response.headers["Location"]))[0].startswith("Done: the run is repaired")
    assert list(run.rulings.values_list("kind", "by")) == [("lock", admin_user.pk)]
    assert run.proposals.get(mentee=who("Piotr")).mentor == who("Ngozi")


def test_who_confirms_after_somebody_else_is_told_and_sees_the_cost_anew(admin_client, run):
    page = admin_client.get(change_page(run, "forbid", mentee="Ciara", mentor="Hana"))
    ruled(run, What.LOCK, mentee="Piotr", mentor="Ngozi")

    response = admin_client.post(at("matching_ruling", run.pk), sent(page))

    assert said(response) == [
        "Priya Nair has locked Piotr Nowak with Ngozi Okafor. Nothing of yours was done. Look at what it costs now."
    ]
    assert response.context["fields"]["version"] == run.version
    assert run.rulings.count() == 1


def test_a_decision_is_taken_back_on_a_page_that_says_what_that_changes(admin_client, run):
    ruled(run, What.LOCK, mentee="Piotr", mentor="Ngozi")
    page = admin_client.get(at("matching_drop_ruling", run.pk, run.rulings.get().pk))

    admin_client.post(at("matching_ruling", run.pk), sent(page))

    assert not run.rulings.exists()
    assert run.proposals.get(mentee=who("Piotr")).mentor == who("Hana")


def test_what_is_refused_is_told_where_it_was_asked(admin_client, run):
    ruled(run, What.LOCK, mentee="Piotr", mentor="Ngozi")

    response = admin_client.get(change_page(run, "forbid", mentee="Piotr", mentor="Ngozi"), follow=True)

    assert response.request["PATH_INFO"] == mentee_page(run, "Piotr")
    assert said(response) == ["Piotr Nowak is locked to Ngozi Okafor. Take that lock back first."]


def test_htmx_gets_the_cost_alone(admin_client, run):
    page = change_page(run, "lock", mentee="Piotr", mentor="Ngozi")

    response = admin_client.get(page, headers={"HX-Request": "true"})

    assert "<html" not in response.content.decode()
    assert "1 other mentee moves; nobody loses a mentor." in response.content.decode()


def test_half_a_pair_is_sent_back_to_the_run(admin_client, run):
    response = admin_client.get(
        at("matching_ruling", run.pk, what="lock", mentee=who("Piotr").pk), follow=True
    )

    assert said(response) == ["Choose the pair from the pages of the run."]


# --- Who may ----------------------------------------------------------------------------------


def test_only_who_may_change_runs_decides(signed_in_client, run):
    reader = PersonFactory(is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_matchrun"))
    pages = [mentee_page(run, "Piotr"), change_page(run, "lock", mentee="Piotr", mentor="Ngozi")]
    reading, member = signed_in_client(reader), signed_in_client(PersonFactory())

    assert [reading.get(page).status_code for page in pages] == [403, 403]
    assert [member.get(page).status_code for page in pages] == [302, 302]
    fields = {"what": "lock", "mentee": who("Piotr").pk, "mentor": who("Ngozi").pk, "version": run.version}
    assert reading.post(at("matching_ruling", run.pk), fields).status_code == 403
    assert not run.rulings.exists()
