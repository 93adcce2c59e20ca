#!/usr/bin/env python3
"""verify-export.py FILE MANIFEST KEY: checks an exported audit log without mfa-desk. KEY is the log's verifier key,
name+id+base64. Python's standard library has no Ed25519, so `openssl pkeyutl` (1.1.1 or newer) checks the signatures.
Exit 0 whole, 1 broken."""
import base64, csv, hashlib, hmac, io, json, os, re, subprocess, sys, tempfile

COLUMNS = ("seq at actor_kind actor action case_ref account_id ip details prev_hash hash form salts digests "
           "erased_by").split()
PERSONAL = ("actor", "account_id", "ip")
sha256 = lambda data: hashlib.sha256(data).digest()

def check(ok, why):  # no assert: python3 -O leaves those out
    if not ok:
        sys.exit(f"broken: {why}")

def once(pairs):
    check(len(dict(pairs)) == len(pairs), "a member stands twice")
    return dict(pairs)

read = lambda text: json.loads(text, object_pairs_hook=once)
written = lambda value, **how: json.dumps(value, separators=(",", ":"), ensure_ascii=False, **how)

def holds(value):  # RFC 8785 writes numbers as doubles, which would make some different numbers the same
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return all(map(holds, inner)) and not isinstance(value, float) and not (type(value) is int and abs(value) >= 1 << 53)

def exact(text):  # the JSON that the text is, or the text itself where we would not write that JSON so
    try:
        value = json.loads(text)
        return value if holds(value) and written(value, sort_keys=True) == text else text
    except ValueError:
        return text

def is_object(text):
    try:
        return text.startswith("{") and not set(text) & set("\r\n") and isinstance(json.loads(text), dict)
    except ValueError:
        return False

def number(text):
    check(re.fullmatch("0|[1-9][0-9]*", text, re.ASCII), f"{text!r} is no number")
    return int(text)

