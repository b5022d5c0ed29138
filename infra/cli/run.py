"""`bruecke run SERVICE…`: the named services in this process, against configured servers."""

import asyncio
from typing import Annotated

import typer

from infra.local.probes import refuse_taken
from infra.services import create
from infra.settings import read_settings
from shared.contracts.messages import Service
from shared.observability.logs import configure_logs
from shared.service.process import run_applications
from shared.service.settings import ServiceSettings

ALL = "all"
NAMES = tuple(service.value for service in Service)


def run_command(
    services: Annotated[
        list[str], typer.Argument(help=f"`{ALL}`, or some of {', '.join(NAMES)}.")
    ],
) -> None:
    """Run services until SIGTERM or Ctrl-C."""
    unknown = sorted(set(services) - {ALL, *NAMES})
    if unknown:
        raise typer.BadParameter(
            f"no such service: {', '.join(unknown)}; there are {', '.join(NAMES)}"
        )
    settings = read_settings(ServiceSettings)
    configure_logs(settings.log_level)
    # Services in one process share its ports: each is there once, however often it is named.
    applications = [create(name) for name in NAMES if ALL in services or name in services]
    for port in (settings.metrics_port, *(app.web_port for app in applications)):
        if port:
            refuse_taken(port)
    asyncio.run(run_applications(applications, settings.metrics_port))
