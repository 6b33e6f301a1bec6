import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbox import delivery, gate, kinds, leases, queries
from outbox.delivery import deliver_due
from outbox.kinds import MailKind
from outbox.models import Beat, Mail, Suppression
from outbox.services import queue_mail, queue_rendered_mail, suppress
from tests.accounts.factories import PersonFactory
from tests.outbox.conftest import words

pytestmark = pytest.mark.django_db


def state(mail):
    mail.refresh_from_db()
    return mail.state


def later(mail):
    """The mail's next attempt, as a clock."""
    mail.refresh_from_db()
    return lambda: mail.not_before


# --- The ordinary case ----------------------------------------------------------------------------


def test_what_is_due_arrives_once(sink, queue, reader):
    mail = queue()

    dealt_with = [deliver_due(), deliver_due()]

    assert dealt_with == [1, 0]
    assert sink.readers == [reader.email]
    assert state(mail) == "sent"
    assert mail.sent_at is not None


def test_what_is_not_due_waits(sink, queue, at):
    queue(not_before=timezone.now() + timedelta(hours=2))

    deliver_due()
    waited = list(sink.readers)
    deliver_due(clock=at(hours=3))

    assert (waited, len(sink.readers)) == ([], 1)


def test_a_batch_shares_one_connection(sink, queue):
    for number in range(45):
        queue(key=f"session:{number}")

    deliver_due()

    assert (len(sink.received), sink.connections) == (45, 1)


def test_a_limit_is_kept(sink, queue):
    for number in range(30):
        queue(key=f"session:{number}")

    assert deliver_due(limit=25) == 25
    assert len(sink.received) == 25


def test_a_code_goes_before_a_crowd_of_older_mails(sink, queue):
    for number in range(25):
        queue(key=f"session:{number}")
    queue_rendered_mail("code", key="code:1", to="new@example.org", subject="Your code", text="123456")

    deliver_due(limit=1)

    assert sink.readers == ["new@example.org"]


def test_a_deliverer_told_to_stop_gives_back_what_it_holds(sink, queue):
    for number in range(5):
        queue(key=f"session:{number}")

    deliver_due(keep_going=lambda: len(sink.received) < 2)

    assert sorted(Mail.objects.values_list("state", flat=True)) == ["queued"] * 3 + ["sent"] * 2
    assert not Mail.objects.exclude(leased_until=None).exists()


# --- Is it still wanted? --------------------------------------------------------------------------


def test_a_mail_whose_cause_is_gone_is_skipped_with_its_reason(sink, reader):
    gone = set()
    kinds.register(
        MailKind(
            "invitation_of_a_test",
            "Invitation",
            build=words,
            why_skip=lambda mail: "The session was cancelled." if mail.key in gone else "",
        )
    )
    cancelled = queue_mail("invitation_of_a_test", key="1", person=reader)
    wanted = queue_mail("invitation_of_a_test", key="2", person=PersonFactory())
    gone.add("1")

    deliver_due()

    assert (state(cancelled), cancelled.note) == ("skipped", "The session was cancelled.")
    assert (state(wanted), sink.readers) == ("sent", [wanted.to])


def test_a_cause_is_asked_again_at_every_attempt(sink, reader):
    gone = set()
    kinds.register(
        MailKind(
            "invitation_of_a_test", "Invitation", build=words, why_skip=lambda mail: "Gone." if gone else ""
        )
    )
    mail = queue_mail("invitation_of_a_test", key="1", person=reader)
    sink.rcpt = lambda address: "451 later"
    deliver_due()
    gone.add("1")
    sink.rcpt = lambda address: None

    deliver_due(clock=later(mail))

    assert (state(mail), sink.readers) == ("skipped", [])


def test_an_expired_mail_is_skipped(sink, queue, at):
    mail = queue(expires_at=timezone.now() + timedelta(hours=1))

    deliver_due(clock=at(hours=2))

    assert (state(mail), mail.note) == ("skipped", gate.EXPIRED)
    assert sink.readers == []


def test_nothing_goes_to_a_closed_account(sink, queue, reader):
    mail = queue()
    reader.is_active = False
    reader.save(update_fields=["is_active"])

    deliver_due()

    assert (state(mail), mail.note, sink.readers) == ("skipped", gate.ACCOUNT_CLOSED, [])


