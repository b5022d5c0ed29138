"""`bruecke rebuild PROJECTION`: empties a projection and makes it anew from the archives."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from infra.cli.connecting import connected, found_settings
from infra.cli.databases import provisioning_url
from infra.cli.provision import ProvisionSettings, provisioning_address
from infra.rebuilding import rebuild

console = Console(highlight=False)


def rebuild_command(
    projection: Annotated[str, typer.Argument(help="The service whose projection it is.")],
) -> None:
    """Make a projection anew from the archives. Safe at any time, and again after a failure."""
    events = asyncio.run(_rebuild(projection))
    console.print(f"{projection} is rebuilt from {events} events.")


async def _rebuild(projection: str) -> int:
    settings = found_settings(ProvisionSettings)
    database = provisioning_url(settings, provisioning_address(settings))
    events = 0
    async with connected(settings) as connection:
        with Progress(
            console=console, transient=True, disable=not console.is_terminal
        ) as progress:
            task = progress.add_task(f"Rebuilding {projection}", total=None)
            async for step in rebuild(projection, database, connection.client):
                progress.update(task, completed=step.done, total=step.total)
                events = step.done
    return events
