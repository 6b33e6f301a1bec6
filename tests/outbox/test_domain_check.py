"""What other mail servers would make of a domain, from records as DNS gives them."""

import base64
from io import StringIO

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import CommandError, call_command

from outbox.domain_check import check_dkim, check_dmarc, check_domain, check_spf, from_file, tags

DER = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def rsa_record(bits):
    key = rsa.generate_private_key(65537, bits).public_key().public_bytes(*DER)
    return f"v=DKIM1; k=rsa; p={base64.b64encode(key).decode()}"


STRONG, WEAK = rsa_record(2048), rsa_record(1024)
GOOD = {
    "example.org": ["v=spf1 include:_spf.mail.example ip4:192.0.2.0/24 -all", "site-verification=1"],
    "_spf.mail.example": ["v=spf1 a mx ~all"],
    "s1._domainkey.example.org": [STRONG],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@example.org"],
}


def of(records):
    return lambda name: records.get(name)


def said(findings):
    return [(finding.level.value, finding.about, finding.sentence) for finding in findings]


def only(findings):
    (finding,) = findings
    return finding.level.value, finding.sentence


def test_a_domain_in_order_is_said_to_be():
    assert said(check_domain("Example.org.", of(GOOD), selectors=["s1"])) == [
        ("good", "SPF", "One record, 3 of 10 lookups."),
        ("good", "DKIM", "A key of 2048 bits at s1._domainkey.example.org."),
        ("good", "DMARC", "p=quarantine at _dmarc.example.org."),
    ]


def test_a_domain_with_nothing_is_told_each_thing_to_add():
    found = check_domain("example.org", of({}), selectors=["s1"])

    assert [(one.level.value, one.about) for one in found] == [
        ("bad", "SPF"),
        ("bad", "DKIM"),
        ("bad", "DMARC"),
    ]


# --- SPF --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        (["v=spf1 -all", "v=spf1 a ~all"], "bad", "has 2 records"),
        (["v=spf1 a +all"], "bad", "lets everybody send"),
        (["v=spf1 a all"], "bad", "lets everybody send"),
        (["v=spf1 a"], "hint", "does not say what to do"),
        (["v=spf1 a ?all"], "hint", "does not say what to do"),
        (["v=spf1 ptr -all"], "hint", "no longer recommended"),
        (["v=spf1 ipv4:192.0.2.1 -all"], "bad", "“ipv4:192.0.2.1” is nothing that SPF knows"),
        (["v=spf1 include:example.org -all"], "bad", "includes itself"),
        (["v=spf1 include:gone.example -all"], "bad", "includes gone.example, which has no record"),
        (["v=spf1 include:elsewhere.example -all"], "hint", "elsewhere.example is not among those given"),
        (["v=spf10 -all"], "bad", "has no record"),
    ],
)
def test_what_is_wrong_with_an_spf_record_is_said(records, level, words):
    found = check_spf("example.org", of({"example.org": records, "gone.example": ["other"]}))

    assert any(one.level == level and words in one.sentence for one in found)


def test_lookups_are_counted_through_what_is_included():
    records = {"example.org": ["v=spf1 " + " ".join(f"include:s{n}.example" for n in range(6)) + " -all"]}
    records |= {f"s{n}.example": ["v=spf1 a -all"] for n in range(6)}
    fewer = records | {"s5.example": ["v=spf1 ip4:192.0.2.1 -all"], "s4.example": ["v=spf1 -all"]}

    assert "It takes 12 lookups" in only(check_spf("example.org", of(records)))[1]
    assert only(check_spf("example.org", of(fewer))) == ("good", "One record, 10 of 10 lookups.")


def test_a_redirect_says_what_to_do_with_the_rest():
    records = {"example.org": ["v=spf1 redirect=_spf.example.org"], "_spf.example.org": ["v=spf1 -all"]}

    assert only(check_spf("example.org", of(records))) == ("good", "One record, 1 of 10 lookups.")


# --- DKIM -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        ([WEAK], "hint", "has 1024 bits. 2048 are usual"),
        (["v=DKIM1; p="], "bad", "was withdrawn"),
        (["v=DKIM1; p=MIIBIjANBg"], "bad", "is no key"),
        (["v=DKIM1; p=***"], "bad", "is no key"),
        ([STRONG, WEAK], "bad", "There are 2 keys"),
        (["v=DKIM1; k=rsa"], "bad", "There is no key"),
        ([STRONG.replace("k=rsa", "t=y:s")], "hint", "is being tried"),
    ],
)
def test_what_is_wrong_with_a_key_is_said(records, level, words):
    found = check_dkim("example.org", of({"s1._domainkey.example.org": records}), selectors=["s1"])

    assert any(one.level == level and words in one.sentence for one in found)


