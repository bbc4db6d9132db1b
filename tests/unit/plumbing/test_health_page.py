"""The health page: live at once, ready when every part is, and numbers for Prometheus."""

from __future__ import annotations

import aiohttp
import pytest

from services.telemetry import EVENTS_APPLIED, HealthPage


async def test_ready_means_that_every_part_is() -> None:
    parts = {"register": True, "refresh": False}
    page = HealthPage(0, lambda: parts)
    await page.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{page.port}") as client:
            async with client.get("/health/live") as answer:
                assert (answer.status, await answer.json()) == (200, {"live": True})
            async with client.get("/health/ready") as answer:
                assert (answer.status, await answer.json()) == (503, {"register": True, "refresh": False})
            parts["refresh"] = True
            async with client.get("/health/ready") as answer:
                assert answer.status == 200
    finally:
        await page.stop()


async def test_metrics_are_told_in_prometheus_own_format() -> None:
    EVENTS_APPLIED.labels("health page test").inc(3)
    page = HealthPage(0, dict)
    await page.start()
    try:
        address = f"http://127.0.0.1:{page.port}/metrics"
        async with aiohttp.ClientSession() as client, client.get(address) as answer:
            assert answer.status == 200
            assert answer.content_type == "text/plain"
            assert 'quartermaster_events_applied_total{service="health page test"} 3.0' in await answer.text()
    finally:
        await page.stop()


async def test_a_taken_port_is_an_error_and_a_stopped_page_gives_it_back() -> None:
    first = HealthPage(0, dict)
    await first.start()
    second = HealthPage(first.port, dict)
    with pytest.raises(OSError, match="address already in use"):
        await second.start()
    await second.stop()
    await first.stop()
    again = HealthPage(first.port, dict)
    await again.start()
    await again.stop()
