"""What was done already, so that a repeated form or request shows its first result again."""

from django.db import models

from tickets.models.fields import InstantField
from tickets.models.tickets import Ticket


class SpentToken(models.Model):
    """The one-time token of a form, spent in the transaction of the action it asked for."""

    PERSONAL = ()

    token = models.CharField(max_length=64, primary_key=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="+", db_index=False)
    spent_at = InstantField()

    class Meta:
        indexes = [models.Index(fields=("spent_at",), name="spenttoken_at")]

    def __str__(self) -> str:
        return self.token


class IdempotencyKey(models.Model):
    """An `Idempotency-Key` of the API and the answer that was given to it."""

    PERSONAL = ("body",)

    scope = models.CharField(max_length=200)  # the actor and the route, hashed
    key = models.CharField(max_length=255)
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, related_name="+", help_text="Whom the answer is about."
    )
    request_hash = models.CharField(max_length=64)
    leased_until = InstantField(null=True)  # a request that crashed loses its claim then
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    created_at = InstantField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("scope", "key"), name="idempotencykey_scope_key")
        ]
        indexes = [models.Index(fields=("created_at",), name="idempotencykey_created")]

    def __str__(self) -> str:
        return self.key
