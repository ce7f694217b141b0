#!/usr/bin/env python3
"""Usage: check_request.py KIND NOTICE REQUESTS [N]

Holds the last (or N-th, from 0) request against what the service documents and the notice says:
every member that may be there, its type, its limit, and nothing else. Signatures are computed here
again, by Python's hmac. Silent when all is well.
"""
import base64
import datetime
import hashlib
import hmac
import json
import os
import re
import sys
import time

kind, notice_file, requests_file = sys.argv[1:4]
with open(notice_file, encoding="utf-8") as f:
    notice = json.loads(f.read())
with open(requests_file) as f:
    requests = [json.loads(line) for line in f]
request = requests[int(sys.argv[4]) if len(sys.argv) > 4 else -1]
raw = base64.b64decode(request["body"])
headers = request["headers"]
over = notice["state"] in ("resolved", "expired")
known = notice["event"] == "acknowledge"


def fail(why):
    print(f"check_request.py {kind}: {why}\n{raw[:500]!r}")
    sys.exit(1)


def short(v):
    return repr(v) if len(repr(v)) < 300 else repr(v)[:150] + " ... " + repr(v)[-150:]


def same(got, want, what):
    if got != want:
        fail(f"{what} is {short(got)}, not {short(want)}")


def members(o, required, optional=()):
    missing = set(required) - set(o)
    more = set(o) - set(required) - set(optional)
    if missing or more:
        fail(f"missing {missing}, too many {more}")


def cut(text, most, what):
    """Whether a text keeps its limit; what it is then compared with."""
    if len(text.encode()) > most:
        fail(f"{what} has {len(text.encode())} bytes, more than {most}")


def begins(got, want, most, what):
    """got is want, or its beginning with an ellipsis where want is too long."""
    cut(got, most, what)
    # Cards are cut as far as they need as a whole.
    least = 0 if kind == "teams" else most - 16
    if got != want and not (got.endswith("…") and want.startswith(got[:-1]) and
                            len(got.encode()) > least):
        fail(f"{what} is {short(got)}, not {short(want)}")


def line(text):
    """A text in one line: control characters are blanks."""
    return re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text)


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def json_body():
    same(headers["content-type"].split(";")[0], "application/json", "content type")
    return json.loads(raw.decode("utf-8"))


def title():
    prefix = {"acknowledge": "acknowledged: ", "repeat": "still ", "worse": "now "}
    return ("resolved: " if over else prefix.get(notice["event"], "")) + notice["title"]


def pagerduty():
    same(request["path"], "/v2/enqueue", "path")
    if "authorization" in headers:
        fail("an authorization header")
    body = json_body()
    action = "resolve" if over else "acknowledge" if known else "trigger"
    same(body["event_action"], action, "event_action")
    same(body["routing_key"], os.environ["KEY"], "routing_key")
    key = notice["dedup_key"]
    want = key if len(key.encode()) <= 255 else hashlib.sha256(key.encode()).hexdigest()
    same(body["dedup_key"], want, "dedup_key")
    if action != "trigger":
        return members(body, ["routing_key", "event_action", "dedup_key"])
    members(body, ["routing_key", "event_action", "dedup_key", "payload", "client"],
            ["client_url", "links"])
    p = body["payload"]
    members(p, ["summary", "source", "severity", "timestamp", "custom_details"],
            ["component", "group", "class"])
    begins(p["summary"], title() + (": " + notice["reason"] if notice["reason"] else ""), 1024,
           "summary")
    severity = {"critical": "critical", "high": "error", "medium": "warning", "low": "info"}
    same(p["severity"], severity[notice["severity"]], "severity")
    same(p["timestamp"], notice["updated"], "timestamp")
    same(p["class"], notice["detector"], "class")
    group = " ".join(f"{line(k)}={line(v)}" for k, v in notice["group"].items())
    if len(group) < 200:
        same(p["source"], group or notice["detector"], "source")
    details = p["custom_details"]
    if len(json.dumps(notice["record"])) < 400000:
        for name in ("group", "score", "count", "record", "tags", "incident"):
            same(details[name], notice[name], "custom_details." + name)
    else:
        members(details, ["reason", "cut"])
    cut(raw.decode(), 512000, "body")
    for link in body.get("links", []):
        members(link, ["href"], ["text"])


def facts():
    shown = {line(k)[:60]: line(v) for k, v in notice["group"].items()}
    return shown | {"severity": notice["severity"], "anomalies": str(notice["count"])}


