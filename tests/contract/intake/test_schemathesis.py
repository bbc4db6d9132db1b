"""schemathesis makes requests out of intake's own document, and holds every answer against it (docs/adr/0012)."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from services.database.pool import Pool
from tests.fuzz.doors import OURS, provable_webhooks, served

EXAMPLES = 60
SECONDS = 60.0

LEFT_OUT = "positive_data_acceptance"
"""Bodies are the senders' own formats, which the document does not describe: any text is a valid extract by it, and is
rightly answered with 400."""


def configuration(document: dict[str, Any]) -> str:
    """How schemathesis proves itself: by the placeholders that opened the doors, for each way the document names."""
    lines = ["[generation]", "deterministic = true"]
    for name, scheme in document["components"]["securitySchemes"].items():
        secret = OURS.secrets[0] if scheme.get("name") == OURS.name else "placeholder"
        keys = {"username": secret, "password": secret} if scheme["type"] == "http" else {"api_key": secret}
        lines += [f'[auth.openapi."{name}"]', *(f"{key} = {json.dumps(value)}" for key, value in keys.items())]
    return "\n".join(lines)


@pytest.mark.integration
async def test_intake_keeps_to_its_own_document(pool: Pool, tmp_path: Path) -> None:
    async with served(pool, provable_webhooks()) as base:
        async with aiohttp.ClientSession() as session, session.get(f"{base}/openapi.json") as answer:
            document = await answer.json()
        told, report = await run(base, document, tmp_path)
    assert report["exit_code"] == 0, told
    assert (report["failures"], report["errors"], report["warnings"]["missing_auth"]) == ([], [], []), told
    # What it tried: every operation but the document's own, with data that fits and data that does not.
    operations = {f"{method.upper()} {path}" for path, each in document["paths"].items() for method in each}
    assert report["valid_rates"].keys() == operations - {"GET /openapi.json"}
    assert report["phases"]["coverage"]["status"] == report["phases"]["fuzzing"]["status"] == "success"
    assert report["test_cases"]["generated"] > 40 * len(provable_webhooks())


async def run(base: str, document: dict[str, Any], folder: Path) -> tuple[str, dict[str, Any]]:
    """What it printed, and its report."""
    settings, report = folder / "schemathesis.toml", folder / "report.json"
    settings.write_text(configuration(document))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", f"{base}/openapi.json"),
        *("--checks", "all", "--exclude-checks", LEFT_OUT, "--max-examples", str(EXAMPLES), "--no-color"),
        *("--report", "json", "--report-json-path", str(report)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
    )
    try:
        async with asyncio.timeout(SECONDS):
            printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return printed.decode(errors="replace"), json.loads(report.read_bytes())
