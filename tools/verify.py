#!/usr/bin/env python3
"""Checks the operator trail of Gatelog against its proof, with nothing but the public key and Python itself.

    tools/verify.py PATH [--pubkey FILE] [--checkpoint FILE]...

PATH is a data directory or a bundle. Exit status: 0 all holds, 1 something was altered, 2 it cannot be checked.
Written from docs/proof.md, apart from the program: two that agree are better than one. It knows no third-party module.
"""

import argparse
import base64
import hashlib
import json
import pathlib
import re
import struct
import sys
import zlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
I = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * I % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    return P - x if (x & 1) != sign else x


def point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(number, p):
    q = (0, 1, 1, 0)
    while number:
        if number & 1:
            q = add(q, p)
        p = add(p, p)
        number >>= 1
    return q


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def is_signed(key, text, signature):
    if len(signature) != 64:
        return False
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    p, q = times(s, BASE), add(r, times(h, a))
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


class Cannot(Exception):
    """It cannot be checked."""


def read_keys(path):
    """`name+id+base64(1, key)`, one a line."""
    keys = []
    for line in pathlib.Path(path).read_text().split("\n"):
        if not line.strip():
            continue
        name, ident, data = line.strip().split("+", 2)
        data = base64.b64decode(data, validate=True)
        own = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
        if data[:1] != b"\x01" or len(data) != 33 or own.hex() != ident:
            raise Cannot(f"{path}: not a public key: {line}")
        keys.append((name, own, data[1:]))
    if not keys:
        raise Cannot(f"there is no public key in {path}")
    return keys


def open_note(note, keys):
    """A checkpoint as (origin, size, root), or nothing when none of the keys signed it."""
    at = note.rfind("\n\n")
    if at < 0 or not note.endswith("\n"):
        return None
    text, lines = note[: at + 1], note[at + 2 :].splitlines()
    for line in lines[:16]:
        match = re.fullmatch("\u2014 ([^ ]+) ([A-Za-z0-9+/=]+)", line)
        if not match or len(match[2]) % 4:
            continue
        data = base64.b64decode(match[2])
        for name, ident, key in keys:
            if (match[1], data[:4]) == (name, ident) and is_signed(key, text.encode(), data[4:]):
                origin, size, root = text.split("\n")[:3]
                return origin, int(size), base64.b64decode(root, validate=True)
    return None


def read_notes(path, keys):
    notes = []
    for note in re.findall("(?s)(.+?\n\n\u2014 .+?\n)(?:\n|\\Z)", pathlib.Path(path).read_text()):
        opened = open_note(note.lstrip("\n"), keys)
        if opened is None:
            raise Cannot(f"{path}: a note that none of the keys signed")
        notes.append(opened)
    return notes


def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(hashes):
    """Complete subtrees are put together as soon as there are two of one size."""
    stack = []
    for hash_ in hashes:
        size = 1
        while stack and stack[-1][0] == size:
            hash_, size = node_hash(stack.pop()[1], hash_), size * 2
        stack.append((size, hash_))
    if not stack:
        return hashlib.sha256(b"").digest()
    root = stack.pop()[1]
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def led_to(hash_, index, size, proof):
    """The verification of RFC 9162, 2.1.3.2."""
    if index >= size:
        return None
    at, last = index, size - 1
    for other in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            hash_ = node_hash(other, hash_)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, other)
        at, last = at >> 1, last >> 1
    return hash_ if last == 0 else None

OPEN = range(1, 10)
GROUPS = [range(10, 15), range(15, 17), range(17, 22)]