def test_nothing_goes_to_a_suppressed_address_however_it_is_written(sink, queue, reader):
    suppress("Samira@Example.org", reason="550 no such user")
    mail = queue()

    deliver_due()

    assert (state(mail), mail.note, sink.readers) == ("skipped", gate.SUPPRESSED, [])


def test_it_goes_to_where_the_person_reads_mail_now(sink, queue, reader):
    mail = queue()
    reader.email = "moved@example.org"
    reader.save(update_fields=["email"])

    deliver_due()

    assert (state(mail), mail.to, sink.readers) == ("sent", "moved@example.org", ["moved@example.org"])


def test_a_rendered_mail_goes_where_it_was_addressed(sink, reader):
    queue_rendered_mail(
        "code", key="1", to="to-be-verified@example.org", person=reader, subject="a", text="b"
    )

    deliver_due()

    assert sink.readers == ["to-be-verified@example.org"]


def test_erasing_a_person_erases_what_was_to_be_sent(sink, queue, reader):
    queue()
    reader.delete()

    assert (deliver_due(), sink.readers, Mail.objects.count()) == (0, [], 0)


# --- The mail server says no ------------------------------------------------------------------------


def test_a_temporary_refusal_is_tried_again_later_with_the_same_bytes_that_matter(sink, queue):
    mail = queue(title="As it was")
    sink.data = lambda content: "451 greylisted"
    deliver_due()
    assert (state(mail), mail.attempts, mail.answer) == ("retrying", 1, "451 greylisted")
    first_id = mail.message_id
    Mail.objects.filter(pk=mail.pk).update(context={"title": "Changed since"})
    sink.data = lambda content: None

    too_early = deliver_due()
    deliver_due(clock=later(mail))

    assert too_early == 0
    assert state(mail) == "sent"
    [message] = sink.messages
    assert message["Subject"] == "As it was, Monday"
    assert message["Message-ID"] == first_id


def test_attempts_spread_over_at_least_four_hours_then_somebody_must_look(sink, queue):
    mail = queue()
    began = mail.not_before
    sink.rcpt = lambda address: "450 busy"
    moments = [began]

    for _ in range(12):
        deliver_due(clock=later(mail))
        mail.refresh_from_db()
        moments.append(mail.not_before)

    assert (mail.state, mail.note, mail.answer) == ("failed", delivery.GIVEN_UP, "450 busy")
    assert moments[-1] - began >= timedelta(hours=4)
    assert moments[1] - began < timedelta(minutes=2)


def test_mails_put_off_together_do_not_come_back_together(sink, queue, at):
    for number in range(8):
        queue(key=f"{number}", person=PersonFactory(email=f"someone@trust{number}.nhs.example"))
    sink.rcpt = lambda address: "450 busy"

    deliver_due(clock=at(seconds=1))

    assert len(set(Mail.objects.values_list("not_before", flat=True))) == 8


def test_nobody_at_the_address_fails_and_suppresses(sink, queue, reader):
    mail = queue()
    sink.rcpt = lambda address: "550 5.1.1 no such user"

    deliver_due()

    assert (state(mail), mail.note) == ("failed", delivery.NOBODY_HAS_THIS_ADDRESS)
    assert Suppression.objects.get().address == reader.email


@pytest.mark.parametrize(
    "answer", ["550 5.7.1 relaying denied", "552 5.2.2 mailbox full", "554 5.7.1 blocked by policy"]
)
def test_a_refusal_that_may_be_our_fault_does_not_suppress(sink, queue, answer):
    mail = queue()
    sink.rcpt = lambda address: answer

    deliver_due()

    assert (state(mail), mail.note, mail.answer) == ("failed", delivery.REFUSED, answer)
    assert not Suppression.objects.exists()


def test_a_refused_message_fails_and_says_what_the_server_said(sink, queue):
    mail = queue()
    sink.data = lambda content: "554 5.6.0 looks like spam"

    deliver_due()

    assert (state(mail), mail.answer) == ("failed", "554 5.6.0 looks like spam")
    assert not Suppression.objects.exists()


def test_one_refusal_does_not_stop_the_next_mail(sink, queue):
    refused = queue(key="1")
    taken = queue(key="2", person=PersonFactory(email="taken@example.org"))
    sink.rcpt = lambda address: "550 no" if address.startswith("samira") else None

    deliver_due()

    assert (state(refused), state(taken), sink.connections) == ("failed", "sent", 1)


