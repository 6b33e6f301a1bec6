"""Groups of a stream, found by the engine, changed by hand, kept and published."""

from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matching.engine import Stopped
from matching.errors import GroupRefused, NotReady, OutOfDate
from matching.group_board import read_board
from matching.group_rules import GroupRules
from matching.models import Application, Block, GroupRun, Member, Mentorship
from matching.services import group_runs
from matching.services.at_work import SignsOfLife, fail_silent
from matching.services.group_moves import Move, make_move, outcome
from matching.services.group_runs import (
    compute_groups,
    compute_waiting_group_runs,
    encode_run,
    form_groups_of,
    start_groups,
    stop_groups,
)
from matching.tasks import compute_waiting_group_runs as task
from outbox.models import Mail
from tests.accounts.factories import DisciplineFactory, OrganisationFactory, PersonFactory, TopicFactory
from tests.matching.at_once import at_once
from tests.matching.factories import CohortFactory, StreamFactory, give_hours
from tests.matching.mentorship_factories import mentee_of, mentor_of

pytestmark = pytest.mark.django_db

State = GroupRun.State
RULES = GroupRules(least=2, most=3, cofacilitators=1, mixes_employers=True)
ROUNDS = 50


def a_stream(*, mentees: int = 6, mentors: int = 4, cohort=None):
    """Everybody is free on Tuesday at noon in London, in winter; each comes from an organisation of their own."""
    cohort = cohort or CohortFactory(starts_on=date(2026, 11, 2), ends_on=date(2027, 3, 1))
    stream = StreamFactory(cohort=cohort, name_en="Clinical safety")
    people = [
        mentee_of(cohort, stream=stream, person__organisation=OrganisationFactory()) for _ in range(mentees)
    ]
    people += [
        mentor_of(cohort, stream=stream, capacity=0, person__organisation=OrganisationFactory())
        for _ in range(mentors)
    ]
    for one in people:
        give_hours(one, {1: [12]})
    return stream


def mentors_of(stream) -> list[int]:
    return list(stream.applications.filter(part="mentor").values_list("pk", flat=True))


def mentees_of(stream) -> list[Application]:
    return list(stream.applications.filter(part="mentee").order_by("pk"))


def started(stream, rules=RULES, **options) -> GroupRun:
    mentors = mentors_of(stream)
    return start_groups(stream, rules, **{"leads": mentors, "helpers": mentors, "by": None} | options)


def computed(stream, rules=RULES, **options) -> GroupRun:
    run = started(stream, rules, **options)
    compute_groups(run, seconds=5)
    run.refresh_from_db()
    return run


def by_hand(stream, *sizes: int, **rules) -> GroupRun:
    """A finished run whose groups have these sizes, people in their order, without an engine."""
    mentors, mentees = mentors_of(stream), [one.pk for one in mentees_of(stream)]
    run = started(stream, GroupRules(**RULES.__dict__ | rules))
    groups = []
    for number, size in enumerate(sizes):
        lead, helper = mentors[2 * number : 2 * number + 2]
        groups.append({"lead": lead, "cofacilitators": [helper], "mentees": mentees[:size], "slot": 72})
        mentees = mentees[size:]
    GroupRun.objects.filter(pk=run.pk).update(state=State.DONE, groups=groups, value=1, bound=10**9)
    run.refresh_from_db()
    return run


# --- Found by the engine ----------------------------------------------------------------------


def test_a_run_seats_everybody_with_a_lead_a_cofacilitator_and_a_common_hour():
    stream = a_stream(mentees=6, mentors=4)

    run = computed(stream)

    assert (run.state, [len(group["mentees"]) for group in run.groups]) == (State.DONE, [3, 3])
    assert {group["slot"] for group in run.groups} == {1 * 48 + 24}
    seated = [
        pk for group in run.groups for pk in [group["lead"], *group["cofacilitators"], *group["mentees"]]
    ]
    assert sorted(seated) == sorted(stream.applications.values_list("pk", flat=True))
    assert 0 < run.value <= run.bound


def test_a_run_mixes_disciplines():
    stream = a_stream(mentees=6, mentors=4)
    nursing, pharmacy = DisciplineFactory(en="Nursing"), DisciplineFactory(en="Pharmacy")
    for number, one in enumerate(mentees_of(stream)):
        one.person.disciplines.add(nursing if number < 3 else pharmacy)

    board = read_board(computed(stream))

    for group in board.groups:
        assert {one.person.disciplines.get().en for one in group.mentees} == {"Nursing", "Pharmacy"}


