#!/usr/bin/env python3
"""Usage: notice.py [MEMBER=JSON]... [--evil | --huge]

A notice as lib/alert/README.md describes, with members replaced (@FILE: by what is in it). --evil: every text holds all that
must stay text; --huge: a record of a megabyte in one string.
"""
import json
import sys

notice = {
    "notice": "0123456789abcdef0123456789abcdef", "incident": "fedcba9876543210fedcba9876543210",
    "dedup_key": "host=web1 zscore", "event": "trigger", "state": "firing",
    "severity": "critical", "title": "critical: zscore on host=web1",
    "reason": "value 212 is above 83.2, the most that passes as normal (expected 60.1)",
    "detector": "zscore", "rule": "hot", "tags": ["db", "night"],
    "group": {"host": "web1", "data center": "b & c"}, "score": 0.93, "count": 3,
    "started": "2026-11-20T10:00:00Z", "updated": "2026-11-20T10:02:00Z", "resolved": None,
    "suppressed": 0, "level": 1, "channel": "test",
    "record": {"timestamp": "2026-11-20T10:02:00Z", "value": 212, "host": "web1"}, "with": [],
}
EVIL = ("\"quoted\" 'single' \\back\nline\r\nX-Injected: yes\r\n.\r\n$(touch pwned) `id` ; rm -rf / "
        "{{title}} {{record|value}} %s%n <b>&amp;</b> <!channel> [x](http://x) *b* \x00\x1b[31m"
        "\u2028=?UTF-8?B?AA==?= é漢😀 --=_adkit_alternative_=--")


def evil(v):
    if isinstance(v, dict):
        return {k + (EVIL if k not in notice else ""): evil(x) for k, x in v.items()}
    return [evil(x) for x in v] if isinstance(v, list) else EVIL if isinstance(v, str) else v


if __name__ == "__main__":
    args = sys.argv[1:]
    if "--evil" in args:
        keep = {k: notice[k] for k in ("event", "state", "severity", "started", "updated")}
        notice = evil(notice) | keep
    if "--huge" in args:
        notice["record"]["text"] = "x\"\n" * 350000
    for arg in args:
        if "=" in arg:
            name, _, value = arg.partition("=")
            notice[name] = json.load(open(value[1:])) if value[0] == "@" else json.loads(value)
    print(json.dumps(notice, ensure_ascii=False, separators=(",", ":")))
