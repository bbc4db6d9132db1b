"""The program as it is started from a shell, and the seed file it reads."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import aiohttp
import msgspec
import pytest

from deploy.local.workspace.seed import load_seed

EXAMPLE = Path("deploy/local/workspace/example.yaml")


async def test_the_program_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    words = [
        "-m",
        "deploy.local.workspace",
        "--seed",
        str(EXAMPLE),
        "--database",
        str(tmp_path / "workspace.sqlite"),
    ]
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            line = (await process.stdout.readline()).decode()
            url = line.removeprefix("workspace: ").strip()
            assert url.startswith("http://127.0.0.1:")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"{url}/health") as answer:
                    assert await answer.json() == {"ok": True, "connections": {"example": 0}}
                async with session.get(url) as answer:
                    assert "<title>Workspace</title>" in await answer.text()
                    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_a_misspelt_key_is_refused_by_name(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(EXAMPLE.read_text().replace("    handle:", "    handel:"))
    with pytest.raises(msgspec.ValidationError, match="handel"):
        load_seed(seed)


@pytest.mark.parametrize(
    ("found", "put", "message"),
    [
        ("xoxb-example", "example", "bot_token must start with xoxb-"),
        ("xapp-example", "example", "app_token must start with xapp-"),
        ("mode: socket", "mode: http", "request_url is needed"),
    ],
)
def test_an_app_that_cannot_work_is_refused(tmp_path: Path, found: str, put: str, message: str) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(EXAMPLE.read_text().replace(found, put))
    with pytest.raises(msgspec.ValidationError, match=message):
        load_seed(seed)
