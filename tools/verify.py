#!/usr/bin/env python3
"""Checks what Gatelog keeps against its proof, with nothing but the public key; access events need pyarrow, to read Parquet.

    tools/verify.py PATH [--pubkey FILE] [--checkpoint PATH]... [--witness FILE]

PATH is a data directory or a bundle of operator events; verify_more.py beside this file also takes archives and the proof of an access event.
Exit status: 0 all holds, 1 something was altered, 2 it cannot be checked.
Written from docs/proof.md, apart from the program: two that agree are better than one.
"""

import argparse
import base64
import functools
import hashlib
import json
import pathlib
import re
import struct
import sys
import zlib

# Ed25519 (RFC 8032)
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, I = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)


def point(data):
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x * I % P if (x * x - square) % P else x
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    return (x if x & 1 == sign else P - x, y)


def add(p, q):
    t = D * p[0] * q[0] * p[1] * q[1]
    return (p[0] * q[1] + q[0] * p[1]) * pow(1 + t, -1, P) % P, (p[1] * q[1] + p[0] * q[0]) * pow(1 - t, -1, P) % P


def times(number, p):
    q = (0, 1)
    while number:
        q = add(q, p) if number & 1 else q
        p, number = add(p, p), number >> 1
    return q


BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_signed(key, text, signature):
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    return times(s, BASE) == add(r, times(h, a))


class Cannot(Exception):
    """It cannot be checked."""


def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text):
    """What a text stands for, nothing when it is written in another way than the one."""
    data = base64.b64decode(text or "") if len(text or "") % 4 == 0 else b""
    return data if base64.b64encode(data).decode() == text else b""


def read_keys(path, mark=b"\x01"):
    """`name+id+base64(mark, key)`, one a line; 4 marks a witness."""
    keys = []
    for line in filter(str.strip, pathlib.Path(path).read_text().split("\n")):
        name, ident, data = line.strip().split("+", 2)
        data = base64.b64decode(data, validate=True)
        own = sha256(name.encode() + b"\n" + data)[:4]
        if data[:1] != mark or len(data) != 33 or own.hex() != ident:
            raise Cannot(f"{path}: not a public key: {line}")
        keys.append((name, own, data[1:]))
    if not keys:
        raise Cannot(f"there is no public key in {path}")
    return keys


def open_note(note, keys, witnesses=None):
    """A checkpoint as (origin, size, root), or nothing when none of the keys signed it, or none of the witnesses."""
    if witnesses is not None and open_note(note, [(*witness, True) for witness in witnesses]) is None:
        return None
    at = note.rfind("\n\n")
    if at < 0 or not note.endswith("\n"):
        return None
    text, lines = note[: at + 1], note[at + 2 :].splitlines()
    for match in (re.fullmatch("\u2014 ([^ ]+) ([A-Za-z0-9+/]+=*)", line) for line in lines[:16]):
        data = unbase64(match[2]) if match else b""
        for name, ident, key, *is_witness in keys:
            time = f"cosignature/v1\ntime {int.from_bytes(data[4:12], 'big')}\n" if is_witness else ""
            signature = data[12:] if is_witness else data[4:]
            if data and (match[1], data[:4]) == (name, ident) and is_signed(key, (time + text).encode(), signature):
                origin, size, root = text.split("\n")[:3]
                return origin, int(size), base64.b64decode(root, validate=True)
    return None


def read_notes(path, keys, witnesses):
    texts = re.findall("(?s)(.+?\n\n\u2014 .+?\n)(?:\n|\\Z)", pathlib.Path(path).read_text())
    notes = [open_note(note.lstrip("\n"), keys, witnesses) for note in texts]
    if None in notes:
        raise Cannot(f"{path}: a note that none of the keys signed, or none of the witnesses")
    return notes


# Merkle trees (RFC 6962)
def leaf_hash(data):
    return sha256(b"\0" + data)


def node_hash(left, right):
    return sha256(b"\1" + left + right)


