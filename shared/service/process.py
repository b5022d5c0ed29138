"""A process with one or several services in it: signals, health, metrics."""

import asyncio
import signal
from collections.abc import Sequence

import structlog
import uvicorn
from prometheus_client import make_asgi_app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from shared.service.application import Application, no_signals

log = structlog.get_logger(__name__)


def health_app(applications: Sequence[Application]) -> Starlette:
    """/livez: the loop runs. /readyz: every service is connected and found all it needs."""

    async def livez(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "alive"})

    async def readyz(_request: Request) -> JSONResponse:
        states = {
            application.service: (application.watchdog.problems or "ready")
            if application.ready.is_set()
            else "starting"
            for application in applications
        }
        ready = all(
            application.ready.is_set() and application.watchdog.ready
            for application in applications
        )
        return JSONResponse({"ready": ready, "services": states}, 200 if ready else 503)

    return Starlette(
        routes=[
            Route("/livez", livez),
            Route("/readyz", readyz),
            Mount("/metrics", make_asgi_app()),
        ]
    )


async def run_applications(applications: Sequence[Application], metrics_port: int) -> None:
    """Run until SIGTERM or SIGINT; one service's fatal fault ends all, to be started anew.

    Raises:
        Exception: the fault that ended it.

    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    config = uvicorn.Config(
        health_app(applications),
        host="127.0.0.1",
        port=metrics_port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    server.capture_signals = no_signals  # type: ignore[method-assign]
    health = asyncio.create_task(server.serve())
    try:
        async with asyncio.TaskGroup() as group:
            for application in applications:
                group.create_task(_run_one(application, stop))
    finally:
        server.should_exit = True
        await health


async def _run_one(application: Application, stop: asyncio.Event) -> None:
    try:
        await application.run(stop)
    except Exception as error:
        log.exception("service.fatal", service=application.service, error=type(error).__name__)
        raise
