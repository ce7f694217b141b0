#include "decide/regex.h"

/* C libraries compile by recursion, and repeat by copies: x+ is xx*, x{3} is xxx. */
enum { LONGEST = 1000, DEEPEST = 50, LARGEST = 1000 };

/* How large a pattern is when what it repeats stands there as often. */
struct measure {
    unsigned long sum[DEEPEST + 1]; /* by depth of parentheses */
    unsigned long last;             /* part of it, of what a repetition would repeat */
    size_t depth;
};

static void add(struct measure *m, unsigned long size)
{
    m->last = size;
    m->sum[m->depth] += size;
}

static void repeat(struct measure *m, unsigned long times)
{
    unsigned long more = times > 1 ? m->last * (times - 1) : 0;
    m->last += more;
    m->sum[m->depth] += more;
}

/* The offset of the bracket that closes the one at i, or the last. */
static size_t end_of_set(struct ad_str v, size_t i)
{
    i += i + 1 < v.len && v.s[i + 1] == '^' ? 2 : 1;
    i += i < v.len && v.s[i] == ']';
    for (; i < v.len && v.s[i] != ']'; i++) {
        char kind = v.s[i] == '[' && i + 1 < v.len ? v.s[i + 1] : 0;
        if (kind != ':' && kind != '.' && kind != '=')
            continue;
        for (i += 2; i + 1 < v.len && (v.s[i] != kind || v.s[i + 1] != ']'); i++)
            ;
        i++;
    }
    return i < v.len ? i : v.len - 1;
}

/* The larger number of {3,5} at *i, which moves to its end; {3,} is one more. */
static unsigned long take_times(struct ad_str v, size_t *i)
{
    unsigned long x = 0, most = 0;
    bool open = false;
    while (*i + 1 < v.len && ((v.s[*i + 1] >= '0' && v.s[*i + 1] <= '9') || v.s[*i + 1] == ',')) {
        char c = v.s[++*i];
        open = c == ',';
        x = open ? 0 : 10 * x + (unsigned long)(c - '0');
        x = x > LARGEST ? LARGEST : x;
        most = x > most ? x : most;
    }
    *i += *i + 1 < v.len && v.s[*i + 1] == '}';
    return most + open;
}

/* Take the byte at *i, or what begins there, into account. Returns NULL, or why it is refused. */
static const char *measure(struct measure *m, struct ad_str v, size_t *i)
{
    switch (v.s[*i]) {
    case '\0':
        return "NUL is never found";
    case '(':
        if (m->depth == DEEPEST)
            return "nested too deeply";
        m->sum[++m->depth] = m->last = 0;
        break;
    case ')':
        if (m->depth > 0) {
            m->depth--;
            add(m, m->sum[m->depth + 1] + 1);
        }
        break;
    case '+':
        repeat(m, 2);
        break;
    case '{':
        repeat(m, take_times(v, i));
        break;
    case '[':
        *i = end_of_set(v, *i);
        add(m, 1);
        break;
    case '\\':
        *i += *i + 1 < v.len;
        if (v.s[*i] >= '1' && v.s[*i] <= '9')
            return "extended ones have no back-references";
        add(m, 1);
        break;
    case '*':
    case '?':
        break;
    default:
        add(m, 1);
    }
    return m->sum[m->depth] > LARGEST ? "repeats too much" : NULL;
}

int ad_regex_compile(regex_t *regex, struct ad_str pattern, struct ad_err *err)
{
    struct measure m = {.depth = 0};
    const char *no = pattern.len > LONGEST ? "longer than 1000 bytes" : NULL;
    for (size_t i = 0; i < pattern.len && !no; i++)
        no = measure(&m, pattern, &i);
    if (no)
        return ad_err_set(err, "regular expression: %s", no);
    char why[100];
    int rc = regcomp(regex, pattern.s, REG_EXTENDED | REG_NOSUB);
    if (rc == 0)
        return 0;
    regerror(rc, regex, why, sizeof why);
    return ad_err_set(err, "regular expression: %s", why);
}
