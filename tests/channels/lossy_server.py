"""An HTTP server that refuses some requests: lossy_server.py DIR PERCENT

Its port is written to DIR/port. Of each request a line goes to DIR/log: the status it was answered
with, and of the notice in its body the id, the incident, the event and the dedup key, between tabs.
Which requests are refused with 500 follows from a fixed seed.
"""
import http.server
import json
import os
import random
import sys
import threading

folder, percent = sys.argv[1], float(sys.argv[2])
chance, lock = random.Random(6), threading.Lock()
log = open(os.path.join(folder, "log"), "a", buffering=1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        notice = json.loads(body)
        with lock:
            status = 500 if chance.random() * 100 < percent else 200
            parts = (str(status), notice["notice"], notice["incident"], notice["event"], notice["dedup_key"])
            log.write("\t".join(parts) + "\n")
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(os.path.join(folder, "port.new"), "w") as f:
    print(server.server_port, file=f)
os.rename(os.path.join(folder, "port.new"), os.path.join(folder, "port"))
server.serve_forever()
