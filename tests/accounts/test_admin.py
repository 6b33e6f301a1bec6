"""What admins may do to people, catalogues, organisations and notices, and what nobody may."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.urls import NoReverseMatch, reverse

from accounts.models import NoticeVersion, Organisation, Person, Role
from accounts.services.catalogues import load_catalogues
from accounts.services.notices import AcceptedVersion, give_consent, save_version
from accounts.services.organisations import NotMergeable, merge_organisations
from accounts.services.rights import NotYours, change_rights
from outbox.models import Mail
from tests.accounts.conftest import text_of
from tests.accounts.factories import (
    NoticeVersionFactory,
    OrganisationFactory,
    PersonFactory,
    PersonRoleFactory,
    RoleFactory,
    SituationFactory,
)
from tests.mentoring.second_factor import add_totp

pytestmark = pytest.mark.django_db
LISTS = [
    "role",
    "discipline",
    "topic",
    "situation",
    "sector",
    "organisation",
    "person",
    "notice",
    "noticeversion",
]


def change(model, pk):
    return reverse(f"admin:accounts_{model}_change", args=[pk])


@pytest.fixture
def helper(signed_in_client):
    """An admin with the permissions of this app, and not all rights."""
    person = PersonFactory(is_staff=True, name="Helper")
    group = Group.objects.create(name="Programme admins")
    group.permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    person.groups.add(group)
    return person


@pytest.fixture
def helper_client(signed_in_client, helper):
    return signed_in_client(helper)


@pytest.mark.parametrize("name", LISTS)
def test_lists_open_for_admins_alone(admin_client, signed_in_client, client, name):
    address = reverse(f"admin:accounts_{name}_changelist")

    assert admin_client.get(address).status_code == 200
    assert signed_in_client(PersonFactory()).get(address).status_code in {302, 403}
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_people_costs_the_same_however_many(admin_client, django_assert_num_queries, count):
    for _ in range(count):
        PersonRoleFactory.create_batch(2, person=PersonFactory())
    address = reverse("admin:accounts_person_changelist")
    admin_client.get(address)

    with django_assert_num_queries(13):
        admin_client.get(address)


@pytest.mark.parametrize("words", ["elan", "ÉLAN", "lan H", "GSTT trust", "zoe@example.org"])
def test_people_are_found_whatever_the_accents(admin_client, words):
    PersonFactory(
        name="Élan Haddad", email="zoe@example.org", organisation=OrganisationFactory(name="GSTT trust")
    )
    PersonFactory(name="Somebody else")

    page = admin_client.get(reverse("admin:accounts_person_changelist"), {"q": words})

    assert [person.name for person in page.context["cl"].result_list] == ["Élan Haddad"]


def test_situations_are_not_shown_to_admins(admin_client):
    person = PersonFactory(about="Words of their own")
    person.situations.add(SituationFactory(en="Planted situation", sensitive=True))

    page = admin_client.get(change("person", person.pk)).content.decode()

    assert "Words of their own" in page
    assert "Planted situation" not in page


@pytest.mark.parametrize("model", ["account_emailaddress", "mfa_authenticator", "usersessions_usersession"])
def test_ways_in_have_no_page_in_the_admin(model):
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{model}_changelist")


# --- rights ---


def person_form(person, **changes):
    return {
        "name": person.name,
        "is_staff": "on" if person.is_staff else "",
        "is_superuser": "on" if person.is_superuser else "",
        "is_active": "on" if person.is_active else "",
        "roles-TOTAL_FORMS": 0,
        "roles-INITIAL_FORMS": 0,
    } | changes


def test_an_admin_with_all_rights_names_another_and_all_are_told(admin_client, admin_user, letterbox):
    new = PersonFactory(name="Samira", email="samira@example.org")

    response = admin_client.post(change("person", new.pk), person_form(new, is_staff="on", is_superuser="on"))

    assert response.status_code == 302
    new.refresh_from_db()
    assert (new.is_staff, new.is_superuser) == (True, True)
    mails = letterbox.delivered()
    assert {mail["To"] for mail in mails} == {admin_user.email, "samira@example.org"}
    assert "Samira now has all admin rights." in text_of(mails[0])


def test_nothing_is_said_where_no_right_changed(admin_client):
    person = PersonFactory()

    admin_client.post(change("person", person.pk), person_form(person, name="Another name"))

    person.refresh_from_db()
    assert person.name == "Another name"
    assert not Mail.objects.exists()


@pytest.mark.parametrize("right", ["is_staff", "is_superuser", "is_active"])
def test_nobody_takes_away_their_own_rights(admin_client, admin_user, right):
    page = admin_client.post(change("person", admin_user.pk), person_form(admin_user, **{right: ""}))

    assert page.context["adminform"].form.non_field_errors() == [
        "Ask another admin to change your own rights: nobody can lock themselves out this way."
    ]
    admin_user.refresh_from_db()
    assert getattr(admin_user, right)


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_a_helper_gives_nobody_rights(helper_client, helper, right):
    member = PersonFactory()

    for person in (member, helper):
        helper_client.post(change("person", person.pk), person_form(person, **{right: "on"}))

    member.refresh_from_db()
    helper.refresh_from_db()
    assert (member.is_staff, member.is_superuser, helper.is_superuser) == (False, False, False)


def test_a_helper_cannot_close_an_account_nor_move_its_address(helper_client):
    member = PersonFactory(email="member@example.org")

    helper_client.post(
        change("person", member.pk),
        person_form(member, is_active="", email="thief@example.org", name="Renamed"),
    )

    member.refresh_from_db()
    assert (member.is_active, member.email, member.name) == (True, "member@example.org", "Renamed")


def test_a_service_refuses_what_the_page_did_not_offer(helper):
    with pytest.raises(NotYours):
        change_rights(PersonFactory(), by=helper, is_staff=True)


# --- leaving ---


def test_an_admin_erases_a_person_through_the_same_service(admin_client):
    person = PersonRoleFactory(person__name="Planted-name").person

    admin_client.post(reverse("admin:accounts_person_delete", args=[person.pk]), {"post": "yes"})

    assert not Person.objects.filter(pk=person.pk).exists()
    assert Mail.objects.get().kind == "account_deleted"
    assert "Planted-name" not in str(list(LogEntry.objects.values()))


def test_an_admin_does_not_erase_themselves_here(admin_client, admin_user):
    response = admin_client.post(
        reverse("admin:accounts_person_delete", args=[admin_user.pk]), {"post": "yes"}
    )

    assert response.status_code == 403


def test_a_helper_erases_nobody(helper_client):
    person = PersonFactory()

    response = helper_client.post(reverse("admin:accounts_person_delete", args=[person.pk]), {"post": "yes"})

    assert response.status_code == 403


# --- second factors ---


def act(client, model, action, *chosen, **more):
    return client.post(
        reverse(f"admin:accounts_{model}_changelist"),
        {"action": action, "_selected_action": [one.pk for one in chosen], **more},
    )


def test_a_lost_device_is_taken_off_and_its_holder_told(admin_client, letterbox):
    person = PersonFactory(email="samira@example.org")
    add_totp(person)

    act(admin_client, "person", "remove_factors", person)

    assert not Authenticator.objects.filter(user=person).exists()
    mail = letterbox.only()
    assert mail["To"] == "samira@example.org"
    assert "A programme admin removed your passkeys" in text_of(mail)
    assert LogEntry.objects.get().change_message == "Second factors removed"


def test_a_helper_does_not_weaken_the_door_of_an_admin(helper_client):
    admin = PersonFactory(admin=True)
    add_totp(admin)

    act(helper_client, "person", "remove_factors", admin)

    assert Authenticator.objects.filter(user=admin).exists()


# --- catalogues ---


def entry_form(**changes):
    return {"slug": "robots", "family": "data", "en": "Robots", "fr": "Robots", "position": 3} | changes


def test_an_entry_that_an_admin_adds_or_edits_survives_a_reload(admin_client):
    load_catalogues()
    cnio = Role.objects.get(slug="cnio")

    admin_client.post(reverse("admin:accounts_role_add"), entry_form(aliases="bots; automata ;"))
    admin_client.post(change("role", cnio.pk), entry_form(slug="stolen", en="Nursing information chief"))
    load_catalogues()

    assert Role.objects.get(slug="robots").aliases == ["bots", "automata"]
    cnio.refresh_from_db()
    assert (cnio.slug, cnio.en) == ("cnio", "Nursing information chief")


def test_entries_are_hidden_and_offered_again(admin_client):
    load_catalogues()
    cnio = Role.objects.get(slug="cnio")

    act(admin_client, "role", "hide", cnio)
    load_catalogues()
    cnio.refresh_from_db()
    assert cnio.is_hidden
    act(admin_client, "role", "offer_again", cnio)
    cnio.refresh_from_db()
    assert not cnio.is_hidden


def test_no_entry_is_deleted(admin_client):
    role = RoleFactory()

    response = admin_client.post(reverse("admin:accounts_role_delete", args=[role.pk]), {"post": "yes"})

    assert response.status_code == 403


def test_entries_are_found_by_alias(admin_client):
    load_catalogues()

    page = admin_client.get(reverse("admin:accounts_role_changelist"), {"q": "nursing informatics officer"})

    assert [role.slug for role in page.context["cl"].result_list] == ["cnio"]


# --- organisations ---


def test_merging_moves_people_and_keeps_every_name(admin_client):
    stays = OrganisationFactory(name="Guy’s and St Thomas’")
    short, long = (
        OrganisationFactory(name="GSTT"),
        OrganisationFactory(name="Guys & St Thomas", aliases=["Guys"]),
    )
    person = PersonFactory(organisation=short)

    page = act(admin_client, "organisation", "merge", stays, short, long)
    assert page.status_code == 200
    act(admin_client, "organisation", "merge", stays, short, long, stays=stays.pk)

    person.refresh_from_db()
    stays.refresh_from_db()
    assert person.organisation == stays
    assert stays.aliases == ["GSTT", "Guys & St Thomas", "Guys"]
    assert set(Organisation.objects.filter(merged_into=stays)) == {short, long}


def test_one_organisation_alone_is_not_merged(admin_client):
    one = OrganisationFactory()

    act(admin_client, "organisation", "merge", one, stays=one.pk)

    one.refresh_from_db()
    assert one.merged_into is None


def test_what_was_merged_before_is_not_merged_again():
    gone, stays, third = OrganisationFactory.create_batch(3)
    merge_organisations(gone, into=stays)

    with pytest.raises(NotMergeable):
        merge_organisations(stays, into=gone)
    with pytest.raises(NotMergeable):
        merge_organisations(gone, into=third)
    with pytest.raises(NotMergeable):
        merge_organisations(stays, into=stays)


def test_a_chain_of_merges_leads_to_the_last():
    first, second, third = OrganisationFactory.create_batch(3)

    merge_organisations(first, into=second)
    merge_organisations(second, into=third)

    first.refresh_from_db()
    assert first.merged_into == third


# --- notices ---


def version_form(version, **changes):
    return {"notice": version.notice_id, "dated": version.dated, "en": version.en, "fr": version.fr} | changes


def test_a_version_that_nobody_accepted_is_edited(admin_client):
    version = NoticeVersionFactory()

    admin_client.post(change("noticeversion", version.pk), version_form(version, en="Better words."))

    version.refresh_from_db()
    assert version.en == "Better words."


def test_an_accepted_version_stays_as_it_was(admin_client):
    version = NoticeVersionFactory(en="The words agreed to.")
    give_consent(PersonFactory(), version)

    edited = admin_client.post(change("noticeversion", version.pk), version_form(version, en="Other words."))
    deleted = admin_client.post(
        reverse("admin:accounts_noticeversion_delete", args=[version.pk]), {"post": "yes"}
    )
    act(admin_client, "noticeversion", "delete_selected", version, post="yes")

    assert (edited.status_code, deleted.status_code) == (403, 403)
    version.refresh_from_db()
    assert version.en == "The words agreed to."


def test_a_version_accepted_while_an_admin_writes_is_refused_in_words():
    version = NoticeVersionFactory()
    give_consent(PersonFactory(), version)
    version.en = "Other words."

    with pytest.raises(AcceptedVersion, match="Write a new version instead"):
        save_version(version)


def test_a_new_version_starts_from_the_words_in_force(admin_client):
    version = NoticeVersionFactory(en="The words in force.")

    page = admin_client.get(reverse("admin:accounts_noticeversion_add"), {"notice": version.notice_id})

    assert page.context["adminform"].form.initial["en"] == "The words in force."


@pytest.mark.parametrize("asked", ["x", "-1", "9" * 40, "1;2", ""])
def test_an_odd_question_for_a_new_version_is_answered(admin_client, asked):
    page = admin_client.get(reverse("admin:accounts_noticeversion_add"), {"notice": asked})

    assert page.status_code == 200


def test_two_versions_of_one_day_are_refused_in_words(admin_client):
    version = NoticeVersionFactory()

    page = admin_client.post(reverse("admin:accounts_noticeversion_add"), version_form(version))

    assert NoticeVersion.objects.count() == 1
    assert "There is a version of that day already." in page.content.decode()
