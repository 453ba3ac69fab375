"""Keys and values of the data folder, written a second time from docs/format-data-folder.md alone."""

import hashlib
import struct

from formats.item_format import encode_item, encode_number


def key_bytes(kind: str, value: str) -> bytes:
    """Bytes of a key value; those of a B are given in hexadecimal."""
    if kind == "N":
        return encode_number(value)
    return value.encode() if kind == "S" else bytes.fromhex(value)


def partition_hash(partition: bytes) -> bytes:
    return hashlib.md5(b"Outliers" + partition, usedforsecurity=False).digest()[:3]


def row_key(table: int, index: int, components: list[list[str]]) -> bytes:
    parts = [key_bytes(kind, value) for kind, value in components]
    escaped = b"".join(part.replace(b"\x00", b"\x00\xff") + b"\x00\x01" for part in parts[:-1])
    return struct.pack(">IH", table, index) + partition_hash(parts[0]) + escaped + parts[-1]


def row_value(item: dict, key_names: list[str], size: int) -> bytes:
    head = b""
    while size >= 0x80:
        head, size = head + bytes([size & 0x7F | 0x80]), size >> 7
    rest = {name: value for name, value in item.items() if name not in key_names}
    return head + bytes([size]) + encode_item(rest)


def segment_of(partition: bytes, total: int) -> int:
    slot = int.from_bytes(partition_hash(partition), "big") >> 12
    return next(
        k for k in range(total) if -(-4096 * k // total) <= slot < -(-4096 * (k + 1) // total)
    )


def counts(items: int, size: int) -> bytes:
    return struct.pack("<qq", items, size)


def crc32c(data: bytes) -> int:
    """The Castagnoli CRC, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def log_file(number: int, salt: int, payloads: list[bytes]) -> bytes:
    """A log file: its header and a frame for each payload."""
    header = b"StatorL1" + struct.pack("<QQ", number, salt)
    file = header + struct.pack("<II", crc32c(header), 0)
    for payload in payloads:
        place = struct.pack("<QQI", salt, len(file), len(payload))
        file += struct.pack("<II", len(payload), crc32c(place + payload)) + payload
    return file
