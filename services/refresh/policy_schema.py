"""The JSON Schema of a policy, for editors: `python -m services.refresh.policy_schema` writes it anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from services.refresh import policy_document
from services.refresh.policy_document import Policy

FILE = Path(__file__).parent / "policies" / "schema.json"


def schema_text() -> str:
    """The schema as it is committed."""
    (top,), parts = msgspec.json.schema_components([Policy], ref_template="#/$defs/{name}")
    for name, part in parts.items():
        if part.get("type") == "object":
            _name_keys(getattr(policy_document, name), part)
    whole: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A refresh policy of Quartermaster",
        **top,
        "$defs": parts,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _name_keys(struct: Any, part: dict[str, Any]) -> None:
    """Say which keys a mapping by kind or reason may have: msgspec checks them and leaves them out of its schema."""
    told = inspect.type_info(struct)
    assert isinstance(told, inspect.StructType), "the document is made of structs"
    for each in told.fields:
        if isinstance(each.type, inspect.DictType) and isinstance(each.type.key_type, inspect.EnumType):
            words = [member.value for member in each.type.key_type.cls]
            part["properties"][each.encode_name]["propertyNames"] = {"enum": words}


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
