"""How Chromium is started: without a screen, and with no traffic of its own."""

from __future__ import annotations

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
