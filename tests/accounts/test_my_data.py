"""Taking one's data away, and leaving."""

import json
from datetime import date
from io import BytesIO, StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from accounts import personal_data
from accounts.models import Organisation, Person
from accounts.services.my_data import LastAdmin, delete_person, export_person
from accounts.services.notices import give_consent
from accounts.services.photos import redrawn, set_photo
from outbox.models import Preference, Silence
from outbox.services import queue_rendered_mail
from tests.accounts.conftest import text_of
from tests.accounts.factories import (
    PASSWORD,
    DisciplineFactory,
    NoticeVersionFactory,
    OrganisationFactory,
    PersonFactory,
    PersonRoleFactory,
    SectorFactory,
    SituationFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def planted():
    """Somebody with a word of their own in every place that holds one."""
    picture = BytesIO()
    Image.new("RGB", (300, 300), 90).save(picture, "PNG")
    picture.seek(0)
    person = PersonFactory(
        name="Planted-name",
        email="planted-address@example.org",
        pronouns="planted-pronouns",
        official_title="Planted-title",
        about="Planted-about",
        other_discipline="Planted-discipline",
        other_sector="Planted-sector",
        other_situation="Planted-situation",
        organisation=OrganisationFactory(name="Planted-organisation"),
        can_sign_in=True,
    )
    PersonRoleFactory(person=person, role=None, text="Planted-role")
    person.disciplines.add(DisciplineFactory(en="Chosen-discipline"))
    person.sectors.add(SectorFactory(en="Chosen-sector"))
    person.situations.add(SituationFactory(en="Chosen-situation", sensitive=True))
    set_photo(person, redrawn(picture))
    give_consent(person, NoticeVersionFactory(notice__title_en="Agreed-notice"))
    queue_rendered_mail(
        "security_notice",
        key="planted",
        to=person.email,
        person=person,
        subject="Planted-subject",
        text="Planted-text",
    )
    Preference.objects.create(person=person, kind="planted-kind-of-mail", how=Preference.How.NEVER)
    Silence.objects.create(person=person, until=date(2031, 2, 3))
    return person


WORDS = [
    "Planted-name", "planted-address@example.org", "planted-pronouns", "Planted-title", "Planted-about",
    "Planted-discipline", "Planted-sector", "Planted-situation", "Planted-organisation", "Planted-role",
    "Chosen-discipline", "Chosen-sector", "Chosen-situation", "Agreed-notice", "Planted-subject", "Planted-text",
    "planted-kind-of-mail", "2031-02-03",
]  # fmt: skip


def confirm_it_is_me(client, address):
    """Open a guarded page, and give the password that it asks for."""
    asked = client.get(address)
    return client.post(asked.url, {"password": PASSWORD}, follow=True)


def everything_stored() -> str:
    out = StringIO()
    call_command("dumpdata", exclude=["contenttypes", "auth.permission"], stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("word", WORDS)
def test_the_file_holds_every_word_that_somebody_gave(planted, word):
    assert word in json.dumps(export_person(planted))


def test_the_file_holds_nobody_elses_words(planted):
    other = PersonRoleFactory(person__name="Somebody-else").person

    exported = json.dumps(export_person(other))

    assert "Somebody-else" in exported
    assert not [word for word in WORDS if word in exported]


def test_the_file_holds_no_secret_of_signing_in(planted):
    secret = generate_totp_secret()
    TOTP.activate(planted, secret)

    exported = json.dumps(export_person(planted))

    assert "TOTP Authenticator" in exported
    assert secret not in exported
    assert planted.password not in exported


def test_downloading_asks_for_the_password_first(client, planted):
    client.force_login(planted)

    response = client.get(reverse("accounts:download_data"))

    assert response.url.startswith(reverse("account_reauthenticate"))


def test_the_download_is_a_file(client, planted):
    client.force_login(planted)

    response = confirm_it_is_me(client, reverse("accounts:download_data"))

    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert "no-store" in response["Cache-Control"]
    assert json.loads(response.content)["account"]["name"] == "Planted-name"


def test_deleting_asks_for_the_password_first(client, planted):
    client.force_login(planted)

    response = client.post(reverse("accounts:delete"), {"address": planted.email})

    assert response.url.startswith(reverse("account_reauthenticate"))
    assert Person.objects.filter(pk=planted.pk).exists()


@pytest.mark.parametrize("typed", ["", "other@example.org", "planted-address"])
def test_another_address_deletes_nothing(client, planted, typed):
    client.force_login(planted)
    confirm_it_is_me(client, reverse("accounts:delete"))

    response = client.post(reverse("accounts:delete"), {"address": typed})

    assert list(response.context["form"].errors) == ["address"]
    assert Person.objects.filter(pk=planted.pk).exists()


def test_deleting_leaves_nothing_behind(client, planted, letterbox):
    client.force_login(planted)
    confirm_it_is_me(client, reverse("accounts:delete"))
    own = [word for word in WORDS if word.lower().startswith("planted")]
    assert [word for word in own if word not in everything_stored()] == []

    response = client.post(reverse("accounts:delete"), {"address": "PLANTED-address@example.org"})
    letterbox.delivered()

    assert response.url == reverse("front")
    assert [word for word in own if word in everything_stored()] == []


def test_deleting_is_confirmed_by_mail(client, planted, letterbox):
    letterbox.delivered()
    client.force_login(planted)
    confirm_it_is_me(client, reverse("accounts:delete"))

    client.post(reverse("accounts:delete"), {"address": planted.email})

    mail = letterbox.only()
    assert (mail["To"], mail["Subject"]) == ("planted-address@example.org", "Your account is deleted")
    assert text_of(mail).startswith("Hello Planted-name,\n")


def test_every_device_is_signed_out(client, planted):
    phone = type(client)()
    for browser in (client, phone):
        browser.force_login(planted)
        browser.get(reverse("accounts:settings"))

    delete_person(planted)

    assert phone.get(reverse("accounts:settings")).status_code == 302
    assert not Session.objects.exists()


def test_others_keep_what_is_theirs(planted):
    other = PersonRoleFactory(person__name="Somebody-else").person

    delete_person(planted)

    assert export_person(other)["account"]["roles"] != []


def test_each_app_erases_its_part_before_the_person_goes(planted, monkeypatch):
    seen = []
    monkeypatch.setattr(personal_data, "_registered", dict(personal_data._registered))
    personal_data.register(
        "notebook",
        export=lambda person: {},
        erase=lambda person: seen.append(Person.objects.filter(pk=person.pk).exists()),
    )

    delete_person(planted)

    assert seen == [True]


def test_an_organisation_that_others_share_stays(planted):
    colleague = PersonFactory(organisation=planted.organisation)

    delete_person(planted)

    assert Organisation.objects.get(people=colleague).name == "Planted-organisation"


def test_an_organisation_with_aliases_stays(planted):
    Organisation.objects.filter(pk=planted.organisation_id).update(aliases=["PO"])

    delete_person(planted)

    assert Organisation.objects.filter(name="Planted-organisation").exists()


def test_the_last_admin_cannot_leave(client):
    admin = PersonFactory(admin=True, can_sign_in=True)
    client.force_login(admin)
    confirm_it_is_me(client, reverse("accounts:delete"))

    response = client.post(reverse("accounts:delete"), {"address": admin.email})

    assert response.context["form"].non_field_errors() == [
        "You are the only admin with all rights. Give them to somebody else before you delete your account."
    ]
    assert Person.objects.filter(pk=admin.pk).exists()


def test_an_admin_beside_another_can_leave():
    first, _second = PersonFactory(admin=True), PersonFactory(admin=True)

    delete_person(first)

    assert Person.objects.count() == 1


def test_a_closed_account_does_not_count_as_another_admin():
    admin, _closed = PersonFactory(admin=True), PersonFactory(admin=True, is_active=False)

    with pytest.raises(LastAdmin):
        delete_person(admin)
