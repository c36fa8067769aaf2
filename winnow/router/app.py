"""The application: the endpoints of the service and their description in OpenAPI."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import FastAPI, Query
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

import winnow
from winnow.core.commands import command
from winnow.operations.register_remote_id import register_remote_id
from winnow.router.access_token import AccessToken
from winnow.router.analytics import RouterAnalytics, time_span
from winnow.router.change_forms import Alive, RegisteredRemoteId, RegisterRemoteId, SelectedModel, SelectModel
from winnow.router.control_page import PAGE_HEADERS, page_html, page_script
from winnow.router.model_list import ModelList
from winnow.router.problem_replies import HANDLERS, Problems
from winnow.router.query_forms import RoutedQueries, RoutedQuery, RouteQuery
from winnow.router.request_guard import RequestGuard
from winnow.router.router_service import RouterService

TITLE = "Router"

DESCRIPTION = (
    "Answers queries with a run of the workspace. It is for staging and for collecting queries, not a hosting product. "
    f"Every answered query is in an interaction log, which `{command('add', 'FILE')}` reads."
)

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"model": Problems, "description": "No token, or another one."},
    408: {"model": Problems, "description": "The body was not complete in time."},
    422: {"model": Problems, "description": "What is wrong with the request, all problems at once."},
}
CHANGE_REFUSALS = REFUSALS | {409: {"model": Problems, "description": "The run was changed since it was recorded."}}
ROUTE_REFUSALS = REFUSALS | {
    413: {"model": Problems, "description": "The body is too large."},
    503: {"model": Problems, "description": "Not answered: too many queries wait, or the log cannot be written."},
}


class Endpoints:
    """What each path does."""

    def __init__(self, service: RouterService) -> None:
        self._service = service
        self._page = page_html(service.workspace.task.name).encode()
        self._script = page_script()

    async def route(self, query: RouteQuery) -> Response:
        """Answer one query, or up to 100; each answer is in the log on disk before it is sent."""
        answers = await self._service.route(query)
        found: RoutedQuery | RoutedQueries = answers[0] if query.text is not None else RoutedQueries(answers=answers)
        return Response(found.model_dump_json(), media_type="application/json")

    def models(self) -> ModelList:
        """List the runs of the workspace, with the one that answers."""
        return self._service.models()

    def select(self, change: SelectModel) -> SelectedModel:
        """Load a run, then answer with it; no query is lost, and none is answered by two models.

        The selection is recorded and survives a restart. It is no deployment: that is recorded on the command line.
        """
        done = self._service.model.select(change.run, by=change.by, reason=change.reason)
        stated = done.selection
        return SelectedModel(
            run=stated.run, before=done.before, by=stated.by, reason=stated.reason, at=stated.at, new=done.new
        )

    def register(self, change: RegisterRemoteId) -> RegisteredRemoteId:
        """Record the id that a run has in a runtime; an id is never that of two runs."""
        done = register_remote_id(
            self._service.workspace,
            change.run,
            target=change.target,
            remote_id=change.remote_id,
            by=change.by,
            reason=change.reason,
        )
        return RegisteredRemoteId(run=done.run, target=done.target, remote_id=done.remote_id, new=done.new)

    def analytics(
        self,
        since: Annotated[datetime | None, Query(description="ISO 8601; by default a day before `until`.")] = None,
        until: Annotated[datetime | None, Query(description="ISO 8601, not part of the span; by default now.")] = None,
    ) -> RouterAnalytics:
        """Traffic by label and route, confidence, fallback share, latency, uncovered share and spend, from the log."""
        return self._service.analytics(time_span(since, until))

    async def alive(self) -> Alive:
        """Say that the process answers; needs no token."""
        return Alive(status="ok")

    async def page(self) -> Response:
        """The page over the service, which holds no data and asks for the token."""
        return Response(self._page, media_type="text/html", headers=PAGE_HEADERS)

    async def script(self) -> Response:
        """The script of the page."""
        return Response(self._script, media_type="text/javascript", headers=PAGE_HEADERS)


def create_app(service: RouterService, token: AccessToken) -> RequestGuard:
    """The service as an ASGI application, which only requests with the token reach."""
    app = FastAPI(
        title=TITLE,
        version=winnow.__version__,
        docs_url=None,  # the usual pages load scripts from a network
        redoc_url=None,
        exception_handlers=HANDLERS,
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    one = Endpoints(service)
    answers: Any = RoutedQuery | RoutedQueries
    app.add_api_route(
        "/v1/route", one.route, methods=["POST"], response_model=answers, responses=ROUTE_REFUSALS, tags=["queries"]
    )
    app.add_api_route("/v1/models", one.models, methods=["GET"], responses=REFUSALS, tags=["models"])
    app.add_api_route("/v1/models/select", one.select, methods=["POST"], responses=CHANGE_REFUSALS, tags=["models"])
    app.add_api_route("/v1/models/remote", one.register, methods=["POST"], responses=CHANGE_REFUSALS, tags=["models"])
    app.add_api_route("/v1/analytics", one.analytics, methods=["GET"], responses=REFUSALS, tags=["analytics"])
    app.add_api_route("/healthz", one.alive, methods=["GET"], tags=["process"])
    app.add_api_route("/", one.page, methods=["GET"], include_in_schema=False)
    app.add_api_route("/page.js", one.script, methods=["GET"], include_in_schema=False)
    _describe(app)
    return RequestGuard(app, token, service.limits.max_body_bytes)


def _describe(app: FastAPI) -> None:
    """Make the OpenAPI document state the token."""
    document = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
    scheme = {"type": "http", "scheme": "bearer", "description": "The token of this service."}
    document["components"]["securitySchemes"] = {"token": scheme}
    document["security"] = [{"token": []}]
    document["paths"]["/healthz"]["get"]["security"] = []
    app.openapi = lambda: document  # type: ignore[method-assign]
