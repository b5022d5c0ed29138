"""`bruecke doctor`: looks at everything a running installation needs, and says what to do."""

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from infra.cli.connecting import found_settings
from infra.cli.examining import Finding, Level, examine
from infra.settings import SettingsUnusable
from shared.service.settings import ServiceSettings

MARKS = {
    Level.FINE: ("ok", "green"),
    Level.WARNING: ("look", "yellow"),
    Level.BROKEN: ("broken", "bold red"),
}
INDENT = 8


def doctor_command(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check everything and say what to do. Exit code 0: fine, 1: warnings, 2: broken."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        settings = found_settings(ServiceSettings)
    except SettingsUnusable as error:
        findings = [Finding("settings", Level.BROKEN, error.message, "See the README.")]
    else:
        with Console(stderr=True).status("Looking"):
            findings = asyncio.run(examine(settings))
    if as_json:
        typer.echo(json.dumps([_told(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            _show(finding, console)
    raise typer.Exit(max(finding.level for finding in findings))


def _told(finding: Finding) -> dict[str, str]:
    return {
        "what": finding.what,
        "level": finding.level.name.lower(),
        "found": finding.found,
        "remedy": finding.remedy,
    }


def _show(finding: Finding, console: Console) -> None:
    word, style = MARKS[finding.level]
    line = Text.assemble((word.rjust(INDENT - 2), style), f"  {finding.what}: {finding.found}")
    console.print(line)
    if finding.remedy:
        console.print(Text(" " * INDENT + finding.remedy, style="bold"))