def test_a_run_keeps_colleagues_apart_only_where_it_is_asked_to():
    stream = a_stream(mentees=4, mentors=2)
    trust = OrganisationFactory()
    for one in mentees_of(stream)[:2]:
        one.person.organisation = trust
        one.person.save()
    fours = {"least": 4, "most": 4, "cofacilitators": 1}

    assert computed(stream, GroupRules(**fours, mixes_employers=True)).groups == []
    assert len(computed(stream, GroupRules(**fours, mixes_employers=False)).groups) == 1


@pytest.mark.parametrize("whom", ["lead", "cofacilitator", "mentee"])
def test_a_run_keeps_a_block_whoever_it_is_about(whom):
    stream = a_stream(mentees=3, mentors=2)
    lead, helper = mentors_of(stream)
    first, second, _third = mentees_of(stream)
    other = {"lead": lead, "cofacilitator": helper, "mentee": second.pk}[whom]
    blocked = Application.objects.get(pk=other).person
    Block.objects.create(person=first.person, typed=blocked.email)

    run = computed(stream, leads=[lead], helpers=[helper])

    [group] = run.groups
    together = {group["lead"], *group["cofacilitators"], *group["mentees"]}
    assert not {first.pk, other} <= together
    assert len(group["mentees"]) == 2


def test_a_run_never_seats_somebody_who_is_in_a_group_already():
    stream = a_stream(mentees=6, mentors=6)
    form_groups_of(by_hand(stream, 3), {0: "First"}, version=0)

    run = computed(stream)

    seated = {pk for group in run.groups for pk in group["mentees"]}
    assert seated == {one.pk for one in mentees_of(stream)[3:]}


@pytest.mark.parametrize(
    ("mentees", "leads", "words"),
    [(0, None, "Every accepted mentee of this stream is in a group"), (4, [], "No mentor can lead a group")],
)
def test_a_run_that_cannot_form_a_group_says_what_is_missing(mentees, leads, words):
    stream = a_stream(mentees=mentees, mentors=2)

    run = computed(stream, leads=mentors_of(stream) if leads is None else leads)

    assert run.state == State.FAILED
    assert run.words.startswith(words)


def test_sensitive_needs_are_never_what_a_group_centres_on():
    stream = a_stream(mentees=3, mentors=2)
    secret = TopicFactory(sensitive=True)
    plain = TopicFactory()
    for one in mentees_of(stream):
        one.needs.create(topic=secret, rank=1)
    mentees_of(stream)[0].needs.create(topic=plain, rank=2)

    board = read_board(computed(stream))

    assert [focus for _worth, focus in board.worths] == [[plain.pk]]


def test_reading_what_people_said_gives_a_sign_of_life_at_every_step_and_stops_when_asked():
    run, signs = started(a_stream(mentees=6, mentors=4)), []

    def stop():
        raise Stopped

    encode_run(run, tell=lambda: signs.append("alive"))
    with pytest.raises(Stopped):
        encode_run(run, tell=stop)

    # People, their rows, their facts, their fit, and each of two teams.
    assert len(signs) == 6


# --- In the background ------------------------------------------------------------------------


def test_what_waits_is_found_without_the_broker():
    run = started(a_stream())

    assert task() == 1

    run.refresh_from_db()
    assert run.state == State.DONE


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_compute_a_run_once():
    run = started(a_stream())

    claims = at_once(*[lambda: compute_groups(GroupRun.objects.get(pk=run.pk), seconds=5)] * 2)

    assert sorted(claims) == [False, True]


def test_a_run_that_waits_is_stopped_at_once_and_one_at_work_at_its_next_sign_of_life():
    waiting, busy = started(a_stream()), started(a_stream())
    GroupRun.objects.filter(pk=busy.pk).update(state=State.RUNNING)

    stop_groups(waiting)
    stop_groups(busy)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.words) == (State.STOPPED, group_runs.STOPPED)
    with pytest.raises(Stopped):
        SignsOfLife(busy).tell(0.5, "Forming groups")
    with pytest.raises(NotReady, match="has ended already"):
        stop_groups(waiting)


def test_progress_is_told_at_least_once_a_second():
    told = []

    class Watched(SignsOfLife):
        def tell(self, fraction, words):
            told.append(timezone.now())
            super().tell(fraction, words)

    stream = a_stream(mentees=24, mentors=8)
    run = started(stream)
    life, group_runs.SignsOfLife = group_runs.SignsOfLife, Watched
    try:
        compute_groups(run, seconds=3)
    finally:
        group_runs.SignsOfLife = life

    gaps = [later - earlier for earlier, later in pairwise(told)]
    assert max(gaps) < timedelta(seconds=1)


