"""Seal everything anew with the newest key, so that an older one can go."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from accounts.encryption.errors import CannotOpen
from accounts.encryption.fields import EncryptedTextField, seal_for
from accounts.encryption.ring import ring

BATCH = 200


@dataclass
class Rotated:
    """How much was sealed anew, and which values could not be opened."""

    sealed: int = 0
    closed: int = 0
    first_reason: str = ""


def rotate_keys(*, batch: int = BATCH, say: Callable[[str], None] = lambda line: None) -> Rotated:
    """Seal what older keys sealed with the newest one, batch by batch.

    Each batch is a transaction of its own and what is done is recognised by its key's id: a run that was killed is
    taken up where it stopped, and another changes nothing. A value that cannot be opened is counted and left.
    """
    total = Rotated()
    for model, field in sealed_fields():
        rotate_field(model, field, batch, total, say)
    return total


def sealed_fields() -> Iterator[tuple[type[models.Model], EncryptedTextField]]:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def rotate_field(model, field, batch: int, total: Rotated, say: Callable[[str], None]) -> None:
    last = None
    while True:
        pks = rotate_batch(model, field, batch, last, total)
        if not pks:
            return
        last = pks[-1]
        say(f"{field}: {len(pks)} more, {total.sealed} in all")


@transaction.atomic
def rotate_batch(model, field, batch: int, last, total: Rotated) -> list:
    """Whoever saves one of these rows meanwhile waits, and then seals with the newest key anyway."""
    waiting = model._base_manager.filter(**{f"{field.name}__isnull": False}).exclude(
        **{f"{field.name}__sealed_with": ring().ids[0]}
    )
    if last is not None:
        waiting = waiting.filter(pk__gt=last)
    rows = list(waiting.select_for_update().order_by("pk").only(field.name)[:batch])
    for row in rows:
        try:
            sealed = seal_for(row, field.name, getattr(row, field.attname))
        except CannotOpen as reason:
            total.closed += 1
            total.first_reason = total.first_reason or str(reason)
        else:
            model._base_manager.filter(pk=row.pk).update(**{field.name: sealed})
            total.sealed += 1
    return [row.pk for row in rows]
