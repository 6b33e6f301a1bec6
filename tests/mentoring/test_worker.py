import time

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from tests.accounts.factories import PASSWORD


@pytest.mark.django_db(transaction=True)
def test_a_sign_up_wakes_a_real_worker_whose_mail_links_back_here(client, worker, mailbox, live_server):
    client.post(
        reverse("account_signup"), {"name": "Samira", "email": "samira@example.org", "password1": PASSWORD}
    )

    deadline = time.monotonic() + 30
    while not mailbox.messages and time.monotonic() < deadline:
        time.sleep(0.1)

    (mail,) = mailbox.messages
    assert mail["To"] == get_user_model().objects.get().email
    assert "/accounts/" in mail.get_body(("plain",)).get_content()
