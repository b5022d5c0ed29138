"""The command `bruecke`: one place to run, provision, fill and examine it."""

import sys

import typer
from rich.console import Console

from infra.cli.provision import provision_command
from infra.cli.run import run_command
from infra.cli.up import up_command
from shared.kernel.errors import BrueckeError

cli = typer.Typer(
    name="bruecke",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Volunteer coordination for a rural district.",
)
cli.command("up")(up_command)
cli.command("run")(run_command)
cli.command("provision")(provision_command)


def main() -> None:
    """Run the command; an error of ours is one clear line and exit code 1."""
    try:
        cli()
    except BrueckeError as error:
        Console(stderr=True).print(f"[bold red]bruecke:[/] {error}", highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
