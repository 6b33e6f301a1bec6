"""Model fields whose values lie sealed in the database.

What is read from the database stays sealed until somebody asks the object for it: only there is it known for which
row it must have been sealed. The row's key must therefore be known before it is stored (a UUID).
"""

import json

from django.core import checks
from django.db import models
from django.db.models import Lookup
from django.db.models.query_utils import DeferredAttribute

from accounts.encryption.errors import CannotSeal, NotByValue, StillSealed
from accounts.encryption.ring import ring


class Sealed:
    """A value as it lies in the database. It never turns into text by accident."""

    __slots__ = ("token",)

    def __init__(self, token: str):
        self.token = token

    def __repr__(self):
        return "<sealed>"

    def __str__(self):
        raise StillSealed(
            "This is sealed text. Read it from its object (note.body), not from values() or values_list()."
        )

    __format__ = None


class SealedAttribute(DeferredAttribute):
    """Opens a value when it is first asked for, for the row that it stands in."""

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        value = super().__get__(instance, owner)
        if isinstance(value, Sealed):
            value = self.field.open(value, pk=instance.pk)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):
    """Text that lies sealed in the database, bound to its table, field and row.

    Table and field are bound by the names in the code: who renames one seals its rows anew in the same migration.
    """

    descriptor_class = SealedAttribute

    def place(self, pk) -> str:
        return f"{self.model._meta.label_lower}.{self.name}:{pk}"

    def seal(self, value, *, pk) -> Sealed:
        if pk is None:
            raise CannotSeal(
                f"{self} needs its row's key before it can be sealed. Give the model a UUID key."
            )
        return Sealed(ring().seal(self.to_text(value), place=self.place(pk)))

    def open(self, sealed: Sealed, *, pk):
        return self.from_text(ring().open(sealed.token, place=self.place(pk)))

    def to_text(self, value) -> str:
        return value

    def from_text(self, text: str):
        return text

    # --- Between object and database ---------------------------------------------------------

    def pre_save(self, model_instance, add):
        value = getattr(model_instance, self.attname)
        return None if value is None else self.seal(value, pk=model_instance.pk)

    def from_db_value(self, value, expression, connection):
        return None if value is None else Sealed(value)

    def get_prep_value(self, value):
        return value

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is None or isinstance(value, Sealed):
            return value.token if value else None
        raise CannotSeal(
            f"{self} must be sealed for its row: save the object, or update() with seal_for(object, {self.name!r}, …)."
        )

    def get_db_prep_save(self, value, connection):
        return self.get_db_prep_value(value, connection)

    def value_to_string(self, obj):
        """What `dumpdata` writes: ciphertext, which `loaddata` refuses. Backups are made by pg_dump."""
        value = self.pre_save(obj, add=False)
        return value and value.token

    # --- What cannot be done with it ---------------------------------------------------------

    def get_lookup(self, lookup_name):
        if lookup_name in {"isnull", SealedWith.lookup_name}:
            return super().get_lookup(lookup_name)
        raise refusal(self)

    def get_transform(self, lookup_name):
        raise refusal(self)

    def check(self, **kwargs):
        return [*super().check(**kwargs), *self._check_key()]

    def _check_key(self):
        if not self.model._meta.pk.has_default():
            yield checks.Error(
                "Sealed text is bound to its row, whose key must be known before it is stored.",
                hint="Give the model a UUIDField as its primary key, with a default.",
                obj=self,
                id="encryption.E001",
            )


class EncryptedJSONField(EncryptedTextField):
    """Plain lists, dictionaries and values, sealed like a text."""

    def to_text(self, value) -> str:
        return json.dumps(value, ensure_ascii=False)

    def from_text(self, text: str):
        return json.loads(text)

    def to_python(self, value):
        return value


@EncryptedTextField.register_lookup
class SealedWith(Lookup):
    """Rows sealed with the key of this id: what the rotation still has to do."""

    lookup_name = "sealed_with"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        return f"{column} LIKE %s", [*params, f"{self.rhs}:%"]


def seal_for(instance: models.Model, name: str, value) -> Sealed:
    """A value sealed for one field of one row, to be written by a conditional `update()`."""
    return instance._meta.get_field(name).seal(value, pk=instance.pk)


class SealedQuerySet(models.QuerySet):
    """For models with sealed fields: the database would sort by ciphertext without a word."""

    def order_by(self, *field_names):
        fields = {field.name: field for field in self.model._meta.concrete_fields}
        for name in field_names:
            field = fields.get(str(name).lstrip("-"))
            if isinstance(field, EncryptedTextField):
                raise refusal(field)
        return super().order_by(*field_names)


def refusal(field) -> NotByValue:
    return NotByValue(
        f"{field} is sealed: it cannot be searched, compared or sorted by. Find the row by its other fields."
    )
