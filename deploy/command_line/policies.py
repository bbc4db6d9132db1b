"""`quartermaster policy`: check a refresh policy, see what it would change, make it the one in force."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.command_line.connections import pool_of
from deploy.command_line.dead_letters import operator
from deploy.command_line.policy_money import Money, money_of
from deploy.command_line.progress import bar
from services.access.directory import Directory
from services.access.viewer import Viewer, viewer_for
from services.budget.queries import financial_year
from services.budget.rules.financial_year import bounds
from services.clock import london_date
from services.database.pool import Connection
from services.errors import NotAllowed
from services.lifecycle import settle_garbage_collection
from services.refresh.dry_run import devices_known, dry_run
from services.refresh.policy import Policy, PolicyInForce
from services.refresh.policy_commands import apply_policy, may_apply, may_compare
from services.refresh.policy_store import Policies
from services.refresh.rules.comparing import Comparison
from services.refresh.rules.describe import describe, differences
from services.settings import Settings, read

program = typer.Typer(no_args_is_help=True, help="The refresh policy: check a document, see what it changes, apply it.")
console = Console(highlight=False)

_OURS = "the policy, in YAML; ours is services/refresh/policies/metropolitan.yaml"
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=_OURS)]
By = Annotated[str | None, typer.Option(help="whose act it is, by e-mail; else the login of whoever started this")]


@program.command()
def check(
    file: File,
    directory: Annotated[Path | None, typer.Option(help="also check that the units of its tiers are in it")] = None,
) -> None:
    """Say what is wrong with a policy and where, or what it holds. Needs no database."""
    policy = Policy.load(file)
    if directory is not None:
        PolicyInForce.of(policy, Directory.load(directory))
    table = Table("what", f"as version {policy.version} says it")
    for what, value in describe(policy).items():
        table.add_row(Text(what), Text(value))
    console.print(table)
    console.print(f"{file.name} is sound: version {policy.version}", markup=False)


@program.command()
def diff(file: File, by: By = None) -> None:
    """Say what a policy would change against the one in force, and judge all devices by it without writing."""
    asyncio.run(_run(file, by, write=False, sure=True))


@program.command()
def apply(
    file: File,
    by: By = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask after showing what it changes")] = False,
) -> None:
    """Show what a policy changes, ask, and make it the one in force. Running services take it up by themselves."""
    asyncio.run(_run(file, by, write=True, sure=yes))


async def _run(file: Path, by: str | None, *, write: bool, sure: bool) -> None:
    settings = read(Settings)
    settle_garbage_collection()
    directory, now = Directory.load(settings.directory_file), settings.clock().now()
    policy = PolicyInForce.of(Policy.load(file), directory)
    viewer = _viewer(by, directory)
    async with pool_of("refresh") as pool, pool.acquire() as connection:
        await (may_apply if write else may_compare)(connection, viewer, policy, now)
        shown = await _show(connection, viewer, policy, now)
        if not write:
            return
        if not sure:
            typer.confirm(f"Make version {policy.policy.version} the policy in force?", abort=True)
        if await apply_policy(connection, viewer, policy, shown, now):
            words = "is in force from now on; running services judge all devices by it"
        else:
            words = "is in force already"
    console.print(f"version {policy.policy.version} {words}", markup=False)


def _viewer(by: str | None, directory: Directory) -> Viewer:
    if by is None:
        return operator()
    if directory.person(by) is None:
        raise NotAllowed(f"{by} is not in the directory; name somebody who is")
    return viewer_for(by, directory)


async def _show(connection: Connection, viewer: Viewer, policy: PolicyInForce, now: datetime) -> str | None:
    """Show what would change; answers the stamp of the policy that is in force."""
    if await Policies().stamp(connection) is None:
        console.print("no policy is in force yet, so there is nothing to compare with")
        return None
    current = await Policies().in_force(connection)
    _show_rules(current.policy, policy)
    today = london_date(now)
    year = financial_year(today)
    with bar(console, "judging", await devices_known(connection), what="devices") as moved:
        found = await dry_run(connection, current.policy, policy, today, bounds(year)[1], moved)
    _show_moves(found, year)
    money = await money_of(connection, viewer, found, year, now)
    _show_money(money, year)
    return current.stamp


def _show_rules(before: PolicyInForce, after: PolicyInForce) -> None:
    console.print(f"from version {before.policy.version} to version {after.policy.version}", markup=False)
    told = differences(before.policy, after.policy)
    moved = sorted(
        unit
        for unit in {*before.tier_units, *after.tier_units}
        if before.tier_units.get(unit) != after.tier_units.get(unit)
    )
    if moved:
        told.append(f"units that come into another tier, or out of one: {', '.join(moved)}")
    for sentence in told or ["nothing changes"]:
        console.print(f"  {sentence}", markup=False)
    if before.policy.version == after.policy.version and before.policy != after.policy:
        console.print("  the version is that of the one in force: give the document a new one before you apply it")


def _show_moves(found: Comparison, year: str) -> None:
    console.print(f"{found.judged:,} devices and requests judged by both", markup=False)
    # Ten columns in a terminal of eighty: heads may wrap, what stands under them never.
    table = Table(box=SIMPLE_HEAD, padding=0, collapse_padding=True)
    table.add_column("kind", no_wrap=True)
    for head in ("queue\nbefore", "\nafter", "\nenter", "\nleave", "other\nscore", "other\nplace", "other\nmonth",
                 "other\nline", f"due in\n{year}"):  # fmt: skip
        table.add_column(head, justify="right", no_wrap=True)
    more = found.due_more
    for kind, moves in sorted(found.kinds.items()):
        due = sum(count for (each, _), count in more.items() if each is kind)
        numbers = (moves.before, moves.after, moves.enter, moves.leave, moves.rescored, moves.replaced, moves.months)
        table.add_row(kind.value, *(f"{number:,}" for number in (*numbers, moves.lines)), f"{due:+,}")
    console.print(table)


def _show_money(money: Money | None, year: str) -> None:
    if money is None:
        console.print("prices are not known, so the money it means is not either")
        return
    if money.pence is None:
        console.print("the money it means is of one kind alone: finance, directors and auditors see that")
    else:
        console.print(f"money for what is due in {year}: {_pounds(money.pence)} including VAT", markup=False)
    for line, kind, pence in money.by_kind:
        console.print(f"  {line.value}, {kind.value}: {_pounds(pence)}", markup=False)
    if money.without_price:
        kinds = ", ".join(kind.value for kind in money.without_price)
        console.print(f"not counted, as the price book has no price: {kinds}", markup=False)


def _pounds(pence: int) -> str:
    return f"{'-' if pence < 0 else '+'}£{abs(pence) / 100:,.2f}"