def test_a_domain_that_keeps_putting_off_is_given_a_pause(sink, queue):
    for number in range(6):
        queue(key=f"busy:{number}", person=PersonFactory(email=f"p{number}@busy.example"))
    other = queue(key="other", person=PersonFactory(email="p@calm.example"))
    asked = []
    sink.rcpt = lambda address: asked.append(address) or ("451 busy" if "busy" in address else None)

    deliver_due()

    assert len([address for address in asked if "busy" in address]) == 3
    assert Mail.objects.filter(note=delivery.DOMAIN_RESTS, attempts=0, state="queued").count() == 3
    assert state(other) == "sent"


# --- The mail server is away -------------------------------------------------------------------------


def test_a_busy_domain_is_left_alone_by_the_next_deliverer_too(sink, queue):
    asked = []
    sink.rcpt = lambda address: asked.append(address) or "451 busy"
    for number in range(3):
        queue(key=f"busy:{number}", person=PersonFactory(email=f"p{number}@busy.example"))
    deliver_due()
    late = queue(key="busy:late", person=PersonFactory(email="late@busy.example"))
    calm = queue(key="calm", person=PersonFactory(email="p@calm.example"))

    deliver_due()

    assert (state(late), late.note, late.attempts) == ("queued", delivery.DOMAIN_RESTS, 0)
    assert (state(calm), asked[3:]) == ("retrying", [calm.to])


def test_a_domain_that_put_mail_off_an_hour_ago_is_not_busy(sink, queue):
    sink.rcpt = lambda address: "451 busy"
    for number in range(3):
        queue(key=f"busy:{number}", person=PersonFactory(email=f"p{number}@busy.example"))
    deliver_due()
    Mail.objects.update(
        started_at=timezone.now() - timedelta(hours=1), not_before=timezone.now() + timedelta(hours=1)
    )
    sink.rcpt = lambda address: None
    late = queue(key="busy:late", person=PersonFactory(email="late@busy.example"))

    deliver_due()

    assert state(late) == "sent"


def test_while_the_mail_server_thinks_the_next_mail_is_written(sink, queue):
    """And what was decided long before the server was ready for it is decided again."""
    gone = set()
    kinds.register(
        MailKind(
            "invitation_of_a_test",
            "Invitation",
            build=words,
            why_skip=lambda mail: "The session was cancelled." if mail.key in gone else "",
        )
    )
    first = queue("invitation_of_a_test", key="1")
    second = queue("invitation_of_a_test", key="2", person=PersonFactory())

    def cancel_the_other(content):
        time.sleep(1.5)
        gone.add("2")
        return None

    sink.data = cancel_the_other

    deliver_due()

    assert (state(first), state(second), second.note) == ("sent", "skipped", "The session was cancelled.")


@pytest.mark.parametrize("count", [2, 40])
def test_a_mail_costs_one_write_however_many_leave(sink, queue, count):
    for number in range(count):
        queue(key=f"{number}", person=PersonFactory())
    with CaptureQueriesContext(connection) as statements:
        deliver_due()

    assert len(sink.received) == count
    assert len(statements) <= count + 27


def test_a_server_down_for_an_hour_costs_no_mail_an_attempt(sink, queue, at):
    mails = [queue(key=f"{number}") for number in range(3)]
    sink.stop()
    for minute in range(0, 60, 5):
        assert deliver_due(clock=at(minutes=minute)) == 0
    assert {(state(mail), mail.attempts) for mail in mails} == {("queued", 0)}
    assert "refused" in queries.server_trouble().note
    sink.start()

    deliver_due(clock=at(minutes=61))
    deliver_due(clock=at(minutes=62))

    assert [state(mail) for mail in mails] == ["sent"] * 3
    assert len(sink.received) == 3
    assert queries.server_trouble() is None


def test_a_server_in_trouble_is_left_alone_for_a_moment(sink, queue, at):
    queue()
    sink.sender = lambda address: "421 closing"
    deliver_due()
    knocks = sink.connections

    deliver_due()
    assert sink.connections == knocks
    sink.sender = lambda address: None
    deliver_due(clock=at(seconds=30))

    assert len(sink.received) == 1


