#include "run/option.h"

#include "base/names.h"
#include "base/number.h"
#include "base/time.h"
#include "detect/detector.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* Whether a row takes part, by its own needs and those of the heading it stands under. */
static bool concerns(const struct ad_opt_set *set, const struct ad_opt *o)
{
    unsigned need = o->need;
    while (o > set->rows && o->type != AD_OPT_HEADING)
        o--;
    if (o->type == AD_OPT_HEADING)
        need |= o->need;
    return (need & ~set->have) == 0;
}

static int wrong(const struct ad_opt *o, const char *text, struct ad_err *err)
{
    return ad_err_set(err, "--%s=%s: give %s%s", o->name, text,
                      o->type == AD_OPT_CHOICE ? "one of " : "", o->arg);
}

static int in_range(const struct ad_opt *o, const char *text, double x, struct ad_err *err)
{
    if ((o->min == 0 && o->max == 0) || (x >= o->min && x <= o->max))
        return 0;
    char lo[AD_NUMBER_MAX + 1] = "", hi[AD_NUMBER_MAX + 1] = "";
    ad_number_print(lo, o->min);
    ad_number_print(hi, o->max);
    return ad_err_set(err, "--%s=%s: must be from %s to %s", o->name, text, lo, hi);
}

static int parse_count(const struct ad_opt *o, const char *text, void *to, struct ad_err *err)
{
    unsigned long long n;
    if (ad_number_parse_u64(ad_str_of(text), &n))
        return ad_err_set(err, "--%s=%s: not a whole number", o->name, text);
    if (in_range(o, text, (double)n, err))
        return -1;
    *(unsigned long long *)to = n;
    return 0;
}

static int parse_number(const struct ad_opt *o, const char *text, void *to, struct ad_err *err)
{
    double x;
    if (ad_number_parse(ad_str_of(text), &x))
        return ad_err_set(err, "--%s=%s: not a number", o->name, text);
    if (in_range(o, text, x, err))
        return -1;
    *(double *)to = x;
    return 0;
}

static int parse_choice(const struct ad_opt *o, const char *text, void *to, struct ad_err *err)
{
    const char *word = o->arg;
    for (int i = 0;; i++) {
        size_t len = strcspn(word, "|");
        if (strlen(text) == len && memcmp(word, text, len) == 0) {
            *(int *)to = i;
            return 0;
        }
        if (!word[len])
            return wrong(o, text, err);
        word += len + 1;
    }
}

static int parse_char(const struct ad_opt *o, const char *text, void *to, struct ad_err *err)
{
    bool tab = strcmp(text, "\\t") == 0 || strcmp(text, "tab") == 0;
    char c = tab ? '\t' : *text;
    if ((!tab && (c == '\0' || text[1])) || strchr("\"\r\n .+-", c) || (c >= '0' && c <= '9'))
        return ad_err_set(err, "--%s=%s: give one character that cannot be part of a value",
                          o->name, text);
    *(char *)to = c;
    return 0;
}

static int parse_size(const struct ad_opt *o, const char *text, void *to, struct ad_err *err)
{
    struct ad_str v = ad_str_of(text);
    const char *unit = v.len ? strchr("KMG", v.s[v.len - 1]) : NULL;
    unsigned long long n;
    v.len -= unit != NULL;
    int shift = !unit ? 0 : *unit == 'K' ? 10 : *unit == 'M' ? 20 : 30;
    if (ad_number_parse_u64(v, &n) || n > (1ULL << 53) >> shift)
        return ad_err_set(err, "--%s=%s: give bytes, such as 65536, 64K, 16M", o->name, text);
    if (in_range(o, text, (double)(n << shift), err))
        return -1;
    *(unsigned long long *)to = n << shift;
    return 0;
}

static int parse_duration(const struct ad_opt *o, const char *text, void *to, struct ad_err *err)
{
    double s;
    bool bare = ad_number_parse(ad_str_of(text), &s) == 0 && s >= 0;
    if (bare ? s > 0 && o->type != AD_OPT_SECONDS : ad_duration_parse(ad_str_of(text), &s))
        return ad_err_set(err, "--%s=%s: give a duration with its unit, such as 90s, 5m, 1.5h, 7d",
                          o->name, text);
    if (in_range(o, text, s, err))
        return -1;
    *(double *)to = s;
    return 0;
}

