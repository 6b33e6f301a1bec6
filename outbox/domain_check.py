"""What other mail servers will make of our domain: hints on SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489).

Everything is read through one function from a name to its TXT records, so that a file serves as well as the network.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

# The TXT records of a name; None where nobody can tell, as of a name that a file leaves out.
Lookup = Callable[[str], list[str] | None]

MOST_LOOKUPS = 10
GOOD_KEY, SHORTEST_KEY = 2048, 1024
ASKS_DNS = {"include", "a", "mx", "ptr", "exists", "redirect"}
MECHANISMS = ASKS_DNS - {"redirect"} | {"all", "ip4", "ip6"}


class Level(StrEnum):
    GOOD = "good"
    HINT = "hint"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    level: Level
    about: str
    sentence: str

    def __str__(self):
        return f"{self.level.upper():4}  {self.about}: {self.sentence}"


def good(about: str, sentence: str) -> Finding:
    return Finding(Level.GOOD, about, sentence)


def hint(about: str, sentence: str) -> Finding:
    return Finding(Level.HINT, about, sentence)


def bad(about: str, sentence: str) -> Finding:
    return Finding(Level.BAD, about, sentence)


def check_domain(
    domain: str, look_up: Lookup, *, selectors: Iterable[str] = (), signed_by: str = ""
) -> list[Finding]:
    """All that is worth saying of the domain in our From. `signed_by` is the d= of our signatures, if another."""
    domain = domain.lower().rstrip(".")
    signer = (signed_by or domain).lower().rstrip(".")
    return [
        *check_spf(domain, look_up),
        *check_dkim(signer, look_up, selectors=list(selectors)),
        *check_dmarc(domain, look_up, signer=signer),
    ]


# --- SPF ------------------------------------------------------------------------------------------


def check_spf(domain: str, look_up: Lookup) -> Iterator[Finding]:
    records = spf_records(look_up(domain) or [])
    if not records:
        yield bad("SPF", f"{domain} has no record, so nothing says which servers may send its mail. Add one.")
        return
    if len(records) > 1:
        yield bad(
            "SPF", f"{domain} has {len(records)} records; with more than one, none counts. Make them one."
        )
        return
    terms = records[0].split()[1:]
    before = list(_in_terms(terms))
    yield from before
    lookups = Lookups(look_up)
    lookups.count(domain)
    yield from lookups.findings(domain)
    if not any(one.level == Level.BAD for one in [*before, *lookups.findings(domain)]):
        yield good("SPF", f"One record, {lookups.total} of {MOST_LOOKUPS} lookups.")


def spf_records(records: list[str]) -> list[str]:
    return [one for one in records if one.lower() == "v=spf1" or one.lower().startswith("v=spf1 ")]


def _in_terms(terms: list[str]) -> Iterator[Finding]:
    unknown = [term for term in terms if not _is_known(term)]
    if unknown:
        yield bad(
            "SPF", f"“{unknown[0]}” is nothing that SPF knows; other servers then ignore the whole record."
        )
    if "ptr" in {_name(term) for term in terms}:
        yield hint("SPF", "“ptr” is slow and no longer recommended. Name the servers instead.")
    end = next((term for term in terms if _name(term) == "all"), "")
    if end in {"all", "+all"}:
        yield bad("SPF", "It ends in “+all”, which lets everybody send as you. Write “~all” or “-all”.")
    elif end == "?all" or not (end or any(_name(term) == "redirect" for term in terms)):
        yield hint("SPF", "It does not say what to do with other servers. End it with “~all” or “-all”.")


def _name(term: str) -> str:
    return re.split(r"[:=/]", term.lstrip("+-~?").lower())[0]


def _is_known(term: str) -> bool:
    name = _name(term)
    return name in MECHANISMS or ("=" in term and bool(re.fullmatch(r"[a-z][a-z0-9_.-]*", name)))


class Lookups:
    """How often a server must ask DNS before it knows the answer."""

    def __init__(self, look_up: Lookup):
        self.look_up = look_up
        self.total = 0
        self.unknown: list[str] = []
        self.missing: list[str] = []
        self.seen: set[str] = set()
        self.is_loop = False

    def count(self, domain: str) -> None:
        if domain in self.seen:
            self.is_loop = True
            return
        self.seen.add(domain)
        records = self.look_up(domain)
        if records is None:
            self.unknown.append(domain)
            return
        found = spf_records(records)
        if not found:
            self.missing.append(domain)
            return
        for term in found[0].split()[1:]:
            self._count_term(term)

    def _count_term(self, term: str) -> None:
        name = _name(term)
        self.total += name in ASKS_DNS
        target = re.split(r"[:=]", term, maxsplit=1)[-1].lower().rstrip(".")
        if name in {"include", "redirect"} and "%" not in target and self.total <= 4 * MOST_LOOKUPS:
            self.count(target)

    def findings(self, domain: str) -> Iterator[Finding]:
        if self.total > MOST_LOOKUPS:
            yield bad(
                "SPF",
                f"It takes {self.total} lookups, and only {MOST_LOOKUPS} are allowed: other servers give up. "
                "Remove what you no longer send from.",
            )
        if self.is_loop:
            yield bad("SPF", "It includes itself by way of another. Remove one of the two.")
        for name in self.missing:
            yield bad("SPF", f"It includes {name}, which has no record: other servers then ignore yours.")
        for name in self.unknown:
            yield hint(
                "SPF", f"The record of {name} is not among those given, so what it costs is not counted."
            )


# --- DKIM -----------------------------------------------------------------------------------------


def check_dkim(signer: str, look_up: Lookup, *, selectors: list[str]) -> Iterator[Finding]:
    if not selectors:
        yield hint(
            "DKIM",
            "Without a selector no key can be looked up. Your mail server's pages name it, and so does s= in the "
            "DKIM-Signature of any mail it sent; give it with --selector.",
        )
    for selector in selectors:
        name = f"{selector}._domainkey.{signer}"
        keys = [tags(one) for one in look_up(name) or []]
        found = [key for key in keys if "p" in key]
        if not found:
            yield bad("DKIM", f"There is no key at {name}, so signatures with it fail. Publish it.")
        elif len(found) > 1:
            yield bad("DKIM", f"There are {len(found)} keys at {name}; which one counts is chance. Keep one.")
        else:
            yield from _in_key(name, found[0])


def tags(record: str) -> dict[str, str]:
    """ "v=DKIM1; p=MII…" as a dictionary."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, sign, value in pairs if sign}


