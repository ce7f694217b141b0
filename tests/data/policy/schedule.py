#!/usr/bin/env python3
# Usage: schedule.py >schedule.csv
# When schedules hold, minute by minute, by croniter (the five fields) and by Python's zoneinfo (the
# zone, and hours of the week): zone;schedule;first minute and number of minutes, from 1970;
# lengths of the times at which it does not hold and does, in turns. croniter 7.0.0, Python 3.11.7,
# tzdata 2025b.
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from croniter import croniter

DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def cron(text):
    return lambda t: croniter.match(text, t.replace(tzinfo=None))


def hours(first, last, begin, end):
    def holds(t):
        of_day, day = t.hour * 60 + t.minute, t.weekday()
        on = lambda d: first <= d % 7 <= last
        if begin < end:
            return on(day) and begin <= of_day < end
        return (on(day) and of_day >= begin) or (on(day - 1) and of_day < end)

    return holds


SCHEDULES = [
    ("*/15 * * * *", None),
    ("0-29 */6 * * *", None),
    ("30 2 * * *", None),
    ("5,10-12 1-3 * * sun", None),
    ("* 22-23,0-5 * * 1-5", None),
    ("0 0 29 2 *", None),
    ("15 12 31 * fri", None),
    ("0 1 1-7 * *", None),
    ("* * * mar-apr 7", None),
    ("Mon-Fri 22:00-06:00", hours(0, 4, 1320, 360)),
    ("Sat-Sun 00:00-24:00", hours(5, 6, 0, 1440)),
    ("Sun 01:30-03:30", hours(6, 6, 90, 210)),
]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
# Around both changes of 2024 in Berlin, and the leap day; Casablanca goes back for Ramadan.
SPANS = [("2024-03-29", 4), ("2024-10-25", 4), ("2024-02-27", 4), ("2024-03-09", 3), ("2024-04-06", 2)]

for zone in ZONES:
    for text, test in SCHEDULES:
        test = test or cron(text)
        for begin, days in SPANS:
            start = int(datetime.fromisoformat(begin).replace(tzinfo=timezone.utc).timestamp()) // 60
            holds = [test(datetime.fromtimestamp(60 * m, ZoneInfo(zone)))
                     for m in range(start, start + days * 1440)]
            runs, last, n = [], False, 0
            for h in holds:
                if h != last:
                    runs.append(n)
                    last, n = h, 0
                n += 1
            runs.append(n)
            print(zone, text, start, days * 1440, " ".join(map(str, runs)), sep=";")
