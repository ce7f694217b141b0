#!/usr/bin/env python3
"""Usage: smtp_server.py DIR MODE CERTIFICATE KEY

An SMTP server on a free port of 127.0.0.1, which it writes to DIR/port. MODE is starttls, tls (from
the first byte), plain (no encryption at all), or login (starttls, and user `me` with the password
in DIR/password). Each mail becomes DIR/mail.N and a line of JSON in DIR/envelopes. Recipients that
begin with `no` are refused for good, those with `later` for now.
"""
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder, mode, certificate, key = sys.argv[1:]


class Handler:
    n = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no"):
            return "550 5.1.1 no such user"
        if address.startswith("later"):
            return "451 4.3.0 try again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with open(os.path.join(folder, f"mail.{Handler.n}"), "wb") as f:
            f.write(envelope.original_content)
        Handler.n += 1
        with open(os.path.join(folder, "envelopes"), "a") as f:
            line = {"from": envelope.mail_from, "to": envelope.rcpt_tos,
                    "tls": session.ssl is not None or mode == "tls", "ehlo": session.host_name}
            f.write(json.dumps(line) + "\n")
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    with open(os.path.join(folder, "password"), "rb") as f:
        return AuthResult(success=data.login == b"me" and data.password == f.read().strip(),
                          handled=False)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)


def make():
    how = {}
    if mode in ("starttls", "login"):
        how.update(tls_context=context, require_starttls=True)
    if mode == "login":
        how.update(authenticator=login, auth_required=True)
    return SMTP(Handler(), hostname="localhost", **how)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0,
                                      ssl=context if mode == "tls" else None)
    with open(os.path.join(folder, "port.new"), "w") as f:
        f.write(str(server.sockets[0].getsockname()[1]))
    os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
    await server.serve_forever()


asyncio.run(main())