def test_a_key_too_short_for_any_server_is_bad():
    # Our own library makes no such key any more: this is a 768-bit one, written down.
    short = (
        "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAL8zXVdnVfuGIWLi+jLpvpd4jtnhcgd6"
        "vnqbPn9aZ7GLdMgwHT/NP6C0VQNTePH3W9VTlBJG8ZxRNJtfUoVKJ5Fi4eWnDuJ8"
        "c0cF4t8dLKSU2jFAnVYJcZdJFqzF2W3mJQIDAQAB"
    )

    level, sentence = only(
        check_dkim("example.org", of({"s1._domainkey.example.org": [f"p={short}"]}), selectors=["s1"])
    )

    assert (level, "768 bits" in sentence) == ("bad", True)


def test_a_modern_key_is_told_to_have_company():
    raw = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    record = f"v=DKIM1; k=ed25519; p={base64.b64encode(raw).decode()}"

    assert (
        only(check_dkim("example.org", of({"s1._domainkey.example.org": [record]}), selectors=["s1"]))[0]
        == "hint"
    )


def test_without_a_selector_it_is_said_where_to_find_one():
    assert "--selector" in only(check_dkim("example.org", of({}), selectors=[]))[1]


# --- DMARC ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("records", "level", "words"),
    [
        (["v=DMARC1; p=none; rua=mailto:a@example.org"], "hint", "p=none only watches"),
        (["v=DMARC1; p=reject"], "hint", "Nobody gets its reports"),
        (["v=DMARC1; p=reject; pct=20; rua=mailto:a@example.org"], "hint", "20% of the mail"),
        (["v=DMARC1; rua=mailto:a@example.org"], "bad", "does not say what to do"),
        (["v=DMARC1; p=no"], "bad", "does not say what to do"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "bad", "There are 2 records"),
        (["v=spf1 -all"], "bad", "There is none at _dmarc.example.org"),
    ],
)
def test_what_is_wrong_with_a_dmarc_record_is_said(records, level, words):
    found = check_dmarc("example.org", of({"_dmarc.example.org": records}), signer="example.org")

    assert any(one.level == level and words in one.sentence for one in found)


def test_the_domain_above_speaks_for_one_that_says_nothing():
    found = check_dmarc("mail.example.org", of(GOOD), signer="example.org")

    assert only(found) == ("good", "p=quarantine at _dmarc.example.org.")


@pytest.mark.parametrize(
    ("signer", "strictness", "counts"),
    [
        ("example.org", "", True),
        ("mail.example.org", "", True),
        ("mail.example.org", "; adkim=s", False),
        ("provider.example", "", False),
        ("badexample.org", "", False),
    ],
)
def test_a_signature_counts_where_it_is_aligned(signer, strictness, counts):
    records = {"_dmarc.example.org": [f"v=DMARC1; p=reject; rua=mailto:a@example.org{strictness}"]}

    found = check_dmarc("example.org", of(records), signer=signer)

    assert any("does not count for example.org" in one.sentence for one in found) == (not counts)


# --- The command ------------------------------------------------------------------------------------


@pytest.fixture
def records(tmp_path):
    """A file as `dig` prints it: a comment, tabs, a record in two parts."""
    half = len(STRONG) // 2
    file = tmp_path / "records.txt"
    file.write_text(
        "; <<>> DiG <<>>\n"
        'example.org.\t3600\tIN\tTXT\t"v=spf1 a -all"\n'
        f's1._domainkey.example.org. 3600 IN TXT "{STRONG[:half]}" "{STRONG[half:]}"\n'
        '_dmarc.example.org TXT "v=DMARC1\\; p=reject\\; rua=mailto:a@example.org"\n'
        '; other.example TXT "v=spf1 -all"\n'
    )
    return file


def test_the_command_reads_a_file_and_needs_no_network(records):
    out = StringIO()

    call_command("check_mail_domain", "example.org", records=records, selector=["s1"], stdout=out)

    assert [line.split()[0] for line in out.getvalue().splitlines()[1:]] == ["GOOD", "GOOD", "GOOD"]


def test_the_command_fails_where_something_must_be_mended(records):
    with pytest.raises(CommandError, match="1 to mend") as failure:
        call_command("check_mail_domain", "example.org", records=records, selector=["s2"], stdout=StringIO())

    assert failure.value.returncode == 1


def test_the_command_takes_the_domain_of_our_own_mail(records, settings):
    settings.DEFAULT_FROM_EMAIL = "Mentoring <mentoring@example.org>"
    out = StringIO()

    call_command("check_mail_domain", records=records, selector=["s1"], stdout=out)

    assert out.getvalue().startswith("Mail from example.org:")


def test_the_command_must_be_told_where_to_look():
    with pytest.raises(CommandError, match="one of the arguments"):
        call_command("check_mail_domain", "example.org")


def test_what_is_commented_out_is_no_record(records):
    assert from_file(records.read_text())("other.example") is None


def test_tags_are_read_whatever_their_spaces():
    assert tags(" V = DMARC1 ;p= none;;x ") == {"v": "DMARC1", "p": "none"}
