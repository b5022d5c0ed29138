"""The command `bruecke`: one place to run, provision, fill and examine it."""

import logging
import sys
from collections.abc import Iterable
from importlib import import_module

import structlog
import typer
from nats.errors import Error as NatsError
from pydantic import ValidationError

from infra.cli.telling import tell_error
from shared.kernel.errors import BrueckeError
from shared.web.field_errors import from_pydantic

COMMANDS = {
    "up": ("infra.cli.up", "up_command"),
    "run": ("infra.cli.run", "run_command"),
    "provision": ("infra.cli.provision", "provision_command"),
    "import": ("infra.cli.importing", "import_command"),
    "doctor": ("infra.cli.doctor", "doctor_command"),
    "bench": ("infra.cli.bench", "bench_cli"),
    "rebuild": ("infra.cli.rebuild", "rebuild_command"),
    "simulate": ("infra.cli.simulate", "simulate_command"),
    "token": ("infra.cli.people", "token_command"),
    "sign-in": ("infra.cli.people", "sign_in_command"),
    "account": ("infra.cli.people", "account_cli"),
}
"""Where each is; a group of commands ends in `_cli`."""

INTERRUPTED = 130
"""What a shell reports of a command that Ctrl-C ended."""


def main() -> None:
    """Run the command; an error that a person can mend is one clear line and exit code 1."""
    _keep_logs_quiet()
    try:
        # Of the others not even the imports: together they take longer than a service to start.
        wanted = sys.argv[1:2]
        made = make_cli(wanted if wanted and wanted[0] in COMMANDS else COMMANDS)
        made(prog_name="bruecke")
    except BrueckeError as error:
        _end(error)
    except ValidationError as error:
        found = from_pydantic(error.errors(include_url=False, include_input=False))
        tell_error("; ".join(f"{one.field}: {one.message}" for one in found))
        sys.exit(1)
    except BaseExceptionGroup as group:
        mendable = group.subgroup((BrueckeError, NatsError, OSError))
        if mendable is None:
            raise
        _end(_first(mendable))
    except (NatsError, OSError) as error:
        _end(error)
    except KeyboardInterrupt:
        # Ctrl-C while a command is still being loaded; later each command ends in its own way.
        sys.exit(INTERRUPTED)


def make_cli(names: Iterable[str]) -> typer.Typer:
    """The command line with these commands."""
    cli = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        # Plain lines: a wrapped box is hard to read in a log, and to search in.
        rich_markup_mode=None,
    )

    @cli.callback()
    def bruecke() -> None:
        """Volunteer coordination for a rural district."""

    for name in names:
        module, attribute = COMMANDS[name]
        found = getattr(import_module(module), attribute)
        if attribute.endswith("_cli"):
            cli.add_typer(found, name=name)
        else:
            cli.command(name)(found)
    return cli


def _end(error: BaseException) -> None:
    if isinstance(error, OSError) and error.strerror:
        tell_error(": ".join(filter(None, (error.filename, error.strerror))))
    elif isinstance(error, NatsError):
        tell_error(f"{error}. Look at BRUECKE_NATS_URL and BRUECKE_SECRETS.")
    else:
        tell_error(str(error) or type(error).__name__)
    sys.exit(1)


def _first(error: BaseException) -> BaseException:
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _keep_logs_quiet() -> None:
    """A command tells its own errors; only `run`, which turns logs on, is a service."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger().addHandler(logging.NullHandler())


if __name__ == "__main__":
    main()
