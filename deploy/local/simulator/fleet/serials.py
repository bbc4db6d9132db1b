"""Serial numbers that look like each manufacturer's and never meet.

A number is scattered over the serial space by a multiplication that is a bijection there, so two devices of
one manufacturer cannot share a serial and none has to be remembered.
"""

from __future__ import annotations

_ALPHABET = "0123456789BCDFGHJKLMNPQRSTVWXYZ"  # no vowels, as service tags avoid words; 31 is prime
_FORMS = {
    "Dell Inc.": ("", 7),
    "HP": ("5CG", 7),
    "LENOVO": ("PF", 6),
    "Apple": ("C02", 9),
    "samsung": ("R5C", 8),
    "Microsoft Corporation": ("0", 11),
}
# About the golden section of each space, so that neighbours land far apart; one more than a multiple of 31,
# hence a bijection.
_STEPS = {length: int(0.6180339887 * 31 ** (length - 1)) * 31 + 1 for length in range(6, 12)}


def serial_of(manufacturer: str, number: int) -> str:
    """The serial of the manufacturer's device with this number."""
    prefix, length = _FORMS[manufacturer]
    size = len(_ALPHABET)
    rest = (number * _STEPS[length] + 40_503) % size**length
    digits = []
    for _ in range(length):
        rest, digit = divmod(rest, size)
        digits.append(_ALPHABET[digit])
    return prefix + "".join(digits)


def imei_of(number: int) -> str:
    """Fifteen digits that pass the Luhn check an IMEI carries."""
    body = f"35391110{number % 1_000_000:06d}"
    total = 0
    for place, digit in enumerate(map(int, body)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return f"{body}{(10 - total % 10) % 10}"
