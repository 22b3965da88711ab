"""What addresses of the API hold."""


class IdConverter:
    """An id that fits the columns of both databases."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