@pytest.mark.parametrize("answer", ["421 too many", "530 5.7.0 authenticate first", "553 sender not allowed"])
def test_a_server_that_refuses_us_refuses_no_mail(sink, queue, answer, at):
    mail = queue()
    sink.sender = lambda address: answer

    deliver_due()

    assert (state(mail), mail.attempts, mail.started_at) == ("queued", 0, None)
    assert Beat.objects.get(name="trouble").note in {answer, "The server hung up."}


def test_a_connection_that_the_server_tires_of_is_opened_again(sink, queue):
    for number in range(6):
        queue(key=f"{number}")
    asked = []
    sink.sender = lambda address: asked.append(1) or ("421 enough" if len(asked) in {3, 6} else None)

    deliver_due()

    assert (len(sink.received), sink.connections) == (6, 3)


def test_a_server_that_hangs_puts_off_only_until_it_is_seen_to_hang(sink, queue, settings):
    settings.EMAIL_TIMEOUT = 1
    mails = [queue(key=f"{number}") for number in range(5)]
    sink.seconds_to_wait = 3

    deliver_due()

    assert [state(mail) for mail in mails] == ["retrying"] * 3 + ["queued"] * 2
    assert "3 times in a row" in queries.server_trouble().note


# --- Was it accepted? --------------------------------------------------------------------------------


def test_a_connection_cut_after_data_repeats_a_reminder_under_the_same_message_id(sink, queue):
    mail = queue()
    sink.cuts_after_data = True
    deliver_due()
    assert (state(mail), mail.note) == ("retrying", delivery.CONNECTION_LOST_AT_THE_END)
    sink.cuts_after_data = False

    deliver_due(clock=later(mail))

    assert (state(mail), len(sink.received)) == ("sent", 2)
    assert len({message["Message-ID"] for message in sink.messages}) == 1


def test_a_connection_cut_after_data_parks_an_introduction(sink, queue, at):
    mail = queue("introduction_of_a_test")
    sink.cuts_after_data = True
    deliver_due()
    sink.cuts_after_data = False

    deliver_due(clock=at(days=2))

    assert (state(mail), mail.note) == ("in_doubt", delivery.CONNECTION_LOST_AT_THE_END)
    assert len(sink.received) == 1


def test_a_connection_cut_before_data_leaves_no_doubt_about_an_introduction(sink, queue):
    mail = queue("introduction_of_a_test")
    sink.cuts_at_recipient = True
    deliver_due()
    assert (state(mail), mail.note, mail.attempts) == ("retrying", delivery.CONNECTION_LOST, 1)
    sink.cuts_at_recipient = False

    deliver_due(clock=later(mail))

    assert (state(mail), len(sink.received)) == ("sent", 1)


@pytest.mark.parametrize(("answer", "outcome"), [("451 busy", "retrying"), ("554 no", "failed")])
def test_a_refusal_before_the_words_leave_is_no_doubt_either(sink, queue, answer, outcome):
    mail = queue("introduction_of_a_test")
    sink.data_command = lambda: answer

    deliver_due()

    assert (state(mail), mail.answer, sink.received) == (outcome, answer, [])


def test_a_server_that_closes_at_one_reader_serves_the_next_on_a_new_connection(sink, queue):
    first = queue(key="1")
    second = queue(key="2", person=PersonFactory(email="second@example.org"))
    sink.rcpt = lambda address: "421 closing" if address.startswith("samira") else None

    deliver_due()

    assert (state(first), state(second), sink.connections) == ("retrying", "sent", 2)


def test_a_server_too_slow_for_the_lease_never_gets_the_words(sink, queue, settings):
    mail = queue("introduction_of_a_test")
    settings.EMAIL_TIMEOUT = 0.5
    sink.rcpt = lambda address: time.sleep(1.2)

    deliver_due()

    assert (state(mail), sink.received) == ("retrying", [])


def lose_deliverer(monkeypatch, place):
    """The deliverer dies here, as a power cut would have it: no clean-up of its own runs."""

    class PowerCut(BaseException):
        pass

    def die(*args, **kwargs):
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(leases, "give_back", lambda batch: None)
        patch.setattr(leases, place, die)
        with pytest.raises(PowerCut):
            deliver_due()


