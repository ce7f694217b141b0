#!/usr/bin/env python3
"""Usage: check_mail.py MAIL NOTICE EOL

Reads a mail with Python's email package and holds it against the notice. EOL is lf or crlf.
"""
import email
import email.policy
import email.utils
import html.parser
import json
import re
import sys
import time

with open(sys.argv[1], "rb") as f:
    raw = f.read()
with open(sys.argv[2], encoding="utf-8") as f:
    notice = json.loads(f.read())


def fail(why):
    print(f"check_mail.py: {why}\n{raw[:3000]!r}")
    sys.exit(1)


def same(got, want, what):
    if got != want:
        fail(f"{what} is {got!r}, not {want!r}")


if sys.argv[3] == "crlf" and re.search(b"(?<!\r)\n|\r(?!\n)", raw):
    fail("a line that does not end with CRLF")
if sys.argv[3] == "lf" and b"\r" in raw:
    fail("a carriage return")
if max(raw) > 126 or re.search(rb"[^\n]{500}", raw):
    fail("bytes beyond ASCII, or a long line")
for line in raw.splitlines():
    if line.startswith((b"Subject:", b" =?")) and len(line) > 78 + len("Subject:"):
        fail("a long header line")

mail = email.message_from_bytes(raw, policy=email.policy.default)
if mail.defects:
    fail(f"{mail.defects}")
same(sorted(k.lower() for k in mail.keys()),
     sorted(["from", "to", "subject", "date", "message-id", "references", "in-reply-to",
             "auto-submitted", "mime-version", "content-type"]), "headers")
over = notice["state"] in ("resolved", "expired")
subject = ("resolved: " if over else "") + notice["title"]
subject = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", subject)
got = str(mail["Subject"])
if got != subject and not (got.endswith("…") and subject.startswith(got[:-1])):
    fail(f"subject is {got!r}, not {subject!r}")
same(mail["References"], f"<{notice['incident']}.adkit@example.org>", "references")
same(mail["Message-Id"], f"<{notice['notice']}.adkit@example.org>", "message id")
if abs(email.utils.parsedate_to_datetime(mail["Date"]).timestamp() - time.time()) > 60:
    fail("date")
same(mail.get_content_type(), "multipart/alternative", "type")
parts = list(mail.iter_parts())
same([p.get_content_type() for p in parts], ["text/plain", "text/html"], "parts")
text, page = (p.get_content() for p in parts)


class Words(html.parser.HTMLParser):
    tags, text = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


words = Words()
words.feed(page)
if set(words.tags) - {"html", "body", "h3", "p", "table", "tr", "th", "td"}:
    fail(f"tags {set(words.tags)}")
plain = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", notice["reason"])
if text.split("\n")[0] != plain:
    fail("text has no reason")
shown = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", "\ufffd", notice["reason"])
if shown not in words.text:
    fail(f"page has no reason: {words.text!r}")
for name, value in notice["group"].items():
    value = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", value)
    if f": {value}\n" not in text:
        fail(f"text has no {value!r}")