def test_a_run_whose_worker_died_says_so():
    silent = started(a_stream())
    GroupRun.objects.update(state=State.RUNNING, heard_from_at=timezone.now() - timedelta(minutes=3))

    assert compute_waiting_group_runs() == 0

    silent.refresh_from_db()
    assert (silent.state, silent.words) == (State.FAILED, group_runs.WORKER_DIED)
    assert fail_silent(GroupRun, words="") == 0


# --- Moved by hand ----------------------------------------------------------------------------


def sizes(run) -> list[int]:
    run.refresh_from_db()
    return [len(group["mentees"]) for group in run.groups]


def test_a_mentee_goes_to_another_group():
    run = by_hand(a_stream(), 3, 2)
    one = run.groups[0]["mentees"][0]

    make_move(run, Move("move", who=one, to=1), version=0)

    assert sizes(run) == [2, 3]
    assert one in run.groups[1]["mentees"]
    assert run.version == 1


def test_a_rule_that_breaks_is_named_and_may_be_overruled():
    run = by_hand(a_stream(), 3, 3)
    move = Move("move", who=run.groups[0]["mentees"][0], to=1)

    with pytest.raises(GroupRefused) as refused:
        make_move(run, move, version=0)
    assert refused.value.sentences == ["Group 2: A group has 2 to 3 mentees; this one has 4."]
    assert refused.value.may_overrule
    make_move(run, move, version=0, overrule=True)

    assert sizes(run) == [2, 4]


def test_two_people_trade_places():
    run = by_hand(a_stream(), 3, 3)
    one, other = run.groups[0]["mentees"][0], run.groups[1]["mentees"][0]

    make_move(run, Move("swap", who=one, other=other), version=0)

    assert sizes(run) == [3, 3]
    assert (run.groups[0]["mentees"][0], run.groups[1]["mentees"][0]) == (other, one)


def test_somebody_is_taken_out_and_put_in_again():
    run = by_hand(a_stream(), 3, 3)
    one = run.groups[0]["mentees"][0]

    make_move(run, Move("move", who=one), version=0)
    assert sizes(run) == [2, 3]
    make_move(run, Move("move", who=one, to=0), version=1)

    assert sizes(run) == [3, 3]


def test_a_cofacilitator_leads_and_the_lead_helps():
    run = by_hand(a_stream(), 3)
    lead, [helper] = run.groups[0]["lead"], run.groups[0]["cofacilitators"]

    make_move(run, Move("lead", who=helper, to=0), version=0)

    run.refresh_from_db()
    assert (run.groups[0]["lead"], run.groups[0]["cofacilitators"]) == (helper, [lead])


def test_a_mentor_begins_an_empty_group_which_can_be_dissolved():
    stream = a_stream(mentors=3)
    run = by_hand(stream, 3)

    make_move(run, Move("new", who=mentors_of(stream)[2]), version=0)
    assert sizes(run) == [3, 0]
    make_move(run, Move("dissolve", to=1), version=1)

    assert sizes(run) == [3]


def test_nobody_leads_two_groups():
    run = by_hand(a_stream(), 3, 3)

    with pytest.raises(GroupRefused, match="leads Group 1 already"):
        make_move(run, Move("lead", who=run.groups[0]["lead"], to=1), version=0, overrule=True)


def test_who_must_not_meet_is_refused_in_words_that_give_no_reason():
    run = by_hand(a_stream(), 3, 2)
    one = Application.objects.get(pk=run.groups[0]["mentees"][0])
    other = Application.objects.get(pk=run.groups[1]["mentees"][0])
    Block.objects.create(person=other.person, typed=one.person.email)

    with pytest.raises(GroupRefused) as refused:
        make_move(run, Move("move", who=one.pk, to=1), version=0, overrule=True)

    assert [line.split(": ")[1] for line in refused.value.sentences] == [
        "these two cannot be in one group. Choose somebody else."
    ]
    assert sizes(run) == [3, 2]


def test_a_forbidden_pair_is_never_the_reason_why_somebody_is_left_out():
    run = by_hand(a_stream(mentees=3, mentors=2), 2)
    left = mentees_of(run.stream)[2]
    assert read_board(run, also=[left.pk]).why_left(left) == "Could join: Group 1."

    Block.objects.create(person=left.person, typed=mentees_of(run.stream)[0].person.email)

    why = read_board(run, also=[left.pk]).why_left(left)
    assert why == "Seats, hours, organisations, languages and other rules leave no group open."