@pytest.mark.parametrize(
    ("kind", "outcome", "copies"), [("reminder", "sent", 2), ("introduction_of_a_test", "in_doubt", 1)]
)
def test_a_deliverer_lost_after_data_repeats_a_reminder_and_parks_an_introduction(
    sink, queue, monkeypatch, at, kind, outcome, copies
):
    mail = queue(kind)
    lose_deliverer(monkeypatch, "record_sent")
    assert (state(mail), len(sink.received)) == ("sending", 1)

    under_lease = deliver_due()
    deliver_due(clock=at(minutes=2))

    assert (under_lease, state(mail), len(sink.received)) == (0, outcome, copies)
    assert len({message["Message-ID"] for message in sink.messages}) == 1


def test_a_deliverer_lost_before_it_spoke_leaves_an_introduction_beyond_doubt(sink, queue, monkeypatch, at):
    mail = queue("introduction_of_a_test")
    lose_deliverer(monkeypatch, "start")
    assert (state(mail), sink.received) == ("sending", [])

    deliver_due(clock=at(minutes=2))

    assert (state(mail), len(sink.received)) == ("sent", 1)


def test_a_mail_that_fells_every_deliverer_does_not_do_so_for_ever(sink, queue, at):
    mail = queue()
    Mail.objects.filter(pk=mail.pk).update(
        state="sending",
        attempts=12,
        started_at=timezone.now(),
        leased_until=timezone.now() - timedelta(minutes=1),
    )

    deliver_due()

    assert (state(mail), mail.note, sink.received) == ("failed", leases.DELIVERER_LOST, [])


def test_what_a_lost_deliverer_had_not_begun_leaves_within_seconds(sink, queue, at):
    mail = queue()
    leases.claim(queries.database_now(), 1)

    held = deliver_due(clock=at(seconds=8))
    deliver_due(clock=at(seconds=12))

    assert (held, state(mail), mail.fellings) == (0, "sent", 0)


def test_a_mail_that_fells_whoever_writes_it_goes_alone_and_is_given_up(sink, reader, queue, at):
    """As a fault in a library would have it: the process ends in the middle of the rendering."""

    class PowerCut(BaseException):
        pass

    def fell(mail):
        raise PowerCut

    kinds.register(MailKind("poison", "Poison", build=fell))
    queue(key="before", person=PersonFactory())
    poison = queue_mail("poison", key="poison", person=reader)
    queue(key="after", person=PersonFactory())
    falls = 0
    for minute in range(1, 20):
        with contextlib.suppress(PowerCut), pytest.MonkeyPatch.context() as patch:
            patch.setattr(leases, "give_back", lambda in_hand: None)
            falls += 1
            deliver_due(clock=at(minutes=minute))
            falls -= 1

    assert falls == leases.FELLINGS_BEFORE_IT_IS_GIVEN_UP + 1
    assert (state(poison), poison.note) == ("failed", leases.FELLS_DELIVERERS)
    assert sorted(Mail.objects.exclude(pk=poison.pk).values_list("state", flat=True)) == ["sent"] * 2


def test_a_lapsed_lease_is_not_used_by_the_one_who_lost_it(sink, queue, at):
    mail = queue("introduction_of_a_test")
    [held] = leases.claim(queries.database_now(), 1)
    deliver_due(clock=at(minutes=2))

    assert leases.start(held, timezone.now()) is False
    assert (state(mail), len(sink.received)) == ("sent", 1)


# --- Several deliverers, and a database that drops ------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_send_nothing_twice(sink, queue):
    for number in range(60):
        queue(key=f"session:{number}", title=f"Session {number}")

    def deliver_in_a_thread(_):
        try:
            return deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        dealt_with = sum(threads.map(deliver_in_a_thread, range(4)))

    subjects = [message["Subject"] for message in sink.messages]
    assert (dealt_with, len(subjects), len(set(subjects))) == (60, 60, 60)


