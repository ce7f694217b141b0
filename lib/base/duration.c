#include "base/number.h"
#include "base/time.h"

#include <math.h>
#include <stdio.h>

static const struct unit {
    char name;
    int seconds;
} units[] = {{'w', 604800}, {'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

int ad_duration_parse(struct ad_str text, double *seconds)
{
    double scale = 0;
    bool ms = text.len > 2 && memcmp(text.s + text.len - 2, "ms", 2) == 0;
    if (text.len < 2 || text.s[0] == '-' || text.s[0] == '+')
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text.s[text.len - 1] == units[i].name)
            scale = units[i].seconds;
    double x;
    if (scale == 0 || ad_number_parse((struct ad_str){text.s, text.len - 1 - ms}, &x) != 0)
        return -1;
    *seconds = ms ? x / 1000 : x * scale;
    return *seconds <= 1e10 ? 0 : -1;
}

/* A double in full; what stands for the point in this locale becomes one. */
static size_t put_exactly(char *out, double x)
{
    size_t len = ad_number_print(out, x);
    double back;
    if (ad_number_parse((struct ad_str){out, len}, &back) == 0 && back == x)
        return len;
    len = (size_t)snprintf(out, AD_NUMBER_MAX, "%.17g", x);
    char *point = out + strspn(out, "0123456789e-+");
    if (*point)
        *point = '.';
    return len;
}

size_t ad_duration_print(char *out, double seconds)
{
    size_t i = 0, last = sizeof units / sizeof *units - 1;
    while (i < last && (seconds == 0 || fmod(seconds, units[i].seconds) != 0))
        i++;
    size_t len = put_exactly(out, seconds / units[i].seconds);
    out[len] = units[i].name;
    return len + 1;
}
