"""`bruecke run SERVICE…`: the named services in this process, against configured servers."""

import asyncio
from typing import Annotated

import typer

from infra.services import create
from shared.contracts.messages import Service
from shared.observability.logs import configure_logs
from shared.service.process import run_applications
from shared.service.settings import ServiceSettings

ALL = "all"


def run_command(
    services: Annotated[list[str], typer.Argument(help="Names of services, or `all`.")],
) -> None:
    """Run services until SIGTERM or Ctrl-C."""
    names = [service.value for service in Service] if services == [ALL] else services
    unknown = sorted(set(names) - {service.value for service in Service})
    if unknown:
        raise typer.BadParameter(f"no such service: {', '.join(unknown)}")
    settings = ServiceSettings()
    configure_logs(settings.log_level)
    applications = [create(name) for name in names]
    asyncio.run(run_applications(applications, settings.metrics_port))