def own_connection() -> int:
    """The number by which the database knows this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_is_written_down_though_the_database_dropped_meanwhile(sink, queue):
    mail = queue("introduction_of_a_test")
    deliverer, ended = own_connection(), []

    def cut_the_deliverer_off(content):
        with connection.cursor() as cursor:  # a thread of the sink, and so a connection of its own
            cursor.execute("SELECT pg_terminate_backend(%s)", [deliverer])
            ended.extend(cursor.fetchall())
        connection.close()

    sink.data = cut_the_deliverer_off

    deliver_due()

    assert ended == [(True,)]
    assert (state(mail), len(sink.received)) == ("sent", 1)


@pytest.mark.django_db(transaction=True)
def test_where_the_database_drops_between_two_mails_the_first_is_noted_and_the_second_untouched(
    sink, queue, monkeypatch
):
    mails = [queue("introduction_of_a_test", key=f"{number}", person=PersonFactory()) for number in range(2)]

    def cut_the_deliverer_off(content):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()

    # While the server keeps the first, the second is written: without a query, so that only its start meets the cut.
    monkeypatch.setattr(delivery, "SECONDS_KNOWLEDGE_IS_GOOD_FOR", 60)
    sink.data = cut_the_deliverer_off
    with pytest.raises(OperationalError):
        deliver_due()
    sink.data = lambda content: None

    assert (state(mails[0]), state(mails[1]), mails[1].attempts) == ("sent", "queued", 0)
    deliver_due()
    assert sorted(sink.readers) == sorted(mail.to for mail in mails)


@pytest.mark.django_db(transaction=True)
def test_delivery_refuses_to_hold_somebody_elses_transaction(sink, queue):
    queue()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        deliver_due()

    assert sink.received == []


# --- A bad mail fails alone --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["one@example.org, two@example.org", "one@example.org\nBcc: two@example.org", "nobody", "a@b@c"],
)
def test_a_bad_address_fails_alone_with_a_sentence(sink, queue, address):
    bad = queue(key="bad", person=PersonFactory(email=address, address=None))
    good = queue(key="good")

    deliver_due()

    assert (state(bad), bad.note) == ("failed", delivery.CANNOT_BE_WRITTEN)
    assert bad.answer.endswith("is not one mail address.")
    assert (state(good), sink.readers) == ("sent", [good.to])


def test_a_template_with_a_mistake_fails_alone_and_can_be_sent_once_mended(sink, queue):
    bad, good = queue("broken", key="bad"), queue(key="good")

    deliver_due()

    assert (state(bad), state(good)) == ("failed", "sent")
    assert "no_such_filter" in bad.answer
    assert bad.rendered_at is None


def test_a_kind_that_left_with_an_app_fails_alone(sink, queue):
    mail = queue()
    Mail.objects.filter(pk=mail.pk).update(kind="long-gone")

    deliver_due()

    assert (state(mail), mail.note) == ("failed", delivery.CANNOT_BE_WRITTEN)


def test_a_kind_whose_question_breaks_fails_alone(sink, queue, reader):
    kinds.register(MailKind("odd", "Odd", build=words, why_skip=lambda mail: 1 / 0))
    bad = queue_mail("odd", key="bad", person=reader)
    good = queue(key="good")

    deliver_due()

    assert (state(bad), bad.answer, state(good)) == ("failed", "ZeroDivisionError: division by zero", "sent")


# --- Secrets ------------------------------------------------------------------------------------------------


def queue_code(**more):
    return queue_rendered_mail(
        "code",
        key="code:1",
        to="new@example.org",
        subject="Your code",
        text="123456",
        html="<p>123456</p>",
        **more,
    )


def test_a_code_is_wiped_once_sent(sink):
    mail = queue_code()

    deliver_due()

    assert "123456" in sink.messages[0].get_body().get_content()
    assert (state(mail), mail.subject, mail.text, mail.html) == ("sent", "", "", "")
    assert mail.wiped_at is not None


def test_a_code_that_will_never_be_sent_is_wiped_too(sink, at):
    mail = queue_code(expires_at=timezone.now() + timedelta(minutes=10))

    deliver_due(clock=at(minutes=11))

    assert (state(mail), mail.text) == ("skipped", "")


def test_a_code_that_will_be_tried_again_is_kept_until_then(sink):
    mail = queue_code()
    sink.data = lambda content: "451 later"

    deliver_due()

    assert (state(mail), mail.text) == ("retrying", "123456")


def test_a_reminder_keeps_its_rendering(sink, queue):
    mail = queue(title="Kept")

    deliver_due()
    mail.refresh_from_db()

    assert mail.subject == "Kept, Monday"
    assert "Kept, Monday 22:30" in mail.text
    assert mail.wiped_at is None
