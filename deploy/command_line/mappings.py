"""`quartermaster mapping`: how a source's files are read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deploy.command_line.connections import intake_pool
from services.intake.imports import store
from services.intake.imports.run import mapping_in, mapping_of
from services.intake.mapping.reading import read_mapping, text_fields
from services.intake.mapping.shipped import shipped_names, shipped_text

program = typer.Typer(no_args_is_help=True, help="How a source's files are read: list, show, check, keep.")
console = Console(highlight=False)

Source = Annotated[str, typer.Option(help="the source whose files are read by it")]


@program.command("list")
def list_mappings() -> None:
    """The mappings that come with Quartermaster."""
    for name in shipped_names():
        console.print(f"{name}: {read_mapping(shipped_text(name) or '', name).about}", markup=False)


@program.command()
def show(source: str) -> None:
    """A source's mapping: the last one kept for it, else the shipped one of its name. A start for one of your own."""

    async def run() -> None:
        async with intake_pool() as pool, pool.acquire() as connection:
            text, _ = await mapping_of(connection, source)
        console.print(text, markup=False, end="", soft_wrap=True)

    asyncio.run(run())


@program.command()
def check(file: Path) -> None:
    """Read a mapping and say what is wrong with it, or what it takes."""
    mapping = read_mapping(*mapping_in(file))
    console.print(f"{file.name} is sound; it takes {', '.join(text_fields(mapping))}", markup=False)


@program.command()
def keep(file: Path, source: Source) -> None:
    """Make this the source's mapping from now on: for its imports, and for replaying its refused rows."""
    text, name = mapping_in(file)
    read_mapping(text, name)

    async def run() -> None:
        async with intake_pool() as pool, pool.acquire() as connection:
            await store.keep_mapping(connection, source, text)

    asyncio.run(run())
    console.print(f"{source} is read by {name} from now on", markup=False)
