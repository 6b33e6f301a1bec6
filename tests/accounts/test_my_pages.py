"""Settings: who may open them, what they cost, what they keep, and what they make of nonsense."""

import pytest
from django.urls import reverse

from accounts.models import PersonRole
from accounts.services.catalogues import load_catalogues
from tests.accounts.factories import PersonFactory, PersonRoleFactory

pytestmark = pytest.mark.django_db

PAGES = ["settings", "profile", "roles", "edit_photo", "language", "my_data", "delete", "download_data"]
FORMS = ["profile", "roles", "edit_photo", "language"]
PROFILE = {"name": "Samira", "spoken_languages": ["en", "fr"], "region": "london"}

NONSENSE = {
    "empty": "",
    "blanks": "  \t ",
    "a megabyte": "x" * 1_000_000,
    "NUL": "a\x00b",
    "line breaks": "a\r\nBcc: everybody@example.org",
    "line separator": "a\u2028b",
    "right to left": "\u202eabc\u202c",
    "zero width": "\u200b\ufeff",
    "combining": "a" + "\u0301" * 1_000,
    "markup": "<script>alert(1)</script>",
    "template": "{{ settings.SECRET_KEY }}{% debug %}",
    "SQL": "'; DROP TABLE accounts_person; --",
    "path": "../../../etc/passwd",
    "a formula": "=HYPERLINK(1)",
    "a number": "9" * 5_000,
}


@pytest.fixture
def samira():
    return PersonFactory(name="Samira", email="samira@example.org")


@pytest.fixture
def as_samira(client, samira):
    client.force_login(samira)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(client, page):
    address = reverse(f"accounts:{page}")

    response = client.get(address)

    assert response.url == f"{reverse('account_login')}?next={address}"


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("page", "queries"), [("settings", 3), ("profile", 2), ("roles", 12), ("language", 2), ("my_data", 3)]
)
def test_a_page_costs_the_same_however_much_somebody_does(
    as_samira, samira, django_assert_num_queries, page, queries, count
):
    load_catalogues()
    PersonRoleFactory.create_batch(count, person=samira)
    as_samira.get(reverse("accounts:settings"))

    with django_assert_num_queries(queries):
        assert as_samira.get(reverse(f"accounts:{page}")).status_code == 200


@pytest.mark.parametrize("value", NONSENSE.values(), ids=NONSENSE.keys())
@pytest.mark.parametrize("page", FORMS)
def test_nonsense_is_answered_and_never_runs(as_samira, samira, page, value):
    form = as_samira.get(reverse(f"accounts:{page}")).context["form"]

    response = as_samira.post(reverse(f"accounts:{page}"), dict.fromkeys(form.fields, value))

    # 400 where all of it together is more than a form may be.
    assert response.status_code in {200, 302, 400}
    samira.refresh_from_db()
    assert "\x00" not in samira.name + samira.about
    assert "\n" not in samira.name + samira.official_title


@pytest.mark.parametrize(
    "raw", [b"name=%ED%A0%80", b"name=%ff%fe", b"name=\xed\xa0\x80", b"%00=%00", b"=&=&&"]
)
def test_bytes_that_are_no_text_are_answered(as_samira, raw):
    response = as_samira.post(
        reverse("accounts:profile"), raw, content_type="application/x-www-form-urlencoded"
    )

    assert response.status_code in {200, 302}


def test_markup_is_shown_as_it_was_typed(as_samira):
    as_samira.post(reverse("accounts:profile"), PROFILE | {"name": "<script>alert(1)</script>"})

    page = as_samira.get(reverse("accounts:settings")).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_a_profile_is_kept(as_samira, samira):
    response = as_samira.post(
        reverse("accounts:profile"),
        PROFILE | {"another_language": "gallois", "about": "Two wards,\r\none EPR.", "pronouns": "she/her"},
    )

    assert response.url == reverse("accounts:settings")
    samira.refresh_from_db()
    assert (samira.name, samira.pronouns, samira.region) == ("Samira", "she/her", "london")
    assert samira.spoken_languages == ["en", "fr", "cy"]
    assert samira.about == "Two wards,\none EPR."


