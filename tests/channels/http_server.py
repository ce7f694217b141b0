#!/usr/bin/env python3
"""Usage: http_server.py DIR [CERTIFICATE KEY]

An HTTP server (HTTPS with a certificate) on a free port of 127.0.0.1, which it writes to DIR/port.
Each request becomes a line of JSON in DIR/requests. The n-th one is answered as line n of
DIR/answers says (the last line goes on), which is one of
    STATUS [NAME=VALUE]... [BODY]    headers, and a body in which %PATH, %BODY and %HEADER(Name) stand
                                     for those of the request
    slow | reset | garbage | cut | endless
"""
import base64
import http.server
import json
import os
import re
import socket
import ssl
import struct
import sys
import time

folder = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def log_message(self, *args):
        pass

    def answer(self):
        with open(os.path.join(folder, "answers")) as f:
            lines = f.read().splitlines()
        n = Handler.count
        Handler.count += 1
        return lines[min(n, len(lines) - 1)]

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        line = {
            "path": self.path,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": base64.b64encode(body).decode(),
            "time": time.time(),
        }
        with open(os.path.join(folder, "requests"), "a") as f:
            f.write(json.dumps(line) + "\n")
        self.reply(self.answer(), body)

    do_GET = do_PUT = do_POST

    def reply(self, answer, body):
        if answer == "slow":
            time.sleep(30)
        elif answer == "reset":
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif answer == "garbage":
            self.wfile.write(b"\x00\xff\x1b[31mno HTTP at all\r\n\r\n")
        elif answer == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok")
        elif answer == "endless":
            self.wfile.write(b"HTTP/1.1 500 No\r\n\r\n")
            try:
                for _ in range(100000):
                    self.wfile.write(b"x" * 1000)
            except OSError:
                pass
        else:
            return self.reply_with(answer, body)
        self.close_connection = True

    def reply_with(self, answer, body):
        status, _, rest = answer.partition(" ")
        self.send_response(int(status))
        while m := re.match(r"([A-Za-z-]+)=(\S+) ?", rest):
            self.send_header(m[1], m[2].replace("_", " "))
            rest = rest[m.end():]
        rest = rest.replace("%PATH", self.path).replace("%BODY", body.decode("utf-8", "replace"))
        rest = re.sub(r"%HEADER\((.*?)\)", lambda m: self.headers.get(m[1], ""), rest)
        rest = rest.replace("%ESC", "\x1b")
        data = rest.encode("utf-8", "replace")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(os.path.join(folder, "port.new"), "w") as f:
    f.write(str(server.server_address[1]))
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
