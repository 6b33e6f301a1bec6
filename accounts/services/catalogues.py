"""The product's own catalogues, brought into the database without undoing what an admin wrote."""

import csv
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Discipline, Role, Sector, Situation, Topic
from accounts.models.catalogue import CatalogueEntry

FOLDER = Path(__file__).resolve().parent.parent / "data" / "catalogue"
FILES: dict[str, type[CatalogueEntry]] = {
    "roles": Role,
    "disciplines": Discipline,
    "topics": Topic,
    "situations": Situation,
    "sectors": Sector,
}


@transaction.atomic
def load_catalogues() -> int:
    """Add what is new, refresh what no admin has edited; returns how many entries were written."""
    return sum(_load(model, _read(FOLDER / f"{name}.csv")) for name, model in FILES.items())


def _read(path: Path) -> dict[str, dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["slug"]: _fields(row, position) for position, row in enumerate(csv.DictReader(file))}


def _fields(row: dict[str, str], position: int) -> dict:
    return {
        "family": row.get("family", ""),
        "en": row["en"],
        "fr": row["fr"],
        "aliases": _split(row.get("aliases")),
        "aliases_fr": _split(row.get("aliases_fr")),
        "sensitive": row.get("sensitive") == "yes",
        "position": position,
    }


def _split(aliases: str | None) -> list[str]:
    return [alias.strip() for alias in (aliases or "").split(";") if alias.strip()]


def _load(model: type[CatalogueEntry], rows: dict[str, dict]) -> int:
    held = {
        entry["slug"]: entry
        for entry in model.objects.values("slug", "edited_at", *next(iter(rows.values())))
    }
    new = [model(slug=slug, **fields) for slug, fields in rows.items() if slug not in held]
    # Two web processes may start, and load, at the same moment.
    model.objects.bulk_create(new, ignore_conflicts=True)
    return len(new) + sum(
        _refresh(model, slug, fields)
        for slug, fields in rows.items()
        if slug in held and _differs(held[slug], fields)
    )


def _differs(held: dict, fields: dict) -> bool:
    return held["edited_at"] is None and any(held[name] != value for name, value in fields.items())


def _refresh(model: type[CatalogueEntry], slug: str, fields: dict) -> int:
    return model.objects.filter(slug=slug, edited_at=None).update(**fields)


def save_edited_entry(entry: CatalogueEntry) -> None:
    """Keep what an admin wrote, and keep the loader from undoing it."""
    entry.edited_at = timezone.now()
    entry.save()


def set_hidden(entries: QuerySet, is_hidden: bool) -> int:
    """Offer these entries no longer, or again; whoever holds one keeps it."""
    return entries.update(is_hidden=is_hidden, edited_at=timezone.now())
