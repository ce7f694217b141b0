#define _DEFAULT_SOURCE /* tm_gmtoff */
#include "base/zone.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { DAY = 86400 };

static bool is_alpha(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The parts of a POSIX TZ string: each returns what follows the part, or NULL; so does each when
 * it is given NULL. */

static const char *skip_name(const char *p)
{
    if (!p)
        return NULL;
    const char *first = p;
    if (*p != '<') {
        while (is_alpha(*p))
            p++;
        return p - first >= 3 ? p : NULL;
    }
    for (p = ++first; is_alpha(*p) || is_digit(*p) || *p == '+' || *p == '-'; p++)
        ;
    return p - first >= 3 && *p == '>' ? p + 1 : NULL;
}

static const char *skip_number(const char *p, int least, int most, int *out)
{
    if (!p || !is_digit(*p))
        return NULL;
    int x = 0;
    for (; is_digit(*p); p++)
        if ((x = 10 * x + (*p - '0')) > most)
            return NULL;
    if (out)
        *out = x;
    return x >= least ? p : NULL;
}

/* [+-]hh[:mm[:ss]] */
static const char *skip_offset(const char *p, int most)
{
    if (p && (*p == '+' || *p == '-'))
        p++;
    p = skip_number(p, 0, most, NULL);
    for (int i = 0; p && i < 2 && *p == ':'; i++)
        p = skip_number(p + 1, 0, 59, NULL);
    return p;
}

/* ,date[/time]; *day becomes about which day of the year it is. */
static const char *skip_change(const char *p, int *day)
{
    if (!p || *p++ != ',')
        return NULL;
    if (*p == 'M') {
        int month = 0, week = 0;
        p = skip_number(p + 1, 1, 12, &month);
        p = p && *p == '.' ? skip_number(p + 1, 1, 5, &week) : NULL;
        p = p && *p == '.' ? skip_number(p + 1, 0, 6, NULL) : NULL;
        *day = 30 * month + 7 * week;
    } else if (*p == 'J') {
        p = skip_number(p + 1, 1, 365, day);
    } else {
        p = skip_number(p, 0, 365, day);
    }
    return p && *p == '/' ? skip_offset(p + 1, 167) : p;
}

bool ad_zone_is_rule(const char *text, int *apart)
{
    *apart = 365;
    const char *p = skip_offset(skip_name(text), 24);
    if (!p || *p == '\0')
        return p != NULL;
    p = skip_name(p);
    if (p && *p != ',')
        p = skip_offset(p, 24);
    int from = 0, to = 0;
    p = skip_change(skip_change(p, &from), &to);
    int days = abs(from - to);
    *apart = days < 365 - days ? days : 365 - days;
    return p && *p == '\0';
}

static const char *zone_folder(void)
{
    const char *folder = getenv("TZDIR");
    return folder && *folder ? folder : "/usr/share/zoneinfo";
}

/* Whether name is a compiled zone in the folder; it must not lead out of it. */
static bool has_file(const char *folder, const char *name)
{
    for (const char *p = name; *p; p++)
        if (!is_alpha(*p) && !is_digit(*p) && !strchr("_+-/", *p))
            return false;
    if (*name == '\0' || *name == '/')
        return false;
    struct ad_buf path = {0};
    ad_buf_addz(&path, folder);
    ad_buf_addz(&path, "/");
    ad_buf_addz(&path, name);
    ad_buf_add(&path, "", 1);
    FILE *file = path.failed ? NULL : fopen(path.s, "rb");
    ad_buf_free(&path);
    char magic[4] = "";
    bool found = file && fread(magic, sizeof magic, 1, file) == 1 && !memcmp(magic, "TZif", 4);
    if (file)
        fclose(file);
    return found;
}

static bool is_utc(const char *zone)
{
    static const char *const names[] = {"", "UTC", "GMT", "Z", "UTC0", "GMT0", "Etc/UTC"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(zone, names[i]) == 0)
            return true;
    return false;
}

static void refuse(const char *zone, const char *folder, struct ad_err *err)
{
    struct ad_buf shown = {0};
    ad_buf_add_visible(&shown, ad_str_of(zone));
    if (ad_buf_add(&shown, "", 1) != 0)
        ad_err_nomem(err);
    else if (access(folder, F_OK) != 0)
        ad_err_set(err, "unknown time zone \"%s\": there is no %s, install tzdata", shown.s,
                   folder);
    else
        ad_err_set(err, "unknown time zone \"%s\"", shown.s);
    ad_buf_free(&shown);
}

char *ad_zone_enter(const char *zone, struct ad_err *err)
{
    if (!zone)
        zone = getenv("TZ");
    if (!zone)
        zone = "";
    const char *folder = zone_folder();
    size_t len = strlen(folder);
    if (*zone == ':')
        zone++;
    if (strncmp(zone, folder, len) == 0 && zone[len] == '/')
        zone += len + 1;
    int apart;
    if (is_utc(zone)) {
        zone = "UTC";
    } else if (!has_file(folder, zone) && !ad_zone_is_rule(zone, &apart)) {
        refuse(zone, folder, err);
        return NULL;
    }
    char *name = strdup(zone); /* setenv may overwrite what getenv returned */
    /* "UTC" would be looked up as a file */
    if (!name || setenv("TZ", strcmp(name, "UTC") == 0 ? "UTC0" : name, 1) != 0) {
        free(name);
        ad_err_nomem(err);
        return NULL;
    }
    tzset();
    return name;
}

int ad_zone_offset(int64_t t)
{
    time_t when = (time_t)t;
    struct tm tm;
    return localtime_r(&when, &tm) ? (int)tm.tm_gmtoff : 0;
}

int64_t ad_zone_resolve(int64_t wall)
{
    int before = ad_zone_offset(wall - DAY), after = ad_zone_offset(wall + DAY);
    int64_t first = wall - before, second = wall - after;
    if (ad_zone_offset(first) == before || before == after)
        return first; /* a clock put back shows it for the first time before the change */
    return ad_zone_offset(second) == after ? second : first;
}
