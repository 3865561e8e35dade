#!/usr/bin/env python3
"""Checks what verify.py beside this file checks, and besides archives and the proof of one access event.

    tools/verify_more.py PATH [--pubkey FILE] [--checkpoint PATH]... [--witness FILE]

PATH may also be an archive, a day of it, or what `gatelog proof` gives. All else is as in verify.py.
"""

import json
import re
import sys

import verify
from verify import PERSONAL, Cannot, commitment_of, digest_of_trees, event_hash, leaf_hash, leaves_of, led_to, open_note, relative, sha256, unbase64


def check_day(root, keys):
    """What is wrong with a day of an archive."""
    if not (root / "archive.json").is_file():
        return [f"{root} has no description of what was archived"]
    archived, found, proved, names = json.loads((root / "archive.json").read_text()), [], 0, set()
    if archived["archive"] != "gatelog-day-1":
        raise Cannot(f"{root}: an archive of another form")
    checkpoint = open_note(archived["checkpoint"], keys)
    if checkpoint is None or not checkpoint[0].endswith("/access"):
        return [f"{root}: the checkpoint is that of another log, or signed by none of the keys"]
    for file in archived["files"]:
        blocks = dict(of["block"].rsplit(" ", 1) for of in file["blocks"])
        for block, of in zip(blocks, file["blocks"]):
            if led_to(leaf_hash(block.encode()), of["leaf"], checkpoint[1], [unbase64(text) for text in of["proof"]]) != checkpoint[2]:
                found.append(f"{file['name']}: a block is not one that was signed")
        names.add(file["name"])
        try:
            met, count, others = verify.check_file(root / file["name"], archived["day"], blocks, blocks, found)
        except (ValueError, OSError) as error:
            found.append(f"{file['name']} cannot be read: {error}")
            continue
        found += [f"{file['name']}: the events of {block} are missing" for block in blocks if block not in met]
        found += [f"{file['name']}: {len(others)} events were never signed"] if others else []
        proved += count
    found += [f"{path.name} is not of the day" for path in root.glob("*.parquet") if path.name not in names]
    print(f"{proved} archived access events of {archived['day']} are as they were signed")
    return found


def event_holds(bundle, root, size):
    """Whether an access event is in the block it says, and that in the log."""
    event, block = bundle["event"], bundle["block"].split(" ")
    shape = [(column["name"], column["texts"], column["least"], column["bits"]) for column in event["columns"]]
    numbers, texts, values, names = event["numbers"], event["texts"], [], unhex(event["names"], 32)
    hashes = lambda path: [unhex(text, 32) for text in path]
    if led_to(leaf_hash(bundle["block"].encode()), bundle["index"], size, hashes(bundle["path"])) != root:
        return False
    if block[0] != "sealed" or not all(re.fullmatch("[a-z0-9_]+", name) and bits <= 64 for name, _, _, bits in shape):
        return False
    ((kind, told),) = event["personal"].items()
    if kind == "told" and (told["texts"].keys() - PERSONAL or not all(told["texts"].values())):
        return False
    commitment = unhex(told, 32) if kind == "withheld" else commitment_of(unhex(told["salt"], 16), told["texts"])
    before, everything = 0, sum(count for _, count, _, _ in shape)
    for name, count, _, _ in shape:
        text = texts.get(name, {"which": None})
        values.append(text["which"] if count else relative(name, numbers.get(name), event["place"]))
        if name in (numbers if count else texts) or (name in texts and text["which"] not in range(1, count + 1)):
            return False
        said = text.get("said")
        own = said and leaf_hash(sha256(unhex(said["salt"], 16) + said["text"].encode()))
        if said and led_to(own, before + text["which"] - 1, everything, hashes(said["path"])) != names:
            return False
        before += count
    own = event_hash(commitment, shape, values)
    if own is None or {*numbers, *texts} - {name for name, *_ in shape}:
        return False
    at, of_leaf, count = event["place"] % 16, hashes(event["beside"]), int(block[3])
    of_leaf.insert(at, own)
    if len(of_leaf) != min(16, count - event["place"] + at):
        return False
    events = led_to(*leaves_of(of_leaf), event["place"] // 16, (count + 15) // 16, hashes(event["path"]))
    return events is not None and digest_of_trees(shape, names, events) == block[6]


def unhex(text, count):
    if not re.fullmatch("[0-9a-f]{%d}" % (2 * count), text):
        raise ValueError(f"not {2 * count} hexadecimal digits: {text}")
    return bytes.fromhex(text)


def check_event(bundle, keys):
    checkpoint = open_note(bundle["checkpoint"], keys)
    if checkpoint is None:
        return ["the checkpoint is signed by none of the keys, or was altered"]
    origin, size, signed = checkpoint
    print(f"{origin}: {size} leaves, root {signed.hex()}")
    holds, number = event_holds(bundle, signed, size), bundle["event"]["numbers"]["seq"]
    return [] if holds else [f"access event {number} is not the one that was signed"]


def check(root, keys, earlier):
    if (root / "archive.json").is_file():
        return check_day(root, keys)
    if (root / "access").is_dir():
        bundles = [what for path in sorted(root.glob("trail/*")) for what in verify.check_bundle(path, keys)]
        return [what for path in sorted((root / "access").iterdir()) for what in check_day(path, keys)] + bundles
    bundle = json.loads(root.read_text()) if root.is_file() else None
    if isinstance(bundle, dict) and bundle.get("bundle") == "gatelog-event-1":
        return check_event(bundle, keys)
    return verify.check(root, keys, earlier)


if __name__ == "__main__":
    sys.exit(verify.main(check, __doc__))