def act_leaf(kind, data):
    """What was hashed of a record, and its parts by number; nothing when it is no event."""
    parts = {}

    def read(rest, numbers):
        taken, last = b"", 0
        while rest and rest[0] in numbers and rest[0] > last:
            last = rest[0]
            (length,) = struct.unpack_from("<I", rest, 1)
            text = rest[5 : 5 + length]
            if len(text) < length:
                raise ValueError("cut")
            parts[last] = text.decode()
            if length:
                taken += rest[: 5 + length]
            rest = rest[5 + length :]
        return taken, rest

    try:
        if data[0] != 1:
            return None
        (parts[0],) = struct.unpack_from("<q", data, 1)
        taken, rest = read(data[9:], OPEN)
        leaf = bytes([kind]) + data[:9] + taken
        for number, numbers in enumerate(GROUPS):
            mark, rest = rest[0], rest[1:]
            if mark == 0xF0:
                leaf += b"\xf0"
            elif mark == 0xF1:
                salt, (length,) = rest[:16], struct.unpack_from("<I", rest, 16)
                inner, rest = rest[20 : 20 + length], rest[20 + length :]
                inner, left = read(inner, numbers) if len(inner) == length else (b"", b"cut")
                if left:
                    return None
                committed = hashlib.sha256(b"gatelog act" + bytes([number]) + salt + inner).digest()
                leaf += b"\xf2" + committed if inner else b"\xf0"
            elif mark == 0xF2 and len(rest) >= 32:
                leaf, rest = leaf + b"\xf2" + rest[:32], rest[32:]
            else:
                return None
        return None if rest else (leaf, parts)
    except (ValueError, IndexError, struct.error):
        return None


MARKER, HOLE = b"\xf5GLR\xff\xfe\r\n", 0xFF


def segment_records(data, number, bound):
    """(seq, kind, payload) of a segment in order, and whether bytes lay between or after them that are none."""
    head = data[:32]
    is_whole = head[:12] == b"GLWAL\r\n\x1a\x01\0\0\0" and zlib.crc32(head[:28]) == int.from_bytes(head[28:], "little")
    at, expected, records, is_damaged = 32 if is_whole else 0, None, [], not is_whole
    while at < len(data):
        head = data[at : at + 40]
        ok = len(head) == 40 and head[:8] == MARKER
        if ok:
            first, events, length, _, kind, crc, own = struct.unpack("<QIIIIII", head[8:])
            ok = zlib.crc32(head[:36], zlib.crc32(struct.pack("<Q", number))) == own and (expected is None or first >= expected)
        payload = data[at + 40 : at + 40 + length] if ok else b""
        if ok and bound is not None and first >= bound:
            break
        if not ok or len(payload) < length or zlib.crc32(payload) != crc:
            is_damaged = True
            following = data.find(MARKER, at + 1)
            at = len(data) if following < 0 else following
            continue
        if kind != HOLE:
            records.append((first, kind, payload))
        at, expected = at + 40 + length, first + events
    return records, is_damaged


def trail_records(directory):
    """Every record of the trail, and what is damaged."""
    files = sorted(directory.glob("*.wal"), key=lambda file: int(file.stem))
    contents = [(int(file.stem), file.read_bytes()) for file in files]
    bounds, bound = [], None
    for _, data in reversed(contents):
        bounds.append(bound)
        if len(data) >= 32:
            first = struct.unpack_from("<Q", data, 20)[0]
            bound = first if bound is None else min(bound, first)
    records, damage = [], []
    for (number, data), bound in zip(contents, reversed(bounds)):
        found, is_damaged = segment_records(data, number, bound)
        records += found
        if is_damaged and bound is not None:
            damage.append(f"trail segment {number} has bytes that cannot be read")
    return records, damage


def tile_bytes(log, level, index, count):
    groups, rest = [f"{index % 1000:03}"], index // 1000
    while rest:
        groups.append(f"x{rest % 1000:03}")
        rest //= 1000
    path = log.joinpath("tile", level, *reversed(groups))
    width = max(0, min(256, count - index * 256))
    path = path if width == 256 else path.with_name(path.name + ".p") / str(width)
    return path.read_bytes() if path.is_file() else b""


def read_entries(data):
    entries = []
    while len(data) >= 2:
        length = int.from_bytes(data[:2], "big")
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    return entries if not data else []


