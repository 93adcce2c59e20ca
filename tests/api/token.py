"""Signs in to a demo's desk as its administrator and issues a token with every scope, as a person would."""
import re
import sys

import requests

base = sys.argv[1]
email, password = "admin@demo.example", sys.argv[2] if len(sys.argv) > 2 else None
browser = requests.Session()
if password is None:
    home = browser.get(f"{base}/desk/sign-in").text
    password = re.search(r"[a-z]+-[a-z]+-[a-z]+-demo|demo-password", home)