def test_who_is_left_out_is_told_which_rule_keeps_them_out():
    stream = a_stream(mentees=3, mentors=2)
    late = mentee_of(stream.cohort, stream=stream, person__organisation=OrganisationFactory())
    give_hours(late, {5: [7]})
    run = by_hand(stream, 3)

    assert read_board(run, also=[late.pk]).why_left(late) == "Shares no hour with any lead."


def test_a_formed_group_stays_as_it_is():
    run = by_hand(a_stream(), 3, 2)
    form_groups_of(run, {0: "First"}, version=0)

    with pytest.raises(GroupRefused, match="Group 1 is formed and stays as it is"):
        make_move(run, Move("move", who=run.groups[0]["mentees"][0], to=1), version=1, overrule=True)


def test_a_move_does_not_change_what_it_is_asked_about():
    board = read_board(by_hand(a_stream(), 3, 2))
    one = board.groups[0].mentees[0]

    result = outcome(board, Move("move", who=one.pk, to=1))

    assert [len(group.mentees) for group in board.groups] == [3, 2]
    assert [len(group.mentees) for group in result.after.groups] == [2, 3]


def moved(pk: int, move: Move, version: int):
    return make_move(GroupRun.objects.get(pk=pk), move, version=version)


def formed(pk: int):
    return form_groups_of(GroupRun.objects.get(pk=pk), {0: "Safety"}, version=0)


@pytest.mark.django_db(transaction=True)
def test_of_two_admins_who_move_people_at_once_one_wins_and_the_other_is_told():
    run = by_hand(a_stream(), 3, 2)

    for _ in range(ROUNDS):
        run.refresh_from_db()
        full, other = sorted((0, 1), key=lambda number: -len(run.groups[number]["mentees"]))
        one, two = run.groups[full]["mentees"][:2]

        moves = [Move("move", who=who, to=other) for who in (one, two)]

        answers = at_once(*(partial(moved, run.pk, move, run.version) for move in moves))

        told = [answer for answer in answers if isinstance(answer, Exception)]
        # Whoever came a moment later sees four in the group, or groups that changed.
        assert [isinstance(answer, OutOfDate | GroupRefused) for answer in told] == [True]
        assert sorted(sizes(run)) == [2, 3]


# --- Kept and published -----------------------------------------------------------------------


def test_groups_of_a_run_become_groups_being_formed_all_or_none():
    stream = a_stream()
    run = by_hand(stream, 3, 3)
    GroupRun.objects.filter(pk=run.pk).update(asked=run.asked | {"most": 3, "least": 3})

    groups = form_groups_of(run, {0: "Safety 1", 1: "Safety 2"}, version=0)

    assert [(str(group), group.state, group.slot) for group in groups] == [
        ("Safety 1", Mentorship.State.FORMING, 72),
        ("Safety 2", Mentorship.State.FORMING, 72),
    ]
    assert not Mail.objects.exists()
    run.refresh_from_db()
    assert [group["mentorship"] for group in run.groups] == [group.pk for group in groups]


def test_where_one_group_is_refused_none_is_formed():
    run = by_hand(a_stream(), 3, 3)
    Application.objects.filter(pk=run.groups[1]["mentees"][0]).update(state=Application.State.WITHDRAWN)

    with pytest.raises(GroupRefused, match=r"Group 2: .* is not accepted in this cohort"):
        form_groups_of(run, {0: "Safety 1", 1: "Safety 2"}, version=0, overrule=True)

    run.refresh_from_db()
    assert not Mentorship.objects.exists()
    assert run.version == 0


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_form_groups_at_once_never_seat_anybody_twice():
    stream = a_stream(mentees=3, mentors=4)

    for _ in range(ROUNDS):
        Member.objects.all().delete()
        one, other = by_hand(stream, 3), by_hand(stream, 3)

        answers = at_once(*(partial(formed, run.pk) for run in (one, other, one)))

        refused = [answer for answer in answers if isinstance(answer, OutOfDate | GroupRefused)]
        assert len(refused) == 2
        assert Member.objects.filter(part="mentee", left_at=None).count() == 3


# --- Pages ------------------------------------------------------------------------------------