def check_log(log, size, found):
    """The hashes of the leaves, after every tile was compared with what it is made of."""
    hashes, level = [], []
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        of_tile = [leaf_hash(entry) for entry in read_entries(tile_bytes(log, "entries", index, size))]
        kept = tile_bytes(log, "0", index, size)
        if len(of_tile) != width or kept != b"".join(of_tile):
            found.append(f"tile {index} is not made of its leaves")
        if len(of_tile) != width:
            of_tile = [kept[at : at + 32] for at in range(0, 32 * width, 32)]
        if width == 256:
            level.append(root_of(of_tile))
        hashes += of_tile
    above = 1
    while level:
        following = []
        for index in range((len(level) + 255) // 256):
            want = level[index * 256 : index * 256 + 256]
            if tile_bytes(log, str(above), index, len(level)) != b"".join(want):
                found.append(f"tile {index} of level {above} is not made of those below")
            if len(want) == 256:
                following.append(root_of(want))
        level, above = following, above + 1
    return hashes


def check_directory(root, keys, earlier):
    tenant, found = root / "tenants" / "1", []
    if not tenant.is_dir():
        raise Cannot(f"{root} is no data directory")
    log = tenant / "proof" / "trail"
    if not (log / "checkpoint").is_file():
        return ["the checkpoint is missing"]
    checkpoint = open_note((log / "checkpoint").read_text(errors="replace"), keys)
    if checkpoint is None:
        return ["the checkpoint is signed by none of the keys, or was altered"]
    origin, size, signed = checkpoint
    hashes = check_log(log, size, found)
    if root_of(hashes) != signed:
        found.append("the hashes of the leaves do not lead to the signed root")
    for of, count, known in earlier:
        if of == origin and count > size:
            found.append(f"rolled back: a checkpoint of {count} leaves was published, there are {size}")
        elif of == origin and root_of(hashes[:count]) != known:
            found.append(f"not a continuation of the checkpoint of {count} leaves")
    records, damage = trail_records(tenant / "trail")
    found += damage
    expected, first, through, holds = None, None, None, 0
    for seq, kind, payload in records:
        first = seq if first is None else first
        if expected is not None and seq > expected:
            found.append(f"operator events {expected} to {seq - 1} are missing")
        expected = seq + 1
        if seq >= size:
            continue
        act = act_leaf(kind, payload)
        if act is not None and leaf_hash(act[0]) == hashes[seq]:
            holds += 1
            if act[1].get(1) == "GL-TRAIL-RETIRE" and act[1].get(15, "").isdigit():
                through = max(through or 0, int(act[1][15]))
        elif hashes[seq] != leaf_hash(b"lost"):
            found.append(f"operator event {seq} is not the one that was signed")
    if (expected or 0) < size:
        found.append(f"operator events {expected or 0} to {size - 1} are missing")
    if first and (through is None or through + 1 < first):
        found.append(f"operator events 0 to {first - 1} were removed, and nothing signed says that their time was over")
    print(f"{origin}: {size} leaves, root {signed.hex()}")
    print(f"{holds} operator events are as they were signed")
    return found


def check_bundle(path, keys):
    try:
        bundle = json.loads(path.read_text())
    except ValueError as error:
        raise Cannot(f"{path} is not a bundle: {error}") from error
    if not isinstance(bundle, dict) or bundle.get("bundle") != "gatelog-1":
        raise Cannot(f"{path} is not a bundle of a known form")
    checkpoint = open_note(bundle["checkpoint"], keys)
    if checkpoint is None:
        return ["the checkpoint is signed by none of the keys, or was altered"]
    origin, size, signed = checkpoint
    found, seen = [], set()
    for record in bundle["records"]:
        seq, proof = record["seq"], [base64.b64decode(text) for text in record["proof"]]
        act = act_leaf(record["kind"], base64.b64decode(record["record"]))
        if act is None or led_to(leaf_hash(act[0]), seq, size, proof) != signed:
            found.append(f"operator event {seq} is not the one that was signed")
        elif seq in seen:
            found.append(f"operator event {seq} is there twice")
        seen.add(seq)
    print(f"{origin}: {size} leaves, root {signed.hex()}")
    print(f"{len(seen)} records of the bundle were looked at")
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("path", type=pathlib.Path)
    arguments.add_argument("--pubkey")
    arguments.add_argument("--checkpoint", action="append", default=[])
    asked = arguments.parse_args()
    try:
        keys = read_keys(asked.pubkey or asked.path / "proof.pub")
        earlier = [note for file in asked.checkpoint for note in read_notes(file, keys)]
        is_directory = asked.path.is_dir()
        found = check_directory(asked.path, keys, earlier) if is_directory else check_bundle(asked.path, keys)
    except (Cannot, OSError, KeyError, TypeError, ValueError) as error:
        print(f"cannot be checked: {error}", file=sys.stderr)
        return 2
    for what in found[:20]:
        print(f"ALTERED {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
