"""Signs in to the desk of a demo as its administrator and issues a token for everything, as a person does."""

import re
import sys

import requests

base = sys.argv[1]
browser = requests.Session()
people = browser.get(f"{base}/demo/devices.json", timeout=20).json()
admin = next(person for person in people if person["email"] == "admin@demo.example")


def send(path, page, **fields):
    token = re.search(r'name="csrf" value="([^"]*)"', page.text)
    fields["csrf"] = token.group(1) if token else ""
    answer = browser.post(base + path, data=fields, timeout=20)
    answer.raise_for_status()
    return answer


page = browser.get(f"{base}/desk/sign-in", timeout=20)
page = send("/desk/sign-in", page, email=admin["email"], password=admin["password"])
code = next(device["codes"][1] for device in admin["devices"] if device["active"])
page = send("/desk/sign-in/device", page, code=code)
page = browser.get(f"{base}/desk/tokens", timeout=20)
scopes = re.findall(r'name="scope" value="([^"]+)"', page.text)
page = send("/desk/tokens", page, name="schemathesis", days="1", networks="127.0.0.1", scope=scopes)
print(re.search(r"mfad_[A-Za-z0-9_-]{43}", page.text).group(0))