def at(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_an_admin_starts_follows_changes_forms_and_publishes_groups(admin_client):
    stream = a_stream()
    mentors = mentors_of(stream)
    form = {
        "least": 2,
        "most": 3,
        "cofacilitators": 1,
        "mixes_employers": "on",
        "leads": mentors,
        "helpers": mentors,
    }

    begun = admin_client.post(at("matching_start_groups", stream.pk), form)
    run = GroupRun.objects.get()
    assert begun.url == at("matching_grouprun_change", run.pk)
    assert "Waiting to start" in admin_client.get(begun.url).content.decode()
    compute_groups(run, seconds=5)
    assert admin_client.get(at("matching_group_progress", run.pk)).headers["HX-Refresh"] == "true"
    assert "No better groups of these people are possible" in admin_client.get(begun.url).content.decode()
    run.refresh_from_db()
    who = run.groups[0]["mentees"][0]
    places = admin_client.get(at("matching_move_in_groups", run.pk), {"who": who}).content.decode()
    assert "A group has 2 to 3 mentees; this one has 4." in places
    out = {"verb": "move", "who": who}
    assert (
        "would be in no group"
        in admin_client.get(at("matching_move_in_groups", run.pk), out).content.decode()
    )
    admin_client.post(at("matching_move_in_groups", run.pk), out | {"version": 0})
    assert sizes(run) == [2, 3]
    kept = {"version": 1, "group": ["0", "1"], "name-0": "Safety 1", "name-1": "Safety 2"}
    published = admin_client.post(at("matching_form_groups", run.pk), kept)
    assert published.url == at("matching_publish_groups", stream.pk)
    groups = list(Mentorship.objects.order_by("pk").values_list("pk", flat=True))
    preview = admin_client.get(published.url).content.decode()
    assert "We would like you to be in a group: Safety 1." in preview
    answer = admin_client.post(published.url, {"group": groups}, follow=True)

    assert said(answer)[-1] == "2 groups are published, and everybody in them is told by mail."
    assert Mail.objects.filter(kind="group_held").count() == 9


def test_a_group_that_breaks_a_soft_rule_is_formed_only_with_the_tick(admin_client):
    run = by_hand(a_stream(), 1)
    form = {"version": 0, "group": ["0"], "name-0": "Small"}

    refused = admin_client.post(at("matching_form_groups", run.pk), form)
    assert said(refused) == ["Group 1: A group has 2 to 3 mentees; this one has 1."]
    assert not Mentorship.objects.exists()
    admin_client.post(at("matching_form_groups", run.pk), form | {"overrule": "on"})

    assert Mentorship.objects.count() == 1


def test_the_second_admin_is_told_that_the_groups_changed(admin_client):
    run = by_hand(a_stream(), 3, 3)
    one, two = run.groups[0]["mentees"][:2]
    make_move(run, Move("move", who=one), version=0)

    move = {"verb": "move", "who": two, "version": 0, "overrule": "on"}
    response = admin_client.post(at("matching_move_in_groups", run.pk), move, follow=True)

    assert said(response)[-1].startswith("Somebody else changed these groups a moment ago")


def test_only_who_may_change_groups_sees_these_pages(client, signed_in_client):
    stream = a_stream()
    run = by_hand(stream, 3)
    member = signed_in_client(PersonFactory())

    for name, key in (("start_groups", stream.pk), ("grouprun_change", run.pk), ("move_in_groups", run.pk)):
        for visitor in (client, member):
            assert visitor.get(at(f"matching_{name}", key)).status_code in (302, 403)


def queries(client, url: str) -> int:
    client.get(at("index"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_pages_of_groups_cost_the_same_however_many_groups_there_are(admin_client):
    one, three = a_stream(mentees=4, mentors=4), a_stream(mentees=12, mentors=10)
    small, large = by_hand(one, 3), by_hand(three, 3, 3, 3)
    pages = [
        lambda run: at("matching_grouprun_change", run.pk),
        lambda run: at("matching_form_groups", run.pk),
        lambda run: f"{at('matching_move_in_groups', run.pk)}?who={run.groups[0]['mentees'][0]}",
        lambda run: f"{at('matching_move_in_groups', run.pk)}?verb=move&who={run.groups[0]['mentees'][0]}",
        lambda run: at("matching_start_groups", run.stream_id),
    ]

    for page in pages:
        assert queries(admin_client, page(small)) == queries(admin_client, page(large)) <= 40
    for run, number in ((small, 1), (large, 3)):
        form_groups_of(run, dict.fromkeys(range(number), ""), version=0)
    publish = [at("matching_publish_groups", run.stream_id) for run in (small, large)]
    assert queries(admin_client, publish[0]) == queries(admin_client, publish[1]) <= 40
