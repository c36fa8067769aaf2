"""Start the service, and run it in this process until it is told to stop."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from winnow.core.errors import Parameter, Problem, ServiceError, WinnowError
from winnow.core.progress import Progress
from winnow.core.ranges import check_range
from winnow.operations._context import WorkspaceContext
from winnow.operations.serve import MAX_PORT, is_loopback
from winnow.router.access_token import TOKEN_VARIABLE, AccessToken, choose_token, is_given
from winnow.router.active_model import ActiveModel, load_router
from winnow.router.app import create_app
from winnow.router.request_guard import RequestGuard
from winnow.router.routable_runs import StartingRun, require_queries, starting_run
from winnow.router.routed_log import AGENT_ROLE, RoutedLog
from winnow.router.router_service import RouterService, default_log, token_file
from winnow.training.routing.router import Router

GRACE_SECONDS = 30
"""After a signal, requests that were sent before have so long to be answered."""

BACKLOG = 1024
"""Connections that wait to be accepted."""

STOPPING_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))


@dataclass(frozen=True)
class RouterOptions:
    """How the service is started."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 0
    """Port; 0 is a free one."""
    run: str | Path | None = None
    """Run to answer with; None: the one that was selected or deployed last, else the last trained one."""
    log: Path | None = None
    """The log; a file of each day gets the date in its name. None: `logs/router.jsonl` in the workspace."""
    token: str | None = None
    """The token; None: that of the environment or of the workspace."""
    fallback: str | Path | None = None
    """A file of rules, or another run, that is asked about the queries that the run does not answer."""


@dataclass(frozen=True)
class StartedRouter:
    """A service whose model is loaded and whose port is open."""

    url: str
    """Its address."""
    starting: StartingRun
    """The run that it starts with, and why this one."""
    log: Path
    """The log; the files have the day in their name."""
    token: AccessToken
    """What requests must present."""
    warnings: list[str]
    """What is probably not wanted."""
    router: Router
    """The loaded model with its rule."""
    application: RequestGuard
    """The service as an ASGI application."""
    service: RouterService
    """What answers, without HTTP."""
    listener: socket.socket
    """The open port, at which requests wait."""


def start_router(
    workspace: WorkspaceContext, options: RouterOptions, *, progress: Progress | None = None
) -> StartedRouter:
    """Open the port, load the model and check the log; `run_router` answers then.

    Raises WinnowError for options that do not fit and a run that cannot answer, and ServiceError where the port or the
    log cannot be used.
    """
    require_queries(workspace)
    check_range("port", options.port, low=0, high=MAX_PORT)
    _require_given_token(options)
    token = choose_token(options.token, token_file(workspace))
    listener = _listener(options.host, options.port)
    try:
        return _started(workspace, options, token, listener, progress)
    except BaseException:
        listener.close()
        raise


def _started(
    workspace: WorkspaceContext,
    options: RouterOptions,
    token: AccessToken,
    listener: socket.socket,
    progress: Progress | None,
) -> StartedRouter:
    starting = StartingRun(str(options.run), "as named") if options.run else starting_run(workspace)
    load = partial(load_router, workspace, fallback=options.fallback)
    router = load(starting.run, progress=progress)
    log = RoutedLog((options.log or default_log(workspace)).absolute(), workspace=workspace.folder.root)
    _check_log(log)
    service = RouterService(workspace, ActiveModel(workspace, router, load), log)
    return StartedRouter(
        url=_url(options.host, listener.getsockname()[1]),
        starting=starting,
        log=log.path,
        token=token,
        warnings=[*_warnings(workspace, options.host), *([router.not_calibrated] if router.not_calibrated else [])],
        router=router,
        application=create_app(service, token),
        service=service,
        listener=listener,
    )


def run_router(started: StartedRouter) -> None:
    """Answer until SIGTERM, SIGINT or SIGHUP; then answer what was sent before, close the log, and return."""
    config = uvicorn.Config(
        started.application,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    try:
        with _stopped_by_signals(lambda: setattr(server, "should_exit", True)):
            server.run(sockets=[started.listener])
    finally:
        started.service.close()


@contextlib.contextmanager
def _stopped_by_signals(stop: Callable[[], Any]) -> Iterator[None]:
    """Signals that end a process stop the service; uvicorn raises them again at its end, where they do nothing."""

    def stop_now(_: int, __: FrameType | None) -> None:
        stop()

    before = {one: signal.signal(one, stop_now) for one in STOPPING_SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _require_given_token(options: RouterOptions) -> None:
    """Raises WinnowError where other machines can reach the service and no token was chosen for that."""
    if not is_loopback(options.host) and not is_given(options.token):
        expected = "a token that was given, where other machines can reach the service"
        fix = f"set {TOKEN_VARIABLE}, or listen on 127.0.0.1 and put a proxy with TLS in front"
        raise WinnowError(Problem(Parameter("host"), options.host, expected, fix))


def _listener(host: str, port: int) -> socket.socket:
    """An open port. Raises ServiceError where it is in use, or the address is not one of this machine."""
    try:
        place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(*place[:3])
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place[4])
            listener.listen(BACKLOG)  # requests wait here until the model is loaded
        except OSError:
            listener.close()
            raise
    except OSError as error:
        fix = "choose another port or address; 0 is a free port"
        raise ServiceError(Problem(f"{host}:{port}", error.strerror or str(error), "a free port", fix)) from None
    return listener


def _check_log(log: RoutedLog) -> None:
    try:
        log.check_writable()
    except OSError as error:
        fix = "name another file, or change its permissions"
        raise ServiceError(Problem(str(log.path), error.strerror or str(error), "a log to write to", fix)) from None


def _warnings(workspace: WorkspaceContext, host: str) -> list[str]:
    """What is probably not wanted."""
    found = []
    if not is_loopback(host):
        found.append(f"on {host}, tokens and queries are sent unencrypted: put a proxy with TLS in front")
    roles = workspace.task.interactions.agent_roles
    if roles and AGENT_ROLE not in roles:
        found.append(f"`interactions.agent_roles` in winnow.yaml does not name {AGENT_ROLE!r}: add would drop the log")
    return found


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