static int parse_extent(const struct ad_opt *o, const char *text, void *to, struct ad_err *err)
{
    struct ad_extent e = {0, 0};
    if (ad_number_parse(ad_str_of(text), &e.rows) == 0) {
        if (in_range(o, text, e.rows, err))
            return -1;
    } else if (ad_duration_parse(ad_str_of(text), &e.seconds) || e.seconds <= 0) {
        return ad_err_set(err, "--%s=%s: give a number of rows, or a duration such as 90s or 1h",
                          o->name, text);
    }
    *(struct ad_extent *)to = e;
    return 0;
}

static int set_option(const struct ad_opt_set *set, const struct ad_opt *o, const char *text,
                      struct ad_err *err)
{
    void *to = (char *)set->cfg + o->off;
    switch (o->type) {
    case AD_OPT_FLAG:
        *(bool *)to = true;
        return 0;
    case AD_OPT_COUNT:
        return parse_count(o, text, to, err);
    case AD_OPT_NUMBER:
        return parse_number(o, text, to, err);
    case AD_OPT_TEXT:
        *(const char **)to = text;
        return 0;
    case AD_OPT_CHOICE:
        return parse_choice(o, text, to, err);
    case AD_OPT_CHAR:
        return parse_char(o, text, to, err);
    case AD_OPT_SIZE:
        return parse_size(o, text, to, err);
    case AD_OPT_DURATION:
    case AD_OPT_SECONDS:
        return parse_duration(o, text, to, err);
    case AD_OPT_EXTENT:
        return parse_extent(o, text, to, err);
    default:
        return 0;
    }
}

/* What getopt_long() refused, in words. */
static int refused(int c, const struct option *longs, size_t nlong, const char *word, int ch,
                   struct ad_err *err)
{
    bool is_long = strncmp(word, "--", 2) == 0 && word[2];
    if (c == ':')
        return is_long ? ad_err_set(err, "%s needs a value", word)
                       : ad_err_set(err, "-%c needs a value", ch);
    if (!is_long)
        return ad_err_set(err, "unknown option -%c; --help lists the options", ch);
    struct ad_str given = {word + 2, strcspn(word + 2, "=")};
    struct ad_str *v = calloc(nlong + 1, sizeof *v);
    if (!v)
        return ad_err_nomem(err);
    size_t prefixes = 0;
    for (size_t i = 0; i < nlong; i++) {
        v[i] = ad_str_of(longs[i].name);
        prefixes += v[i].len > given.len && memcmp(v[i].s, given.s, given.len) == 0;
        if (ad_str_eq(v[i], given)) {
            free(v);
            return ad_err_set(err, "--%s takes no value", longs[i].name);
        }
    }
    struct ad_names names = {v, nlong};
    const struct ad_str *near = ad_names_nearest(&names, given);
    if (prefixes > 1)
        ad_err_set(err, "--%.*s is short for several options; --help lists them", (int)given.len,
                   given.s);
    else if (near)
        ad_err_set(err, "unknown option --%.*s, did you mean --%s?", (int)given.len, given.s,
                   near->s);
    else
        ad_err_set(err, "unknown option --%.*s; --help lists the options", (int)given.len, given.s);
    free(v);
    return -1;
}

/* Two sets at most have this many rows in all. */
enum { MOST = 128, LONG_ONLY = 256 };

