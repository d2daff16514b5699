"""A client by httpx, which does what it reads line by line, and says what came of it."""

import json
import ssl
import sys

import httpx

origin, certificate, name = sys.argv[1:]
context = ssl.create_default_context(cafile=certificate)
client = httpx.Client(base_url=origin, verify=context, trust_env=False, follow_redirects=False)


def ask(question):
    headers, form = dict(question["headers"]), question["form"]
    if form is None:
        answer = client.get(question["path"], headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = client.post(question["path"], headers=headers, content=form)
    return {"status": answer.status_code, "headers": dict(answer.headers), "body": answer.text}


def kept():
    cookies = [cookie for cookie in client.cookies.jar if cookie.name == name]
    assert len(cookies) < 2, cookies
    for cookie in cookies:
        assert cookie.get_nonstandard_attr("SameSite") == "Lax", cookie
        return {
            "value": cookie.value,
            "path": cookie.path,
            "host_only": not cookie.domain_specified,
            "secure": cookie.secure,
            "http_only": cookie.has_nonstandard_attr("HttpOnly"),
            "expires": cookie.expires,
        }


for line in sys.stdin:
    question = json.loads(line)
    print(json.dumps(ask(question) if question else kept()), flush=True)
