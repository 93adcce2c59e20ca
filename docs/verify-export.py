#!/usr/bin/env python3
"""verify-export.py FILE MANIFEST KEY: checks an exported audit log without mfa-desk. KEY is the log's verifier key,
name+id+base64. Python's standard library has no Ed25519, so `openssl pkeyutl` (1.1.1 or newer) checks the signatures."""
import base64, csv, hashlib, hmac, io, json, os, subprocess, sys, tempfile

path, manifest, (name, key_id, key) = sys.argv[1], sys.argv[2], sys.argv[3].split("+", 2)
sha256 = lambda data: hashlib.sha256(data).digest()

def opened(text, signatures):  # a C2SP signed note: the text, once the key has signed it
    mine = [line.split(" ")[2] for line in signatures.split("\n") if line.startswith(f"\u2014 {name} ")]
    signature = next(raw for raw in map(base64.b64decode, mine) if raw[:4].hex() == key_id)[4:]
    with tempfile.TemporaryDirectory() as folder:
        put = lambda file, data: open(os.path.join(folder, file), "wb").write(data)
        put("key", bytes.fromhex("302a300506032b6570032100") + base64.b64decode(key)[1:])
        put("text", text.encode()), put("signature", signature)
        subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key", "-in",
                        "text", "-sigfile", "signature"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return text.split("\n")

text, signatures, *hashes = open(manifest, encoding="utf-8", newline="").read().split("\n\n")
title, said, _ = opened(text + "\n", signatures)
said, omitted = json.loads(said), iter("".join(hashes).split())
origin, size, root, _ = opened(*[part + end for part, end in zip(said["checkpoint"].split("\n\n"), ("\n", ""))])
content = open(path, "rb").read()
assert title == "mfa-desk audit export 1" and origin == name, "this is no manifest"
assert hashlib.sha256(content).hexdigest() == said["sha256"] and len(content) == said["bytes"], "another file"

tree, leaves = [], 0  # the roots of the perfect subtrees so far, with their levels (RFC 9162)
def add(level, hash):
    global leaves
    leaves += 1 << level
    while tree and tree[-1][0] == level:
        level, hash = level + 1, sha256(b"\1" + tree.pop()[1] + hash)
    tree.append((level, hash))
def skip_to(index):  # what was left out stands as the hashes of the perfect subtrees that it fills
    while leaves < index:
        add(min((leaves & -leaves or 1 << 62).bit_length(), (index - leaves).bit_length()) - 1, bytes.fromhex(next(omitted)))

value = lambda cell: cell[1:] if cell.startswith("'") else cell
table = csv.DictReader(io.StringIO(content.decode(), newline=""))
rows = ({c: value(v) for c, v in row.items()} for row in table) if said["format"] == "csv" else map(
    json.loads, content.decode().split("\n")[:-1])
count = 0
for count, row in enumerate(rows, 1):
    assert int(row["seq"]) > leaves, "a row stands twice or in the wrong place"
    skip_to(int(row["seq"]) - 1)
    details = row["details"] if isinstance(row["details"], dict) else json.loads(row["details"])
    hashed = {c: row[c] for c in ("at", "actor_kind", "action", "case_ref")} | {"seq": int(row["seq"]), "details": details}
    personal = {c: row[c] for c in ("actor", "account_id", "ip")}
    if int(row["form"]) == 1:
        hashed |= personal
    else:
        mac = lambda c, salt: hmac.new(bytes.fromhex(salt), f"{c}\0{personal[c]}".encode(), "sha256").hexdigest()
        parts = zip(personal, (row["salts"] or "..").split("."), (row["digests"] or "..").split("."))
        hashed |= {"form": int(row["form"]), "personal": {c: mac(c, s) if personal[c] else gone for c, s, gone in parts}}
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(row["prev_hash"].encode() + text).hexdigest() == row["hash"], f"entry {row['seq']} was changed"
    add(0, sha256(b"\0" + text))
skip_to(int(size))
top = tree.pop()[1] if tree else sha256(b"")
while tree:
    top = sha256(b"\1" + tree.pop()[1] + top)
assert next(omitted, None) is None and leaves == int(size) and count == said["rows"], "not as many entries as it says"
assert base64.b64encode(top).decode() == root, "the entries do not lead to the root of the checkpoint"
print(f"whole: {count} of {size} entries, filters {json.dumps(said['filters'])}, checkpoint {origin} {size} {root}")
