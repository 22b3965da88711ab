"""Whether the process lives, and whether it can serve: for supervisors and load balancers."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from tickets import heartbeat


class HealthMiddleware:
    """Answers `/healthz` and `/readyz` by whatever host name or address they are asked.

    Behind the middlewares that set headers, before the one that refuses unknown host names: a
    probe comes by the machine's address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._is_migrated = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return self._answer()
        if request.path_info == "/readyz":
            return self._answer(self._trouble())
        return self.get_response(request)

    def _answer(self, trouble: str = "") -> HttpResponse:
        """200 `{"status": "ok"}`, or 503 with what is the matter."""
        body = {"status": "unavailable", "reason": trouble} if trouble else {"status": "ok"}
        headers = {"Cache-Control": "no-store"}
        return JsonResponse(body, status=503 if trouble else 200, headers=headers)

    def _trouble(self) -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            if not self._has_all_tables():
                return "migrations are to be applied"
            return "no worker was heard of for a minute" if heartbeat.is_silent() else ""
        except DatabaseError:
            return "the database does not answer"

    def _has_all_tables(self) -> bool:
        """Looked up until it is so; new migrations come with a new process."""
        if not self._is_migrated:
            executor = MigrationExecutor(connection)
            leaves = executor.loader.graph.leaf_nodes()
            self._is_migrated = not executor.migration_plan(leaves)
        return self._is_migrated