def _in_key(name: str, key: dict[str, str]) -> Iterator[Finding]:
    if not key["p"]:
        yield bad("DKIM", f"The key at {name} was withdrawn (p= is empty). Publish the one that signs now.")
        return
    if "y" in key.get("t", "").split(":"):
        yield hint("DKIM", f"{name} says that it is being tried (t=y); other servers may then ignore it.")
    public = _public_key(key["p"], key.get("k", "rsa"))
    if public is None:
        yield bad("DKIM", f"What stands at {name} is no key; perhaps it was cut off when it was pasted.")
    elif isinstance(public, ed25519.Ed25519PublicKey):
        yield hint(
            "DKIM", f"{name} is an Ed25519 key, which many servers cannot read yet. Sign with RSA as well."
        )
    else:
        yield _of_size(name, public.key_size)


def _public_key(text: str, kind: str):
    try:
        content = base64.b64decode(text, validate=True)
        if kind == "ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(content)
        key = load_der_public_key(content)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def _of_size(name: str, bits: int) -> Finding:
    if bits < SHORTEST_KEY:
        return bad(
            "DKIM", f"The key at {name} has {bits} bits, and servers refuse fewer than {SHORTEST_KEY}."
        )
    if bits < GOOD_KEY:
        return hint("DKIM", f"The key at {name} has {bits} bits. {GOOD_KEY} are usual now.")
    return good("DKIM", f"A key of {bits} bits at {name}.")


# --- DMARC ----------------------------------------------------------------------------------------


def check_dmarc(domain: str, look_up: Lookup, *, signer: str) -> Iterator[Finding]:
    name, records = _dmarc(domain, look_up)
    if not records:
        yield bad(
            "DMARC",
            f"There is none at _dmarc.{domain}. Large providers ask for it: begin with “v=DMARC1; p=none; rua=mailto:…”.",
        )
        return
    if len(records) > 1:
        yield bad("DMARC", f"There are {len(records)} records at {name}; with more than one, none counts.")
        return
    policy = tags(records[0])
    yield from _in_policy(name, policy)
    if not is_aligned(domain, signer, is_strict=policy.get("adkim", "r").lower() == "s"):
        yield bad(
            "DMARC",
            f"Mail is signed by {signer}, and that does not count for {domain}. "
            f"Have your provider sign as {domain}.",
        )


def _dmarc(domain: str, look_up: Lookup) -> tuple[str, list[str]]:
    """The records of the domain, or those of the nearest domain above that has any."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = f"_dmarc.{'.'.join(labels[start:])}"
        found = [one for one in look_up(name) or [] if tags(one).get("v", "").upper() == "DMARC1"]
        if found:
            return name, found
    return f"_dmarc.{domain}", []


def _in_policy(name: str, policy: dict[str, str]) -> Iterator[Finding]:
    wish = policy.get("p", "").lower()
    if wish not in {"none", "quarantine", "reject"}:
        yield bad(
            "DMARC", f"{name} does not say what to do (p=none, quarantine or reject), so it is ignored."
        )
    elif wish == "none":
        yield hint(
            "DMARC", "p=none only watches. Once its reports show your mail in order, write p=quarantine."
        )
    else:
        yield good("DMARC", f"p={wish} at {name}.")
    if policy.get("pct", "100") != "100":
        yield hint("DMARC", f"It is meant for {policy['pct']}% of the mail alone (pct).")
    if not policy.get("rua"):
        yield hint("DMARC", "Nobody gets its reports. Add rua=mailto: with an address that somebody reads.")


def is_aligned(domain: str, other: str, *, is_strict: bool) -> bool:
    """Whether a signature of `other` counts for `domain`. Relaxed, one may be under the other."""
    if is_strict:
        return domain == other
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")


# --- Where records come from ----------------------------------------------------------------------

QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def from_file(text: str) -> Lookup:
    """Lines as `dig` prints them, or just: name TXT "what it says". Long records come in several quoted parts."""
    records: dict[str, list[str]] = {}
    for line in text.replace("\t", " ").splitlines():
        name, is_record, said = line.partition(" TXT ")
        if is_record and name.strip() and not name.lstrip().startswith((";", "#")):
            whole = "".join(QUOTED.findall(said)) or said.strip()
            records.setdefault(name.split()[0].lower().rstrip("."), []).append(whole.replace("\\", ""))
    return lambda name: records.get(name.lower().rstrip("."))