def unslack(text):
    if re.search("&(?!(amp|lt|gt);)|[<>]", text):
        fail(f"unescaped: {text!r}")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def toslack(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def slack():
    same(request["path"], os.environ["URL_PATH"], "path")
    body = json_body()
    members(body, ["text", "blocks", "mrkdwn", "unfurl_links", "unfurl_media"])
    cut(body["text"], 4000, "text")
    unslack(body["text"])
    begins(body["text"], toslack(line(title())), 4000, "text")
    if len(body["blocks"]) > 50:
        fail("more than 50 blocks")
    header, *sections = body["blocks"]
    same(header["type"], "header", "first block")
    cut(header["text"]["text"], 150, "header")
    unslack(header["text"]["text"])
    begins(header["text"]["text"], toslack(line(title())), 150, "header")
    text = ""
    for block in [header, *sections]:
        members(block, ["type", "text"])
        same(block["text"]["type"], "plain_text", "type of text")
        same(block["text"]["emoji"], False, "emoji")
    for block in sections:
        same(block["type"], "section", "block")
        cut(block["text"]["text"], 3000, "section")
        text += unslack(block["text"]["text"])
    if len(json.dumps(notice)) < 2000:
        lines = text.split("\n")
        same(lines[0], line(notice["reason"]), "reason")
        for name, value in facts().items():
            if f"{name}: {value}" not in lines:
                fail(f"no line {name}: {value}")


def teams():
    same(request["path"], os.environ["URL_PATH"], "path")
    body = json_body()
    cut(raw.decode(), 20480, "body")
    members(body, ["type", "attachments"])
    same(body["type"], "message", "type")
    same(len(body["attachments"]), 1, "attachments")
    members(body["attachments"][0], ["contentType", "content"])
    same(body["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive", "type")
    card = body["attachments"][0]["content"]
    members(card, ["$schema", "type", "version", "body"])
    same((card["type"], card["version"]), ("AdaptiveCard", "1.2"), "card")
    lines = []
    for block in card["body"]:
        members(block, ["type", "inlines"], ["spacing"])
        same(block["type"], "RichTextBlock", "block")  # in which nothing is Markdown
        for run in block["inlines"]:
            members(run, ["type", "text"], ["weight", "size", "color"])
            same(run["type"], "TextRun", "run")
        lines.append("".join(run["text"] for run in block["inlines"]))
    begins(lines[0], line(title()), 8000, "title")
    if len(json.dumps(notice)) < 2000:
        same(lines[1], notice["reason"], "reason")
        for name, value in facts().items():
            if f"{name}: {value}" not in lines:
                fail(f"no line {name}: {value}")


def opsgenie():
    alias = hashlib.sha256(notice["dedup_key"].encode()).hexdigest()
    same(headers["authorization"], "GenieKey " + os.environ["KEY"], "authorization")
    body = json_body()
    if over or known:
        what = "close" if over else "acknowledge"
        same(request["path"], f"/v2/alerts/{alias}/{what}?identifierType=alias", "path")
        return members(body, ["source"])
    same(request["path"], "/v2/alerts", "path")
    members(body, ["message", "alias", "description", "priority", "tags", "details", "source",
                   "entity"], ["responders"])
    same(body["alias"], alias, "alias")
    begins(body["message"], title(), 130, "message")
    cut(body["description"], 15000, "description")
    priority = {"critical": "P1", "high": "P2", "medium": "P3", "low": "P4"}
    same(body["priority"], priority[notice["severity"]], "priority")
    same(len(body["tags"]), min(len(notice["tags"]), 20), "tags")
    for got, want in zip(body["tags"], notice["tags"]):
        begins(got, want, 50, "tag")
    if not all(isinstance(v, str) for v in body["details"].values()):
        fail("a detail that is no string")
    cut(json.dumps(body["details"], ensure_ascii=False), 8000, "details")
    for name, value in notice["group"].items():
        begins(body["details"][name], value, 500, "detail")


def alertmanager():
    same(request["path"], "/api/v2/alerts", "path")
    body = json_body()
    now = request["time"]
    same(len(body), 1 + len(notice["with"]), "alerts")
    for alert, n in zip(body, [notice, *notice["with"]]):
        members(alert, ["labels", "annotations", "startsAt", "endsAt"], ["generatorURL"])
        labels = alert["labels"]
        for name, value in labels.items():
            if not re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name) or not isinstance(value, str):
                fail(f"label {name!r}")
        changing = {"severity", "score", "count", "state", "reason", "title", "incident"}
        if changing & set(labels) and not changing & set(n["group"]):
            fail("a label that changes")
        same(labels["dedup_key"], n["dedup_key"], "dedup_key")
        same(labels["alertname"], n["detector"], "alertname")
        same(len(labels) - 2, len(n["group"]) + int(os.environ.get("LABELS", 0)), "labels")
        same(sorted(set(n["group"].values()) - set(labels.values())), [], "group")
        same(alert["annotations"]["severity"], n["severity"], "severity")
        same(utc(alert["startsAt"]), min(utc(n["started"]), int(now)), "startsAt")
        end = utc(alert["endsAt"])
        if n["state"] in ("resolved", "expired"):
            if end > now or end < utc(alert["startsAt"]):
                fail("endsAt of a resolved one is not between its start and now")
        elif not 895 < end - now <= 900:
            fail("endsAt is not in 15 minutes")


def webhook():
    want = json.dumps(notice, ensure_ascii=False, separators=(",", ":"))
    if "TEMPLATE" not in os.environ:
        same(json_body(), notice, "body")
        same(raw.decode(), want, "body")
    secret = base64.b64decode(os.environ["KEY"].removeprefix("whsec_"))
    same(headers["webhook-id"], notice["notice"], "webhook-id")
    stamp = headers["webhook-timestamp"]
    if abs(int(stamp) - time.time()) > 60:
        fail("webhook-timestamp")
    signed = f"{headers['webhook-id']}.{stamp}.".encode() + raw
    digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    same(headers["webhook-signature"], "v1," + digest, "webhook-signature")


globals()[kind]()
