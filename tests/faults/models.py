"""What the faults are judged by, in the database that they strike. No test database has these tables."""

from django.db import models


class Cause(models.Model):
    """Why a mail is sent: it may be cancelled before the mail leaves."""

    key = models.CharField(max_length=200, unique=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    # Written when the cancelling had been committed: a claim after it must not send.
    cancelled_at = models.DateTimeField(null=True)

    def __str__(self):
        return self.key


class Claim(models.Model):
    """A trigger notes each moment at which a deliverer took a mail."""

    key = models.CharField(max_length=200, db_index=True)
    at = models.DateTimeField()

    def __str__(self):
        return self.key