def split(size):
    """The largest power of two below a number above one."""
    return 1 << ((size - 1).bit_length() - 1)


def root_of(hashes):
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"")
    at = split(len(hashes))
    return node_hash(root_of(hashes[:at]), root_of(hashes[at:]))


def led_to(hash_, index, size, proof):
    """The root that leaf `index` and its proof lead to, or nothing."""
    if index >= size or (size == 1) != (not proof):
        return None
    if size == 1:
        return hash_
    at, *below, beside = split(size), *proof
    if index < at:
        left = led_to(hash_, index, at, below)
        return left and node_hash(left, beside)
    right = led_to(hash_, index - at, size - at, below)
    return right and node_hash(beside, right)


# Operator events
OPEN, GROUPS = [*range(1, 10), 22, 23, 24], [range(10, 15), range(15, 17), range(17, 22)]
MARKER, HOLE = b"\xf5GLR\xff\xfe\r\n", 0xFF


def read_parts(rest, numbers, parts):
    """The bytes of the parts that are not empty, and what follows; the texts go to `parts`."""
    taken, last = b"", 0
    while rest and rest[0] in numbers and rest[0] > last:
        last, length = struct.unpack_from("<BI", rest)
        if len(rest) < 5 + length:
            raise ValueError("cut")
        parts[last] = rest[5 : 5 + length].decode()
        taken += rest[: 5 + length] if length else b""
        rest = rest[5 + length :]
    return taken, rest


def act_leaf(kind, data):
    """What was hashed of a record, and its parts by number; nothing when it is no event."""
    parts = {}
    try:
        taken, rest = read_parts(data[9:], OPEN, parts)
        leaf = bytes([kind]) + data[:9] + taken
        for number, numbers in enumerate(GROUPS):
            mark, rest = rest[0], rest[1:]
            if mark == 0xF1:
                salt, (length,) = rest[:16], struct.unpack_from("<I", rest, 16)
                inner, rest = rest[20 : 20 + length], rest[20 + length :]
                inner, left = read_parts(inner, numbers, parts) if len(inner) == length else (b"", b"cut")
                if left:
                    return None
                leaf += b"\xf2" + sha256(b"gatelog act" + bytes([number]) + salt + inner) if inner else b"\xf0"
            elif mark == 0xF2 and len(rest) >= 32:
                leaf, rest = leaf + b"\xf2" + rest[:32], rest[32:]
            elif mark == 0xF0:
                leaf += b"\xf0"
            else:
                return None
        return (leaf, parts) if data[0] == 1 and not rest else None
    except (ValueError, IndexError, struct.error):
        return None


def segment_records(data, number, bound, found):
    """(seq, kind, payload) of the records of a segment, up to the bytes that are none: only the newest segment may end in such."""
    is_whole = data[:12] == b"GLWAL\r\n\x1a\x01\0\0\0" and zlib.crc32(data[:28]) == int.from_bytes(data[28:32], "little")
    at, expected, records = 32 if is_whole else max(data.find(MARKER), 0), 0, []
    while len(head := data[at : at + 40]) == 40 and head[:8] == MARKER:
        first, events, length, _, kind, crc, own = struct.unpack("<QIIIIII", head[8:])
        payload = data[at + 40 : at + 40 + length]
        is_head = zlib.crc32(head[:36], zlib.crc32(struct.pack("<Q", number))) == own and first >= expected
        if is_head and bound is not None and first >= bound:
            return records
        if not is_head or len(payload) < length or zlib.crc32(payload) != crc:
            break
        records += [(first, kind, payload)] * (kind != HOLE)
        at, expected = at + 40 + length, first + events
    if (at < len(data) or not is_whole) and (bound is not None or MARKER in data[at + 1 :]):
        found.append(f"trail segment {number} has bytes that cannot be read")
    return records


