from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from outbox import kinds
from outbox.kinds import MailKind, UnknownKind
from outbox.models import Mail
from outbox.services import draft_mail, queue_mail, queue_mails, queue_rendered_mail
from tests.accounts.factories import PersonFactory


def test_a_mail_waits_from_the_moment_of_its_cause(queue, reader):
    mail = queue()

    assert (mail.state, mail.to, mail.person, mail.attempts) == ("queued", reader.email, reader, 0)


def test_the_same_cause_queues_one_mail(queue):
    first = queue(key="match:7:3", title="First")
    second = queue(key="match:7:3", title="Second")

    assert second.pk == first.pk
    assert Mail.objects.get().context == {"title": "First"}


def test_another_cause_queues_another_mail(queue):
    queue(key="match:7:3")
    queue(key="match:7:4")

    assert Mail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_cause_from_twenty_threads_queues_one_mail():
    person = PersonFactory()

    def queue_in_a_thread(number):
        try:
            return queue_mail("reminder", key="match:7:3", person=person, context={"by": number}).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as threads:
        answers = set(threads.map(queue_in_a_thread, range(20)))

    assert answers == {Mail.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_a_cause_that_is_rolled_back_takes_its_mail_with_it():
    person = PersonFactory()

    with transaction.atomic():
        queue_mail("reminder", key="lost", person=person)
        transaction.set_rollback(True)
    queue_mail("reminder", key="other", person=person)

    assert [mail.key for mail in Mail.objects.all()] == ["other"]


@pytest.mark.django_db(transaction=True)
def test_a_repeated_cause_leaves_the_callers_transaction_whole():
    person = PersonFactory()
    queue_mail("reminder", key="once", person=person)

    with transaction.atomic():
        queue_mail("reminder", key="once", person=person)
        person.name = "Renamed"
        person.save(update_fields=["name"])

    person.refresh_from_db()
    assert person.name == "Renamed"


def test_a_kind_that_nobody_registered_is_refused_by_name(reader):
    with pytest.raises(UnknownKind, match="no mail kind 'postcard'"):
        queue_mail("postcard", key="1", person=reader)


def test_a_kind_is_registered_once():
    with pytest.raises(ImproperlyConfigured, match="'reminder' is registered twice"):
        kinds.register(MailKind("reminder", "Another"))


@pytest.mark.django_db
def test_a_rendered_mail_keeps_its_words_and_its_address():
    mail = queue_rendered_mail(
        "code", key="code:1", to="new@example.org", subject="Your\ncode", text="123456"
    )

    assert (mail.to, mail.subject, mail.text, mail.is_urgent) == (
        "new@example.org",
        "Your code",
        "123456",
        True,
    )


@pytest.mark.django_db
def test_a_subject_too_long_for_its_column_is_cut():
    mail = queue_rendered_mail("code", key="code:1", to="new@example.org", subject="a" * 300, text="")

    assert mail.subject == "a" * 199 + "…"


# --- Many at once -----------------------------------------------------------------------------------


def drafts_for(people, *, title="Your session"):
    return [
        draft_mail("reminder", key=f"session:7:{person.pk}", person=person, context={"title": title})
        for person in people
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_queueing_many_costs_one_statement_however_many(db, count, django_assert_num_queries):
    people = PersonFactory.create_batch(count)

    with django_assert_num_queries(1):
        queue_mails(drafts_for(people))

    assert Mail.objects.count() == count


def test_queueing_many_again_adds_only_what_is_new(db):
    people = PersonFactory.create_batch(3)
    queue_mails(drafts_for(people[:2], title="First"))

    queue_mails(drafts_for(people, title="Second"))

    titles = {mail.person_id: mail.context["title"] for mail in Mail.objects.all()}
    assert titles == {people[0].pk: "First", people[1].pk: "First", people[2].pk: "Second"}


def test_many_mails_nudge_once(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rings:
        queue_mails(drafts_for(PersonFactory.create_batch(3)))
        queue_mails(drafts_for(PersonFactory.create_batch(3)))

    assert [ring.task for ring in rings] == ["outbox.tasks.deliver_now"]


def test_queueing_nobody_is_no_work(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as rings:
        queue_mails([])

    assert (Mail.objects.count(), rings) == (0, [])
