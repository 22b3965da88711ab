"""What addresses of the API hold."""

from django.urls.converters import UUIDConverter


class IdConverter:
    """An id that fits the columns of both databases."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class UuidConverter(UUIDConverter):
    """Some programs write theirs in capitals."""

    regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
