"""Tells the database who is at work, before each statement that history remembers.

The signature is local to its transaction: it can never stay on a pooled connection for whoever comes next. It is a
statement of its own, so it works with server-side binding as with client-side binding.
"""

import json
import re

from django.db import transaction
from django.db.backends.signals import connection_created

from matching.history.acting import current
from matching.history.sql import ACT
from matching.history.tracked import TABLES

IS_REMEMBERED = re.compile(rf"\s*(insert|update|delete|merge|with)\b.*?\b({'|'.join(TABLES)})\b", re.I | re.S)
# Inserts of thousands of rows name their table first.
FAR_ENOUGH = 2_000


def sign_each_connection() -> None:
    # Wrappers belong to a connection, and each thread has its own: there is no other place to hear of a new one.
    connection_created.connect(sign_this_connection, dispatch_uid="matching.history")


def sign_this_connection(connection, **kwargs) -> None:
    if sign not in connection.execute_wrappers:
        connection.execute_wrappers.append(sign)


def sign(execute, sql, params, many, context):
    if not isinstance(sql, str) or not IS_REMEMBERED.match(sql[:FAR_ENOUGH]):
        return execute(sql, params, many, context)
    connection = context["connection"]
    if connection.in_atomic_block:
        say_who(connection)
        return execute(sql, params, many, context)
    with transaction.atomic(using=connection.alias):
        say_who(connection)
        return execute(sql, params, many, context)


def say_who(connection) -> None:
    # The driver's own cursor: Django's would come back here, and would count it among the page's queries.
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [ACT, json.dumps(current().as_dict())])
