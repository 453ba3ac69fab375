"""The item's layout 1, written a second time from docs/format-item.md alone: DynamoDB JSON to bytes."""

import base64
import struct
from decimal import Decimal

_TAGS = {"NULL": 0, "N": 3, "S": 4, "B": 5, "M": 6, "L": 7, "SS": 8, "NS": 9, "BS": 10}
_PAIRS_MAX = 20


def encode_item(item: dict) -> bytes:
    return b"\x01" + _map(item)


def encode_number(text: str) -> bytes:
    """The sortable form of a decimal number."""
    sign, digits, exponent = Decimal(text).as_tuple()
    shown = "".join(map(str, digits))
    significant = shown.strip("0")
    if not significant:
        return b"\x80"
    exponent += len(shown.lstrip("0"))  # of 0.d1d2d3...
    if exponent % 2:
        significant, exponent = "0" + significant, exponent + 1
    significant += "0" * (len(significant) % 2)
    pairs = [int(significant[i : i + 2]) for i in range(0, len(significant), 2)]
    head = (exponent // 2 - 64) % 256
    if not sign:
        return bytes([head, *(pair + 1 for pair in pairs)])
    end = [0x66] if len(pairs) < _PAIRS_MAX else []
    return bytes([255 - head, *(101 - pair for pair in pairs), *end])


def _content(data: bytes) -> bytes:
    size, out = len(data), b""
    while size >= 0x80:
        out, size = out + bytes([size & 0x7F | 0x80]), size >> 7
    return out + bytes([size]) + data


def _container(count: int, body: bytes) -> bytes:
    return struct.pack("<II", len(body) + 4, count) + body


def _map(attributes: dict) -> bytes:
    entries = [
        _content(name) + _value(value)
        for name, value in sorted((name.encode(), value) for name, value in attributes.items())
    ]
    offsets, at = b"", 0
    for entry in entries:
        offsets, at = offsets + struct.pack("<I", at), at + len(entry)
    return _container(len(entries), offsets + b"".join(entries))


def _scalar(kind: str, value: str) -> bytes:
    if kind == "N":
        return encode_number(value)
    return value.encode() if kind == "S" else base64.b64decode(value)


def _value(typed: dict) -> bytes:
    ((kind, value),) = typed.items()
    if kind == "BOOL":
        return b"\x02" if value else b"\x01"
    tag = bytes([_TAGS[kind]])
    if kind == "NULL":
        return tag
    if kind == "M":
        return tag + _map(value)
    if kind == "L":
        return tag + _container(len(value), b"".join(map(_value, value)))
    if kind in ("SS", "NS", "BS"):
        members = sorted(_scalar(kind[0], member) for member in value)
        return tag + _container(len(members), b"".join(map(_content, members)))
    return tag + _content(_scalar(kind, value))
