"""Settings of a server that does not come to its answer: it holds a request at the point that it names."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from qminder_site.settings import *
from qminder_site.settings import MIDDLEWARE

MIDDLEWARE = ["tests.tickets.api.held.hold", *MIDDLEWARE]

#: The header that names the point: BEFORE the commit, with the effect written, or AFTER it.
HOLD = "X-Hold"
BEFORE, AFTER = "before-the-commit", "after-the-commit"
#: The variable with the folder in which a file says that a request is held, by its key.
HELD = "HELD"


def hold(get_response: Callable[[HttpRequest], HttpResponse]) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        point = request.headers.get(HOLD)

        def stop() -> None:
            Path(os.environ[HELD], request.headers["Idempotency-Key"]).touch()
            time.sleep(600)

        def execute(run: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
            result = run(sql, params, many, context)
            if point == BEFORE and sql.startswith('INSERT INTO "tickets_activity"'):
                stop()
            return result

        with connection.execute_wrapper(execute):
            response = get_response(request)
        if point == AFTER:
            stop()
        return response

    return middleware
