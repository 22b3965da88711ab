"""The site in this process, and how it answered."""

import json
import re
from collections import Counter
from io import BytesIO
from typing import Any
from urllib.parse import unquote_plus

from django.core.wsgi import get_wsgi_application
from django.db import connections

REQUIRED = {"statusCode", "message", "code", "requestId"}
OPTIONAL = {"developerMessage", "param"}
#: What would tell of our insides.
INSIDES = ("Traceback", 'File "', "SELECT ", "INSERT ", "UPDATE ", ".py", "/tickets/api", "psycopg")
#: An error names a question by its title, which may be any word.
QUOTED = re.compile("“[^”]*”")


class Site:
    """An application that counts its answers and looks at every error."""

    def __init__(self) -> None:
        self.application = get_wsgi_application()
        self.answers: Counter[int] = Counter()
        self.misshapen: list[str] = []

    @property
    def errors(self) -> int:
        return sum(count for status, count in self.answers.items() if status >= 400)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        statuses: list[int] = []

        def start(status: str, headers: Any, *rest: Any) -> Any:
            statuses.append(int(status[:3]))
            return start_response(status, headers, *rest)

        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(sent)
        body = self.application(environ, start)
        chunks = list(body)
        if hasattr(body, "close"):
            body.close()
        connections.close_all()  # this thread may be gone with the next request
        self.answers[statuses[0]] += 1
        if statuses[0] >= 400 and environ["REQUEST_METHOD"] != "HEAD":
            query = environ["QUERY_STRING"]
            asked = unquote_plus(f"{environ['PATH_INFO']}?{query} {sent.decode(errors='replace')}")
            if fault := _fault(statuses[0], b"".join(chunks), asked):
                self.misshapen.append(f"{environ['REQUEST_METHOD']} {asked}: {fault}")
        return chunks


def _fault(status: int, body: bytes, asked: str) -> str:
    """What is wrong with an error; empty if nothing is. It may quote what it was asked."""
    try:
        error = json.loads(body)
    except ValueError:
        return f"is no JSON: {body[:80]!r}"
    names = set(error) if isinstance(error, dict) else set()
    if not REQUIRED <= names <= REQUIRED | OPTIONAL or error["statusCode"] != status:
        return f"is of another shape: {body[:200]!r}"
    told = QUOTED.sub("", " ".join(map(str, error.values())))
    if any(word in told and word not in asked for word in INSIDES):
        return f"tells of our insides: {body[:200]!r}"
    return ""