def trail_records(directory, found):
    """Every record of the trail; a segment ends where a later one begins."""
    records, bound = [], None
    for file in sorted(directory.glob("*.wal"), key=lambda file: int(file.stem), reverse=True):
        data = file.read_bytes()
        records = segment_records(data, int(file.stem), bound, found) + records
        if len(data) >= 32:
            first = struct.unpack_from("<Q", data, 20)[0]
            bound = first if bound is None else min(bound, first)
    return records


def check_trail(tenant, hashes, found):
    size, expected, first, through, holds = len(hashes), None, None, None, 0
    for seq, kind, payload in trail_records(tenant / "trail", found):
        first = seq if first is None else first
        if expected is not None and seq > expected:
            found.append(f"operator events {expected} to {seq - 1} are missing")
        expected = seq + 1
        if seq >= size:
            continue
        act = act_leaf(kind, payload)
        if act is not None and leaf_hash(act[0]) == hashes[seq]:
            holds += 1
            if kind == 1 and act[1].get(1) == "GL-TRAIL-RETIRE" and act[1].get(15, "").isdigit():
                through = max(through or 0, int(act[1][15]))
        elif hashes[seq] != leaf_hash(b"lost"):
            found.append(f"operator event {seq} is not the one that was signed")
    if (expected or 0) < size:
        found.append(f"operator events {expected or 0} to {size - 1} are missing")
    if first and (through is None or through + 1 < first):
        found.append(f"operator events 0 to {first - 1} were removed, and nothing signed says that their time was over")
    print(f"{holds} operator events are as they were signed")


# Access events
SELDOM = set("""request_id correlation_id trace_id path query query_parameters request_headers request_body response_headers
    response_body native_url native_request_headers native_response_headers native_request_body native_response_body
    external_calls event_pk session_id context_id root_context_id message_id custom""".split())
PERSONAL = SELDOM | set("""consumer_id consumer_name claimed_consumer customer api_key_id api_key_name auth_subject auth_principal_id
    auth_claims_property auth_property identity_account_id identity_caller identity_user identity_user_arn cognito_provider
    cognito_identity_id ip asn city user_agent referer authorize_error authorizer_error error_message evidence""".split())


@functools.lru_cache(1 << 16)
def part_of(name, text):
    return sha256(name.encode() + b"\0" + text.encode())[:16]


def commitments_of(count, half, notes, own):
    """The commitments of so many events or texts: `own` makes them of their salts; those of erased ones are in what is left of them."""
    levels, seeds, left, salts = max(count - 1, 0).bit_length(), {}, {}, {}
    for at, data in enumerate(map(unbase64, [] if half else notes)):
        left.update({at: data[:32]} if len(data) >= 32 else {})
        hanging = [data[n : n + 17] for n in range(32, len(data), 17)]
        seeds.update({(one[0], (at >> one[0] ^ 1) << one[0]): one[1:] for one in hanging if one[0] < levels})
    for (level, first), seed in ({(levels, 0): half} if half else seeds).items():
        nodes = [seed]
        for _ in range(level):
            nodes = [part for node in map(sha256, nodes) for part in (node[:16], node[16:])]
        salts.update(zip(range(first, count), nodes))
    return [left[at] if at in left else own(at, salts[at]) if at in salts else bytes(32) for at in range(count)]


def commitment_of(salt, texts):
    """The commitment to the personal texts of an event, by column."""
    parts = [part_of(name, texts[name]) for name in sorted(texts.keys() - SELDOM)]
    told = bytes([len(parts)]) + b"".join(parts)
    for name in sorted(texts.keys() & SELDOM):
        told += name.encode() + b"\0" + struct.pack("<I", len(texts[name].encode())) + texts[name].encode()
    return sha256(salt + told)


def personal_of(columns, half):
    """The commitments to the personal texts of each event; an erased one has no such texts."""
    names, notes = sorted(PERSONAL & columns.keys()), columns.get("erased", [])
    texts = [{name: columns[name][at] for name in names if columns[name][at]} for at in range(len(columns["seq"]))]
    notes = [note if not own else None for note, own in zip(notes, texts)]
    return commitments_of(len(texts), half, notes, lambda at, salt: commitment_of(salt, texts[at]))


