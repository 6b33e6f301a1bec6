"""What bin/run says once everything runs."""

import json
from pathlib import Path


def banner(folder: Path, variables: dict) -> str:
    address = variables["PUBLIC_URL"]
    lines = ["", "Digital Health Mentoring", f"  {'pages':<12}{address}", f"  {'admin':<12}{address}/admin/"]
    if "MAILBOX_DIR" in variables:
        lines.append(f"  {'mail':<12}{address}/mailbox/ (nothing leaves this machine)")
    accounts = demo_accounts(folder)
    lines += [line(account) for account in accounts]
    if not accounts:
        lines.append("  Make the first admin: bin/manage create_first_admin you@example.org")
    lines += ["  Ctrl-C stops everything.", ""]
    return "\n".join(lines)


def line(account: dict) -> str:
    text = f"  {account['who']:<12}{account['email']}  password {account['password']}"
    if account.get("totp_secret"):
        text += f"  TOTP secret {account['totp_secret']}"
    return text


def demo_accounts(folder: Path) -> list[dict]:
    """The accounts that the demo's loader wrote down; none on an empty start."""
    path = folder / "demo.json"
    return json.loads(path.read_text())["accounts"] if path.exists() else []
