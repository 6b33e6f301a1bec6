import pytest

from mentoring.probe import is_serving


@pytest.mark.django_db(transaction=True)
def test_a_web_process_with_its_database_serves_even_when_mail_is_late(live_server):
    port = int(live_server.url.rpartition(":")[2])

    assert is_serving(port, "localhost")


def test_a_web_process_that_is_gone_does_not(closed_port):
    assert not is_serving(closed_port, "localhost")
