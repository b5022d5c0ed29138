"""`bruecke token`, `account`, `sign-in`: what an operator needs before anybody can click."""

import asyncio
from typing import Annotated

import typer

from infra.cli.connecting import asker
from shared.contracts.admin import (
    AccountsShown,
    AddAccount,
    MakeSignInLink,
    RemoveAccount,
    StaffAccounts,
)
from shared.contracts.network import IssueApiToken
from shared.kernel.fields import Via
from shared.kernel.ids import new_id

Email = Annotated[str, typer.Argument(help="The address of the person.")]

account_cli = typer.Typer(no_args_is_help=True, help="Staff accounts.")


def token_command(email: Email) -> None:
    """Print a new API token of an organisation. Its contact has this address."""

    async def issue() -> str:
        async with asker() as ask:
            wish = IssueApiToken(command_key=f"cli:{new_id()}", via=Via.SYSTEM, email=email)
            return (await ask.ask(wish)).token

    typer.echo(asyncio.run(issue()))


@account_cli.command("add")
def add_account(
    email: Email,
    role: Annotated[str, typer.Option(help="coordinator, integration_manager or operator.")],
) -> None:
    """Add a staff account, or give a known one another role."""

    async def add() -> bool:
        async with asker() as ask:
            wish = AddAccount(
                command_key=f"cli:{new_id()}", via=Via.SYSTEM, email=email, role=role
            )
            return (await ask.ask(wish)).created

    typer.echo("Account added." if asyncio.run(add()) else "Account was there; role set.")


@account_cli.command("remove")
def remove_account(email: Email) -> None:
    """Remove a staff account; it opens nothing from now on."""

    async def remove() -> None:
        async with asker() as ask:
            await ask.ask(
                RemoveAccount(command_key=f"cli:{new_id()}", via=Via.SYSTEM, email=email)
            )

    asyncio.run(remove())
    typer.echo("Account removed.")


@account_cli.command("list")
def list_accounts() -> None:
    """Print who may sign in, and as what."""

    async def found() -> AccountsShown:
        async with asker() as ask:
            return await ask.ask(StaffAccounts())

    accounts = asyncio.run(found()).accounts
    for account in accounts:
        typer.echo(f"{account.email}  {account.role}")
    if not accounts:
        typer.echo("No accounts yet. Add one: bruecke account add EMAIL --role coordinator")


def sign_in_command(email: Email) -> None:
    """Print a sign-in link. Valid for 30 minutes; for the time while mail is down."""
    typer.echo(asyncio.run(make_sign_in_link(email)))


async def make_sign_in_link(email: str) -> str:
    """A fresh sign-in link of a staff account."""
    async with asker() as ask:
        wish = MakeSignInLink(command_key=f"cli:{new_id()}", via=Via.SYSTEM, email=email)
        return (await ask.ask(wish)).sign_in_url
