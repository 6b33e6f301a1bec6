"""On whose behalf this process works just now. Imports nothing: it is told before Django has its apps.

Admins by name. Members without one: on a mentorship, and in what follows from an answer, a name would tell who said
"not this person".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4

ADMIN, MEMBER, COMMAND, CLOCK = "admin", "member", "command", "clock"
# Each of these serves many people for days: what it does is one act a transaction, unless a request says more.
STAYS = {"shell", "dbshell", "runserver", "runserver_plus"}


@dataclass
class Acting:
    """Everything with one key is one act on the page; without a key, each transaction is one."""

    actor: str
    by: int | None = None
    words: str = ""
    key: UUID | None = field(default_factory=uuid4)

    def as_dict(self) -> dict:
        told = asdict(self) | {"key": str(self.key) if self.key else None}
        return {name: value for name, value in told.items() if value is not None}


_of_this_process = Acting(CLOCK, key=None)
_now: ContextVar[Acting | None] = ContextVar("acting", default=None)


def current() -> Acting:
    return _now.get() or _of_this_process


@contextmanager
def acting(who: Acting) -> Iterator[Acting]:
    token = _now.set(who)
    try:
        yield who
    finally:
        _now.reset(token)


def begin_task(name: str) -> None:
    """Celery tells of a task's beginning and end in two calls."""
    _now.set(Acting(CLOCK, words=name[:200]))


def end_task() -> None:
    _now.set(None)


def this_is_command(arguments: list[str]) -> None:
    """The rest of this process is a command; its arguments are not kept, since they may name somebody."""
    global _of_this_process
    name = arguments[1] if len(arguments) > 1 else ""
    _of_this_process = Acting(COMMAND, words=name[:100], key=None if name in STAYS else uuid4())
