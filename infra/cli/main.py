"""The command `bruecke`: one place to run, provision, fill and examine it."""

import logging
import sys

import structlog
import typer
from pydantic import ValidationError

from infra.cli.doctor import doctor_command
from infra.cli.importing import import_command
from infra.cli.people import account_cli, sign_in_command, token_command
from infra.cli.provision import provision_command
from infra.cli.rebuild import rebuild_command
from infra.cli.run import run_command
from infra.cli.telling import tell_error
from infra.cli.up import up_command
from shared.kernel.errors import BrueckeError
from shared.web.field_errors import from_pydantic

cli = typer.Typer(
    name="bruecke",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Plain lines: a wrapped box is hard to read in a log, and to search in.
    rich_markup_mode=None,
    help="Volunteer coordination for a rural district.",
)
cli.command("up")(up_command)
cli.command("run")(run_command)
cli.command("provision")(provision_command)
cli.command("import")(import_command)
cli.command("doctor")(doctor_command)
cli.command("rebuild")(rebuild_command)
cli.command("token")(token_command)
cli.command("sign-in")(sign_in_command)
cli.add_typer(account_cli, name="account")


def main() -> None:
    """Run the command; an error that a person can mend is one clear line and exit code 1."""
    _keep_logs_quiet()
    try:
        cli()
    except BrueckeError as error:
        _end(error)
    except ValidationError as error:
        found = from_pydantic(error.errors(include_url=False, include_input=False))
        tell_error("; ".join(f"{one.field}: {one.message}" for one in found))
        sys.exit(1)
    except BaseExceptionGroup as group:
        ours = group.subgroup(BrueckeError)
        if ours is None:
            raise
        _end(_first(ours))
    except OSError as error:
        tell_error(": ".join(filter(None, (error.filename, error.strerror or str(error)))))
        sys.exit(1)


def _end(error: BaseException) -> None:
    tell_error(str(error))
    sys.exit(1)


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _keep_logs_quiet() -> None:
    """A command tells its own errors; only `run`, which turns logs on, is a service."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger().addHandler(logging.NullHandler())


if __name__ == "__main__":
    main()