def names_of(columns, half):
    """Of the columns that are not personal and have texts: the number of each text; and the commitments to all texts."""
    others = {name: values for name, values in sorted(columns.items()) if name not in PERSONAL and name != "erased"}
    texts = {name: list(dict.fromkeys(filter(None, values))) for name, values in others.items() if any(isinstance(value, str) for value in values)}
    everything = [text for of in texts.values() for text in of]
    notes = [text[7:] if text.startswith("erased:") else None for text in everything]
    commitments = commitments_of(len(everything), half, notes, lambda at, salt: sha256(salt + everything[at].encode()))
    return {name: {None: None, **{text: number for number, text in enumerate(of, 1)}} for name, of in texts.items()}, commitments


def relative(name, value, place):
    """A number as it is told: that of an event less its place, because each has the next one."""
    return value - place if name == "seq" and value is not None else value


def shape_of(name, values, texts):
    """A column as the digest tells it: how many texts it has, its least number, and the bits of a cell."""
    told = [value for value in values if value is not None]
    top = max(told) - min(told) + 1
    return name, texts, min(told), 0 if top == 1 and len(told) == len(values) else top.bit_length()


def event_hash(commitment, shape, values):
    """The hash of an event; its values are numbers or which texts they are. Nothing when one is not of its column."""
    cells = at = 0
    for (_, _, least, bits), value in zip(shape, values):
        cell = 0 if value is None else 1 + value - least
        if cell not in (range(value is not None, 1 << min(bits, 64)) if bits else [1]):
            return None
        cells, at = cells | (cell << at if bits else 0), at + bits
    return sha256(commitment + cells.to_bytes((at + 7) // 8, "little"))


def digest_of_trees(shape, names, events):
    lines = "".join(f"{name} {texts} {least} {bits}\n" for name, texts, least, bits in shape)
    return sha256(f"{lines}names {names.hex()}\nevents {events.hex()}\n".encode()).hex()


def leaves_of(events):
    return [leaf_hash(b"".join(events[at : at + 16])) for at in range(0, len(events), 16)]


def digest_of(columns, rows, names):
    """What the events of a block come to, as leaves of a tree."""
    (texts, commitments), shape, values = names_of(columns, names), [], []
    for name in sorted(columns.keys() - PERSONAL - {"erased"}):
        which = texts.get(name)
        of = [which[value] if which else relative(name, value, place) for place, value in enumerate(columns[name])]
        if any(value is not None for value in of):
            shape.append(shape_of(name, of, len(which) - 1 if which else 0))
            values.append(of)
    events = [event_hash(commitment, shape, of) for commitment, *of in zip(personal_of(columns, rows), *values)]
    return digest_of_trees(shape, root_of([leaf_hash(commitment) for commitment in commitments]), root_of(leaves_of(events)))


def holds(columns, block, key):
    """Whether these are the events of a block, in the order of their numbers."""
    rest = key[1:] if key.startswith("-") else key[32:]
    rows, names = (bytes.fromhex(half.strip("-")) for half in (key[: len(key) - len(rest)], rest))
    return digest_of(columns, rows, names) == block.split(" ")[6]


def table_files(table):
    """The files of a Delta table and their tags."""
    import pyarrow.parquet

    files, log, start = {}, table / "_delta_log", -1
    for checkpoint in sorted(log.glob("*.checkpoint.parquet"))[-1:]:
        start = int(checkpoint.name[:20])
        adds = [row["add"] for row in pyarrow.parquet.read_table(checkpoint, columns=["add"]).to_pylist()]
        files = {add["path"]: dict(add["tags"] or []) for add in adds if add}
    for commit in sorted(log.glob("*.json")):
        for action in map(json.loads, commit.read_text().splitlines() if int(commit.stem) > start else []):
            if "add" in action:
                files[action["add"]["path"]] = action["add"].get("tags") or {}
            files.pop(action.get("remove", {}).get("path"), None)
    return files


def check_file(path, date, blocks, keys, found):
    """Which of these blocks are in a file, how many of its events are theirs as signed, and the numbers of the others."""
    import pyarrow.parquet

    read = pyarrow.parquet.ParquetFile(path).read().sort_by("seq")
    types = [kind if pyarrow.types.is_string(kind) else pyarrow.int64() for kind in read.schema.types]
    columns = {name: read[name].cast(kind).to_pylist() for name, kind in zip(read.column_names, types)}
    met, proved, others = [], 0, set(columns["seq"])
    for block in blocks:
        _, _, day, _, first, last, _ = block.split(" ")
        rows = [at for at, seq in enumerate(columns["seq"]) if day == date and int(first) <= seq <= int(last)]
        of_block = {name: [values[at] for at in rows] for name, values in columns.items()}
        if rows and block in keys and holds(of_block, block, keys[block]):
            proved += len(rows)
        elif rows:
            found.append(f"{path.name}: the access events {first} to {last} are not those that were signed")
        met, others = met + [block] * bool(rows), others - set(of_block["seq"])
    return met, proved, others


def check_access(table, leaves, found):
    leaves = [leaf.decode() for leaf in leaves]
    over = {leaf.split(" ")[2]: int(leaf.split(" ")[1]) for leaf in leaves if leaf.startswith("over")}
    blocks, met, proved = [leaf for leaf in leaves if leaf.startswith("sealed ")], [], 0
    found += [f"a leaf is no block: {leaf}" for leaf in leaves if not leaf.startswith(("sealed ", "over "))]
    oldest, newest = (of(int(block.split(" ")[at]) for block in blocks) if blocks else 0 for of, at in ((min, 4), (max, 5)))
    for path, tags in table_files(table).items():
        keys = dict(line.rsplit(" ", 1) for line in tags.get("gatelog.blocks", "").splitlines())
        of_file, count, others = check_file(table / path, path[5:15], blocks, keys, found)
        found += [f"{path}: {block} is there twice" for block in of_file if block in met]
        found += [f"{path}: event {seq} was never signed" for seq in others if oldest <= seq <= newest][:1]
        met, proved = met + of_file, proved + count
    for _, segment, date, _, first, last, _ in (block.split(" ") for block in blocks if block not in met):
        if over.get(date, -1) < int(segment):
            found.append(f"the access events {first} to {last} of {date} are missing")
    print(f"{proved} access events are as they were signed")


# Logs (C2SP tlog-tiles)
def tile_bytes(log, level, index, count):
    groups, rest = [f"{index % 1000:03}"], index // 1000
    while rest:
        groups, rest = [*groups, f"x{rest % 1000:03}"], rest // 1000
    path = log.joinpath("tile", level, *reversed(groups))
    width = max(0, min(256, count - index * 256))
    path = path if width == 256 else path.with_name(path.name + ".p") / str(width)
    return path.read_bytes() if path.is_file() else b""


def read_entries(data):
    entries = []
    while len(data) >= 2:
        length = int.from_bytes(data[:2], "big")
        entries, data = [*entries, data[2 : 2 + length]], data[2 + length :]
    return entries if not data else []


def check_tiles(log, size, found):
    """The leaves and their hashes, after every tile was compared with what it is made of."""
    tiles = range((size + 255) // 256)
    leaves = [entry for index in tiles for entry in read_entries(tile_bytes(log, "entries", index, size))]
    hashes = level = [leaf_hash(entry) for entry in leaves]
    if len(leaves) != size:
        found.append(f"there are {len(leaves)} leaves of {size}")
    above = 0
    while level:
        groups = [level[at : at + 256] for at in range(0, len(level), 256)]
        for index, want in enumerate(groups):
            if tile_bytes(log, str(above), index, len(level)) != b"".join(want):
                found.append(f"tile {index} of level {above} is not made of those below")
        level, above = [root_of(want) for want in groups if len(want) == 256], above + 1
    return leaves, hashes


def check_log(tenant, name, keys, earlier, found):
    """The leaves of a log and their hashes; nothing when its checkpoint cannot be believed."""
    log = tenant / "proof" / name
    path = log / "checkpoint"
    checkpoint = open_note(path.read_text(errors="replace"), keys) if path.is_file() else None
    if checkpoint is None or not checkpoint[0].endswith("/" + name):
        return found.append(f"the checkpoint of {name} is missing, not signed by any of the keys, or was altered")
    origin, size, signed = checkpoint
    leaves, hashes = check_tiles(log, size, found)
    if root_of(hashes) != signed:
        found.append(f"{name}: the hashes of the leaves do not lead to the signed root")
    for of, count, known in earlier:
        if of == origin and count > size:
            found.append(f"rolled back: a checkpoint of {count} leaves was published, there are {size}")
        elif of == origin and root_of(hashes[:count]) != known:
            found.append(f"not a continuation of the checkpoint of {count} leaves")
    print(f"{origin}: {size} leaves, root {signed.hex()}")
    return leaves, hashes


def check(root, keys, earlier):
    if not root.is_dir():
        return check_bundle(root, keys)
    tenant, found = root / "tenants" / "1", []
    if not tenant.is_dir():
        raise Cannot(f"{root} is no data directory")
    trail = check_log(tenant, "trail", keys, earlier, found)
    if trail is not None:
        check_trail(tenant, trail[1], found)
    access = check_log(tenant, "access", keys, earlier, found)
    try:
        if access is not None and access[0]:
            check_access(tenant / "access", access[0], found)
    except (ValueError, OSError) as error:
        found.append(f"the table of access events cannot be read: {error}")
    return found


def check_bundle(path, keys):
    bundle = json.loads(path.read_text())
    if not isinstance(bundle, dict) or bundle.get("bundle") != "gatelog-1":
        raise Cannot(f"{path} is not a bundle of a known form")
    checkpoint = open_note(bundle["checkpoint"], keys)
    if checkpoint is None:
        return ["the checkpoint is signed by none of the keys, or was altered"]
    origin, size, signed = checkpoint
    print(f"{origin}: {size} leaves, root {signed.hex()}")
    found, seen = [], set()
    for record in bundle["records"]:
        seq, proof = record["seq"], [unbase64(text) for text in record["proof"]]
        act = act_leaf(record["kind"], unbase64(record["record"]))
        if act is None or led_to(leaf_hash(act[0]), seq, size, proof) != signed:
            found.append(f"operator event {seq} is not the one that was signed")
        elif seq in seen:
            found.append(f"operator event {seq} is there twice")
        seen.add(seq)
    print(f"{len(seen)} records of the bundle were looked at")
    return found


def main(check, about):
    arguments = argparse.ArgumentParser(description=about.split("\n")[0])
    arguments.add_argument("path", type=pathlib.Path)
    arguments.add_argument("--pubkey")
    arguments.add_argument("--checkpoint", action="append", default=[])
    arguments.add_argument("--witness")
    asked = arguments.parse_args()
    try:
        keys = read_keys(asked.pubkey or asked.path / "proof.pub")
        witnesses = read_keys(asked.witness, b"\x04") if asked.witness else None
        earlier = [note for path in asked.checkpoint
                   for file in sorted(pathlib.Path(path).rglob("*.checkpoint")) or [path] for note in read_notes(file, keys, witnesses)]
        found = check(asked.path, keys, earlier)
    except (Cannot, ImportError, OSError, KeyError, TypeError, ValueError) as error:
        way_out = ": access events need pyarrow (pip install pyarrow)" if isinstance(error, ImportError) else ""
        print(f"cannot be checked: {error}{way_out}", file=sys.stderr)
        return 2
    for what in found[:20]:
        print(f"ALTERED {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(check, __doc__))
