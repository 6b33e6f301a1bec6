from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField


class SortKey(Func):
    """Case folded, accents stripped: "Élan" sorts beside "elan". PostgreSQL may have no ICU, so we keep our own key."""

    function = "sort_key"
    arity = 1
    output_field = TextField()


class SortKeys(Func):
    """The sort key of each name in an array."""

    function = "sort_keys"
    arity = 1
    output_field = ArrayField(TextField())