def opened(note, name, key_id, key):  # a C2SP signed note: the lines of its text, once the key has signed it
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    mine = [line.split(" ")[2] for line in signatures.split("\n") if line.startswith(f"\u2014 {name} ")]
    mine = [raw[4:] for raw in map(base64.b64decode, mine) if raw[:4].hex() == key_id]
    check(mine, "not signed by this key")
    for signature in mine:
        with tempfile.TemporaryDirectory() as folder:
            for file, data in (("key", bytes.fromhex("302a300506032b6570032100") + key), ("text", text.encode()),
                               ("signature", signature)):
                with open(os.path.join(folder, file), "wb") as out:
                    out.write(data)
            verify = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key", "-in",
                      "text", "-sigfile", "signature"]
            done = subprocess.run(verify, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            check(done.returncode == 0, "the signature does not fit")
    return text.split("\n")

def rows_of(form, text):  # the rows as texts; a file that is not written as an export writes it is none
    if form == "csv":
        csv.field_size_limit(sys.maxsize)
        cells, again = list(csv.reader(io.StringIO(text, newline=""), strict=True)), io.StringIO(newline="")
        csv.writer(again, lineterminator="\r\n").writerows(cells)
        check(again.getvalue() == text and cells[:1] == [COLUMNS], "not written as an export writes it")
        for row in cells[1:]:
            check(len(row) == len(COLUMNS), "a row has another number of cells")
            values = [cell[1:] if cell.startswith("'") else cell for cell in row]
            inert = ["'" + value if value[:1] in tuple("=+-@\t\r\n'") else value for value in values]
            check(inert == row, "a cell is not written as an export writes it")
            yield dict(zip(COLUMNS, values))
        return
    lines = text.split("\n")
    check(lines.pop() == "", "the last line does not end")
    for line in lines:
        row = read(line)
        check(list(row) == COLUMNS and written(row) == line, "not written as an export writes it")
        check(type(row["seq"]) is int and type(row["form"]) is int, "a number is none")
        texts = [value for column, value in row.items() if column not in ("seq", "form", "details")]
        check(all(isinstance(value, str) for value in texts), "a text is none")
        if isinstance(row["details"], dict):
            row["details"] = written(row["details"], sort_keys=True)
            check(f',"details":{row["details"]},"prev_hash":' in line, "details not written as an export writes them")
        else:
            check(isinstance(row["details"], str) and not is_object(row["details"]), "details are none")
        yield row | {"seq": str(row["seq"]), "form": str(row["form"])}

def fits(row, wanted):
    action, actor = wanted.get("action"), wanted.get("actor")
    begins = action is not None and action.endswith(".")
    return (wanted.get("from", "") <= row["at"] and ("to" not in wanted or row["at"] < wanted["to"])
            and wanted.get("case_ref", row["case_ref"]) == row["case_ref"]
            and (actor is None or row["actor" if "@" in actor else "actor_kind"] == actor)
            and (action is None or (row["action"].startswith(action) if begins else row["action"] == action)))

def main(path, manifest, key):
    name, key_id, key = key.split("+", 2)
    key = base64.b64decode(key, validate=True)
    check(len(key) == 33 and sha256(f"{name}\n\1".encode() + key[1:])[:4].hex() == key_id and key[0] == 1,
          "this is no verifier key")
    with open(manifest, encoding="utf-8", newline="") as file:
        parts = file.read().split("\n\n")
    check(len(parts) == 3, "this is no manifest")
    lines = opened(f"{parts[0]}\n\n{parts[1]}\n", name, key_id, key[1:])
    check(len(lines) == 3 and lines[0] == "mfa-desk audit export 1", "this is no manifest")
    said, hashes = read(lines[1]), parts[2].split("\n")
    check(list(said) == "at format columns filters bytes sha256 rows omitted first last checkpoint".split(), "no manifest")
    check(said["format"] in ("csv", "jsonl") and said["columns"] == COLUMNS, "of a form that has no manifest")
    check(set(said["filters"]) <= {"from", "to", "case_ref", "actor", "action"}, "an unknown filter")
    check(hashes.pop() == "" and all(re.fullmatch("[0-9a-f]{64}", hash) for hash in hashes), "a hash is none")
    origin, size, root, *_ = opened(said["checkpoint"], name, key_id, key[1:])
    size, omitted = number(size), iter(hashes)
    check(origin == name, "the key is not the one of this log")
    check(said["rows"] + said["omitted"] == size, "another number of entries")
    with open(path, "rb") as file:
        content = file.read()
    check(hashlib.sha256(content).hexdigest() == said["sha256"] and len(content) == said["bytes"], "another file")

    tree, leaves = [], 0  # the roots of the perfect subtrees so far, with their levels (RFC 9162)
    def add(level, hash):
        nonlocal leaves
        leaves += 1 << level
        while tree and tree[-1][0] == level:
            level, hash = level + 1, sha256(b"\1" + tree.pop()[1] + hash)
        tree.append((level, hash))
    def skip_to(index):  # what was left out stands as the hashes of the perfect subtrees that it fills
        while leaves < index:
            hash = next(omitted, None)
            check(hash is not None, "too few hashes of what was left out")
            add(min((leaves & -leaves or 1 << 62).bit_length(), (index - leaves).bit_length()) - 1, bytes.fromhex(hash))

    count, first, last, erased = 0, None, {"seq": 0, "hash": "0" * 64}, {}
    for count, row in enumerate(rows_of(said["format"], content.decode()), 1):
        seq, form = number(row["seq"]), int(row["form"])
        check(leaves < seq <= size, f"entry {seq} does not follow the entry before it")
        skip_to(seq - 1)
        check(str(form) == row["form"], "a form is none")
        salts, digests, by = ((row[c] or "..").split(".") for c in ("salts", "digests", "erased_by"))
        check(len(salts) == len(digests) == len(by) == 3, f"entry {seq} cannot be read")
        for value, salt, digest, order in zip((row[c] for c in PERSONAL), salts, digests, by):
            check(re.fullmatch("([0-9a-f]{2})*", salt), f"a salt of entry {seq} is none")
            check(not salt or (value and form != 1), f"entry {seq} has a salt of nothing")
            check(bool(digest) == bool(order) and not (digest and (value or form == 1)), f"entry {seq} has what is erased")
            if order:
                check(number(order) > seq, f"entry {seq} is marked as erased by one before it")
                erased[int(order)] = erased.get(int(order), 0) + 1
        check(seq not in erased or row["action"] == "privacy.erased", f"entry {seq} orders no erasure")
        hashed = {c: row[c] for c in ("at", "actor_kind", "action", "case_ref")}
        hashed |= {"seq": seq, "details": exact(row["details"])}
        if form == 1:
            hashed |= {c: row[c] for c in PERSONAL}
        else:
            mac = lambda c, salt: hmac.new(bytes.fromhex(salt), f"{c}\0{row[c]}".encode(), "sha256").hexdigest()
            parts = zip(PERSONAL, salts, digests)
            hashed |= {"form": form, "personal": {c: mac(c, salt) if row[c] else gone for c, salt, gone in parts}}
        text = written(hashed, sort_keys=True).encode()
        check(hashlib.sha256(row["prev_hash"].encode() + text).hexdigest() == row["hash"], f"entry {seq} was changed")
        check(last["seq"] + 1 != seq or last["hash"] == row["prev_hash"], f"entry {seq} is not linked to the one before")
        check(fits(row, said["filters"]), f"entry {seq} does not fit the filters")
        add(0, sha256(b"\0" + text))
        last = {"seq": seq, "hash": row["hash"]}
        first = first or last
    check(said["first"] == first and said["last"] == (last if first else None), "begins or ends with another entry")
    skip_to(size)
    top = tree.pop()[1] if tree else sha256(b"")
    while tree:
        top = sha256(b"\1" + tree.pop()[1] + top)
    check(next(omitted, None) is None and count == said["rows"], "not as many entries as it says")
    check(base64.b64encode(top).decode() == root, "the entries do not lead to the root of the checkpoint")
    print(f"whole: {count} of {size} entries, filters {written(said['filters'])}, checkpoint {origin} {size} {root}")
    for order, fields in sorted(erased.items()):
        print(f"{fields} fields are marked as erased by entry {order}" + (", which is later" if order > size else ""))

try:
    main(*sys.argv[1:])
except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, csv.Error) as error:
    check(False, f"cannot be read: {error!r}")
