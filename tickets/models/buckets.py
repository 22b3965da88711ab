"""What an address may still do: buckets of tokens that fill up by themselves."""

from django.db import models


class Bucket(models.Model):
    """One bucket. Its name is a keyed hash: nobody reads an address from it."""

    PERSONAL = ()

    name = models.CharField(max_length=64, primary_key=True)
    full_at = models.BigIntegerField(db_index=True, help_text="Microseconds since 1970.")

    def __str__(self) -> str:
        return self.name
