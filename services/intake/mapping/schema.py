"""The JSON Schema of a mapping, for editors: `python -m services.intake.mapping.schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from services.intake.mapping.structs import Mapping

FILE = Path(__file__).parent / "schema.json"


def schema_text() -> str:
    """The schema as it is committed."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A mapping of Quartermaster",
        **msgspec.json.schema(Mapping),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
