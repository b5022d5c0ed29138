"""`bruecke up`: the embedded environment with a display of what is ready."""

from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from infra.local.child import Change, State
from infra.local.up import Environment, UpOptions, run_environment

MAX_PORT = 65535
STYLES = {
    State.WAITING: "dim",
    State.STARTING: "yellow",
    State.READY: "green",
    State.RESTARTING: "red",
    State.STOPPED: "dim",
}


class Display:
    """A live table on a terminal; one line a change elsewhere."""

    def __init__(self) -> None:
        self.console = Console()
        self._states: dict[str, Change] = {}
        self._live = Live(console=self.console, refresh_per_second=8, transient=False)

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.console.is_terminal:
            self._live.stop()

    def tell(self, change: Change) -> None:
        """Show that a child came into a state."""
        self._states[change.name] = change
        if self.console.is_terminal:
            self._live.update(self._table())
        else:
            reason = f" ({change.reason})" if change.reason else ""
            self.console.print(f"{change.name}: {change.state}{reason}", highlight=False)

    def filled(self, done: int, total: int) -> None:
        """Show how far the demo district is filled in."""
        change = Change("demo district", State.STARTING, f"{done} of {total}")
        if self.console.is_terminal:
            self._states[change.name] = change
            self._live.update(self._table())
        elif done == total or done % 100 == 0:
            self.console.print(f"demo district: {done} of {total}", highlight=False)

    def ready(self, environment: Environment) -> None:
        """Say where everything is."""
        addresses = environment.addresses()
        self.console.print()
        for name, label in (("portal", "Portal"), ("admin", "Admin"), ("mail", "Mailbox")):
            self.console.print(f"  {label:8} {addresses[name]}", highlight=False)
        if addresses["sign_in"]:
            self.console.print(
                f"  {'Sign in':8} {addresses['sign_in']}", highlight=False, soft_wrap=True
            )
        self.console.print("\n  Ready. Ctrl-C stops everything.", style="bold green")

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 2))
        for column in ("process", "state", ""):
            table.add_column(column)
        for change in self._states.values():
            style = STYLES[change.state]
            table.add_row(change.name, f"[{style}]{change.state}[/]", change.reason or "")
        return table


Port = Annotated[
    int, typer.Option(min=0, max=MAX_PORT, help="Where its pages are; 0: any free port.")
]


def up_command(
    *,
    port: Port = 8080,
    admin_port: Port = 8081,
    mail_port: Port = 8082,
    data: Annotated[
        Path, typer.Option(envvar="BRUECKE_DATA", help="Folder that keeps everything.")
    ] = Path(".bruecke"),
    demo: Annotated[bool, typer.Option("--demo", help="Fill in the demo district.")] = False,
    speed: Annotated[
        float | None, typer.Option(help="Domain time runs this many times as fast.")
    ] = None,
    smtp: Annotated[
        str | None, typer.Option(help="A real mail server; without it no mail leaves.")
    ] = None,
    ready_file: Annotated[
        Path | None, typer.Option(help="Gets the addresses as JSON (0600) once all is ready.")
    ] = None,
    processes: Annotated[
        bool, typer.Option("--processes", help="One process a service instead of one for all.")
    ] = False,
) -> None:
    """Run everything on this machine; Ctrl-C stops it, the data stay."""
    options = UpOptions(
        data=data,
        portal_port=port,
        admin_port=admin_port,
        mail_port=mail_port,
        demo=demo,
        speed=speed,
        smtp=smtp,
        ready_file=ready_file,
        processes=processes,
    )
    with Display() as display:
        run_environment(options, display.tell, display.filled, display.ready)
