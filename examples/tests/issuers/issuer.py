"""An issuer on this machine: `issuer.py LIBRARY PORT` signs with PyJWT, Authlib or joserfc.

It prints its address, and serves

    GET  /jwks                        the public keys
    GET  /token?alg=..&claim=value    a token; values are JSON, `typ` is the header's
    POST /rotate                      new keys sign, the old ones stay published
    POST /retire                      the old keys are published no more
"""

import json
import sys
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

warnings.simplefilter("ignore")


class PyJWT:
    def __init__(self):
        from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
        from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAPSSAlgorithm

        self.keys = {
            "ES256": ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
            "PS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        }
        self.kinds = {"ES256": ECAlgorithm, "EdDSA": OKPAlgorithm, "PS256": RSAPSSAlgorithm}

    def public(self, alg):
        return json.loads(self.kinds[alg].to_jwk(self.keys[alg].public_key()))

    def sign(self, header, claims):
        import jwt

        return jwt.encode(claims, self.keys[header["alg"]], algorithm=header["alg"], headers=header)


class Authlib:
    def __init__(self):
        from authlib.jose import JsonWebKey

        self.keys = {
            "ES256": JsonWebKey.generate_key("EC", "P-256", is_private=True),
            "EdDSA": JsonWebKey.generate_key("OKP", "Ed25519", is_private=True),
            "PS256": JsonWebKey.generate_key("RSA", 2048, is_private=True),
        }

    def public(self, alg):
        return dict(self.keys[alg].as_dict(is_private=False))

    def sign(self, header, claims):
        from authlib.jose import JsonWebToken

        return JsonWebToken([header["alg"]]).encode(header, claims, self.keys[header["alg"]]).decode()


class Joserfc:
    def __init__(self):
        from joserfc.jwk import ECKey, OKPKey, RSAKey

        self.keys = {
            "ES256": ECKey.generate_key("P-256"),
            "EdDSA": OKPKey.generate_key("Ed25519"),
            "PS256": RSAKey.generate_key(2048),
        }

    def public(self, alg):
        return self.keys[alg].as_dict(private=False)

    def sign(self, header, claims):
        from joserfc import jwt

        return jwt.encode(header, claims, self.keys[header["alg"]], algorithms=[header["alg"]])


LIBRARIES = {"PyJWT": PyJWT, "Authlib": Authlib, "joserfc": Joserfc}


class Issuer:
    def __init__(self, library):
        self.library = library
        self.rings = []
        self.drawn = 0
        self.rotate()

    def rotate(self):
        self.drawn += 1
        self.rings.insert(0, (f"{time.time_ns()}-{self.drawn}", self.library()))

    def retire(self):
        del self.rings[1:]

    def jwks(self):
        keys = []
        for name, ring in self.rings:
            for alg in ring.keys:
                keys.append({**ring.public(alg), "kid": f"{name}-{alg}", "alg": alg, "use": "sig"})
        return {"keys": keys}

    def token(self, address, asked):
        now = int(time.time())
        name, ring = self.rings[0]
        alg = asked.pop("alg")
        header = {"alg": alg, "typ": asked.pop("typ", "at+jwt"), "kid": f"{name}-{alg}"}
        claims = {
            "iss": address,
            "sub": "ada",
            "aud": "shop",
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "jti": f"{time.time_ns()}",
            "scope": "profile orders:read",
            "roles": ["customer"],
        }
        claims.update((name, json.loads(value)) for name, value in asked.items())
        return ring.sign(header, claims)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/jwks":
            self.answer(json.dumps(self.server.issuer.jwks()))
        else:
            address = f"http://127.0.0.1:{self.server.server_port}"
            self.answer(self.server.issuer.token(address, dict(parse_qsl(url.query))))

    def do_POST(self):
        getattr(self.server.issuer, self.path.strip("/"))()
        self.answer("")

    def answer(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
server.issuer = Issuer(LIBRARIES[sys.argv[1]])
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
