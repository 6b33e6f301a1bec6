"""bin/test: every check there is, on the same real servers as bin/run, with data of its own."""

import os
import signal
import subprocess
import sys
import time

from mentoring.local.chromium import find_chromium
from mentoring.local.errors import CannotStart
from mentoring.local.processes import die_with_parent
from mentoring.local.spamassassin import find_spamassassin
from mentoring.local.workspace import ROOT, Workspace
from mentoring.translations import compile_translations

# `check --deploy` judges the settings of a public server.
PUBLIC = {
    "PUBLIC_URL": "https://mentoring.example.org",
    "MAIL_FROM": "Mentoring <mentoring@example.org>",
    "TRUSTED_PROXIES": "1",
}


def main(arguments: list[str]) -> None:
    signal.signal(signal.SIGTERM, interrupt)
    try:
        workspace = Workspace(ROOT / "var" / "test", "bin/test")
        code = check(workspace, arguments)
    except CannotStart as reason:
        sys.exit(str(reason))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    sys.exit(code)


def interrupt(number, frame):
    raise KeyboardInterrupt


def check(workspace: Workspace, arguments: list[str]) -> int:
    """Run pytest alone where arguments are given, else everything; 0 when all is well."""
    try:
        variables = workspace.start_servers(is_forgetful=True)
        variables.update(workspace.secrets())
        # Each test session has a mail server of its own; this address only has to be one.
        variables["EMAIL_URL"] = "smtp://127.0.0.1:25"
        # Tests pass at night too; those of the quiet hours bring their own.
        variables["QUIET_HOURS"] = ""
        variables["CHROMIUM"] = find_chromium()
        variables["SPAMASSASSIN"] = find_spamassassin()
        compile_translations(ROOT / "locale")
        if arguments:
            return run("pytest", [*python("pytest"), *arguments], variables)
        failed = [name for name, command, extra in steps() if run(name, command, {**variables, **extra})]
        print("\n" + (f"Failed: {', '.join(failed)}." if failed else "All checks passed."), flush=True)
        return 1 if failed else 0
    finally:
        workspace.supervisor.stop()


def steps() -> list[tuple[str, list[str], dict]]:
    """Each check's name, command and variables of its own; the cheap ones first."""
    return [
        ("style", [*python("ruff"), "check", "."], {}),
        ("format", [*python("ruff"), "format", "--check", "."], {}),
        ("layers", [os.path.join(os.path.dirname(sys.executable), "lint-imports"), "--no-cache"], {}),
        ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"], {}),
        ("deployment", [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PUBLIC),
        ("tests", [*python("pytest"), "-n", "auto", "--dist", "loadgroup", "-q"], {}),
    ]


def python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def run(name: str, command: list[str], variables: dict) -> int:
    print(f"\n== {name}", flush=True)
    begun = time.monotonic()
    child = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **variables}, preexec_fn=die_with_parent(signal.SIGTERM)
    )
    try:
        code = child.wait()
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise
    print(f"-- {name}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)
    return code


if __name__ == "__main__":
    main(sys.argv[1:])
