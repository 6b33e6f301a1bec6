"""What is held about a person. Each app registers its own part in its `ready()`, to be exported and erased."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from accounts.models import Person


@dataclass(frozen=True)
class PersonalData:
    name: str
    export: Callable[[Person], dict]
    erase: Callable[[Person], None]


_registered: dict[str, PersonalData] = {}


def register(name: str, *, export: Callable[[Person], dict], erase: Callable[[Person], None]) -> None:
    """Add an app's part. `erase` runs in the transaction that then deletes the person."""
    if name in _registered:
        raise ImproperlyConfigured(
            f"Personal data named {name!r} is registered twice. Give each its own name."
        )
    _registered[name] = PersonalData(name, export, erase)


def registered() -> list[PersonalData]:
    return list(_registered.values())
