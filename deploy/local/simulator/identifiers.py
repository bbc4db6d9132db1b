"""Vendors' identifiers, each made from the seed and the thing's number, so that no restart changes one."""

from __future__ import annotations

import functools
import hashlib


@functools.lru_cache(maxsize=16_384)
def digest(*parts: object) -> str:
    """32 hexadecimal digits that depend on the parts alone: also the form of a ServiceNow sys_id."""
    return hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def dashed(hexadecimal: str) -> str:
    """32 hexadecimal digits in the form of a UUID."""
    h = hexadecimal
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:32]}"


def mac_address(hexadecimal: str) -> str:
    """Twelve digits as an upper-case MAC address with colons."""
    h = hexadecimal.upper()
    return ":".join(h[i : i + 2] for i in range(0, 12, 2))
