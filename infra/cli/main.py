"""The command `bruecke`: one place to run, provision, fill and examine it."""

import sys

import typer
from rich.console import Console

from infra.cli.importing import import_command
from infra.cli.people import account_cli, sign_in_command, token_command
from infra.cli.provision import provision_command
from infra.cli.run import run_command
from infra.cli.up import up_command
from shared.kernel.errors import BrueckeError

cli = typer.Typer(
    name="bruecke",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Volunteer coordination for a rural district.",
)
cli.command("up")(up_command)
cli.command("run")(run_command)
cli.command("provision")(provision_command)
cli.command("import")(import_command)
cli.command("token")(token_command)
cli.command("sign-in")(sign_in_command)
cli.add_typer(account_cli, name="account")


def main() -> None:
    """Run the command; an error of ours is one clear line and exit code 1."""
    try:
        cli()
    except BrueckeError as error:
        Console(stderr=True).print(f"[bold red]bruecke:[/] {error}", highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