int ad_opt_parse(struct ad_opt_set *set, size_t n, int argc, char **argv, int *first,
                 struct ad_err *err)
{
    struct option longs[MOST] = {{0}};
    const struct ad_opt *row[MOST];
    struct ad_opt_set *of[MOST];
    char shorts[3 * MOST] = ":";
    size_t count = 0, at = 1;
    for (size_t s = 0; s < n; s++)
        for (const struct ad_opt *o = set[s].rows; o->type != AD_OPT_END && count < MOST - 1; o++) {
            if (o->type == AD_OPT_HEADING || !concerns(&set[s], o))
                continue;
            bool takes = o->type != AD_OPT_FLAG;
            longs[count] = (struct option){o->name, takes ? required_argument : no_argument, NULL,
                                           (int)(LONG_ONLY + count)};
            if (o->ch) {
                shorts[at++] = (char)o->ch;
                if (takes)
                    shorts[at++] = ':';
            }
            row[count] = o;
            of[count++] = &set[s];
        }
    opterr = 0;
    optind = 0; /* begin anew, whatever was parsed before */
    for (int c, before = 1; (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1;
         before = optind) {
        if (c == '?' || c == ':') {
            int at_word = optind > before ? optind - 1 : optind;
            return refused(c, longs, count, argv[at_word], optopt, err);
        }
        size_t i = 0;
        while (i < count && c != (int)(LONG_ONLY + i) && c != row[i]->ch)
            i++;
        if (set_option(of[i], row[i], optarg, err))
            return -1;
        of[i]->given |= UINT64_C(1) << (row[i] - of[i]->rows);
    }
    *first = optind;
    return 0;
}

static bool has_value(const struct ad_opt *o, const void *cfg, const char *text)
{
    struct ad_buf now = {0};
    ad_opt_value(o, cfg, &now);
    bool same = !now.failed && ad_str_eq((struct ad_str){now.s, now.len}, ad_str_of(text));
    /* An empty list of fields is none at all, no list the default. */
    same &= o->type != AD_OPT_TEXT || *text;
    ad_buf_free(&now);
    return same;
}

int ad_opt_default(struct ad_opt_set *set, size_t n, struct ad_str name, const char *text,
                   struct ad_err *err)
{
    for (size_t s = 0; s < n; s++)
        for (const struct ad_opt *o = set[s].rows; o->type != AD_OPT_END; o++) {
            if (o->type == AD_OPT_HEADING || !concerns(&set[s], o) ||
                !ad_str_eq(ad_str_of(o->name), name) || set[s].given >> (o - set[s].rows) & 1)
                continue;
            /* A default need not be what could be given. */
            return has_value(o, set[s].cfg, text) ? 0 : set_option(&set[s], o, text, err);
        }
    return 0;
}

bool ad_opt_given(const struct ad_opt_set *set, const char *name)
{
    for (size_t i = 0; set->rows[i].type != AD_OPT_END; i++)
        if (set->rows[i].name && strcmp(set->rows[i].name, name) == 0 && set->given >> i & 1)
            return true;
    return false;
}

void ad_opt_help(const struct ad_opt_set *set, size_t n, struct ad_buf *out)
{
    enum { COLUMN = 30 };
    for (size_t s = 0; s < n; s++)
        for (const struct ad_opt *o = set[s].rows; o->type != AD_OPT_END; o++) {
            char line[160];
            if (!concerns(&set[s], o))
                continue;
            if (o->type == AD_OPT_HEADING) {
                snprintf(line, sizeof line, "%s:\n", o->help);
                ad_buf_addz(out, line);
                continue;
            }
            char left[80];
            const char *eq = o->arg ? "=" : "";
            const char *arg = o->arg ? o->arg : "";
            if (o->ch)
                snprintf(left, sizeof left, "  -%c, --%s%s%s", o->ch, o->name, eq, arg);
            else
                snprintf(left, sizeof left, "      --%s%s%s", o->name, eq, arg);
            snprintf(line, sizeof line, "%-*s %s\n", COLUMN - 1, left, o->help);
            ad_buf_addz(out, line);
        }
}

static void add_choice(const char *words, int which, struct ad_buf *out)
{
    while (which-- > 0)
        words += strcspn(words, "|") + 1;
    ad_buf_add(out, words, strcspn(words, "|"));
}

void ad_opt_value(const struct ad_opt *o, const void *cfg, struct ad_buf *out)
{
    const void *from = (const char *)cfg + o->off;
    char text[64];
    size_t len = 0;
    double x = 0;
    const struct ad_extent *e = from;
    switch (o->type) {
    case AD_OPT_FLAG:
        ad_buf_addz(out, *(const bool *)from ? "yes" : "no");
        return;
    case AD_OPT_TEXT:
        ad_buf_addz(out, *(const char *const *)from ? *(const char *const *)from : "");
        return;
    case AD_OPT_CHOICE:
        add_choice(o->arg, *(const int *)from, out);
        return;
    case AD_OPT_COUNT:
    case AD_OPT_SIZE:
        len = (size_t)snprintf(text, sizeof text, "%llu", *(const unsigned long long *)from);
        break;
    case AD_OPT_CHAR:
        text[len++] = *(const char *)from;
        break;
    case AD_OPT_NUMBER:
        x = *(const double *)from;
        len = x == x ? ad_number_print(text, x) : 0;
        break;
    case AD_OPT_DURATION:
    case AD_OPT_SECONDS:
        len = ad_duration_print(text, *(const double *)from);
        break;
    case AD_OPT_EXTENT:
        len =
            e->seconds != 0 ? ad_duration_print(text, e->seconds) : ad_number_print(text, e->rows);
        break;
    default:
        return;
    }
    ad_buf_add(out, text, len);
}