def test_an_error_keeps_what_was_typed_and_names_the_field(as_samira, samira):
    response = as_samira.post(
        reverse("accounts:profile"), PROFILE | {"another_language": "Klingonese", "about": "Two wards."}
    )

    form = response.context["form"]
    assert form.errors == {
        "another_language": ["We do not know this language. Write its English or its French name."]
    }
    page = response.content.decode()
    assert 'value="Klingonese"' in page
    assert "Two wards." in page
    assert 'href="#id_another_language"' in page
    samira.refresh_from_db()
    assert samira.about == ""


def test_somebody_speaks_at_least_one_language(as_samira):
    response = as_samira.post(reverse("accounts:profile"), {"name": "Samira"})

    assert response.context["form"].errors == {"spoken_languages": ["Choose at least one language."]}


def test_fields_that_the_form_does_not_ask_change_nothing(as_samira, samira):
    other = PersonFactory()

    as_samira.post(
        reverse("accounts:profile"),
        PROFILE
        | {
            "is_staff": "on",
            "is_superuser": "on",
            "email": "other@example.org",
            "pk": other.pk,
            "id": other.pk,
        },
    )

    samira.refresh_from_db()
    assert (samira.is_staff, samira.is_superuser, samira.email) == (False, False, "samira@example.org")
    assert PersonFactory._meta.model.objects.get(pk=other.pk).name == other.name


def test_language_and_zone_take_effect_at_once(as_samira, samira):
    response = as_samira.post(
        reverse("accounts:language"), {"language": "fr", "time_zone": "Europe/Paris"}, follow=True
    )

    samira.refresh_from_db()
    assert (samira.language, samira.time_zone) == ("fr", "Europe/Paris")
    assert '<html lang="fr">' in response.content.decode()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "x" * 500])
def test_a_zone_that_does_not_exist_is_refused(as_samira, zone):
    response = as_samira.post(reverse("accounts:language"), {"language": "en", "time_zone": zone})

    assert list(response.context["form"].errors) == ["time_zone"]


@pytest.mark.parametrize(
    ("language", "zone"),
    [("xx", "Europe/London"), ("", ""), ("en", "Mars/Olympus"), ("../..", "../../etc/passwd")],
)
def test_a_language_or_zone_that_has_gone_does_not_lock_anybody_out(client, language, zone):
    client.force_login(PersonFactory(language=language, time_zone=zone))

    assert client.get(reverse("accounts:settings")).status_code == 200


def test_roles_are_added_without_a_script(as_samira, samira):
    page = as_samira.post(
        reverse("accounts:roles"), {"role-0": "Founder", "how-0": "titled", "add_role": "1"}
    )

    assert page.status_code == 200
    assert 'name="role-1"' in page.content.decode()
    assert not samira.roles.exists()
    as_samira.post(
        reverse("accounts:roles"),
        {"role-0": "Founder", "how-0": "titled", "role-1": "Architect", "how-1": "aim"},
    )
    assert list(samira.roles.values_list("text", "how")) == [("Founder", "titled"), ("Architect", "aim")]


def test_one_persons_roles_do_not_touch_anothers(as_samira, samira):
    other = PersonRoleFactory()

    as_samira.post(reverse("accounts:roles"), {"role-0": "Founder", "how-0": "titled"})

    assert PersonRole.objects.get(person=other.person) == other


@pytest.mark.parametrize("entry", ["0", "999999999999999999999", "-1", "abc", "1;2"])
def test_a_discipline_that_is_not_in_the_catalogue_is_refused(as_samira, entry):
    response = as_samira.post(reverse("accounts:roles"), {"disciplines": entry})

    assert list(response.context["form"].errors) == ["disciplines"]


@pytest.mark.parametrize("page", ["drop_photo"])
def test_looking_at_an_address_that_acts_does_nothing(as_samira, page):
    assert as_samira.get(reverse(f"accounts:{page}")).status_code == 405
