#define _GNU_SOURCE /* memmem */
#include "record/log_private.h"

#include <stdlib.h>

const char *ad_log_find(struct ad_str v, struct ad_str what)
{
    return memmem(v.s, v.len, what.s, what.len);
}

/* A pattern on its way to what regcomp(3) takes. */
struct translation {
    const char *p;
    struct ad_buf out, run; /* run: plain bytes in a row, outside groups */
    struct ad_log_pattern *pattern;
    int depth;
    bool choice, special; /* there is a `|` outside groups, or anything that is not plain */
    const char *why;
};

/* The longest run that every match holds is the literal. */
static void end_run(struct translation *t)
{
    struct ad_log_pattern *p = t->pattern;
    if (t->run.len > p->literal.len) {
        p->literal.len = 0;
        ad_buf_add(&p->literal, t->run.s, t->run.len);
    }
    t->run.len = 0;
}

static void special(struct translation *t, size_t len)
{
    t->special = true;
    end_run(t);
    ad_buf_add(&t->out, t->p, len);
    t->p += len;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void open_group(struct translation *t)
{
    struct ad_str name = {NULL, 0};
    const char *p = t->p + 1;
    if (*p == '?') {
        p += p[1] == 'P' ? 2 : 1;
        if (*p != '<' || !is_name_byte(p[1])) {
            t->why = "after (? only <name> is known";
            return;
        }
        for (name.s = ++p; is_name_byte(*p); p++)
            name.len++;
        if (*p++ != '>') {
            t->why = "the name of a group lacks its >";
            return;
        }
    }
    if (ad_names_add(&t->pattern->name, name))
        t->out.failed = true;
    special(t, 1);
    t->p = p;
    t->depth++;
}

static size_t set_length(const char *p)
{
    const char *q = p + 1;
    q += *q == '^';
    q += *q == ']';
    for (; *q && *q != ']'; q++)
        if (*q == '[' && (q[1] == ':' || q[1] == '.' || q[1] == '=')) {
            char close[3] = {q[1], ']', 0};
            const char *end = strstr(q + 2, close);
            q = end ? end + 1 : q;
        }
    return (size_t)(q - p) + (*q == ']');
}

static void plain(struct translation *t, size_t len)
{
    char c = t->p[len - 1];
    ad_buf_add(&t->out, t->p, len);
    t->p += len;
    if (*t->p && strchr("*?{", *t->p)) {
        end_run(t); /* it need not be there */
        return;
    }
    if (t->depth == 0)
        ad_buf_add(&t->run, &c, 1);
}

static void step(struct translation *t)
{
    switch (*t->p) {
    case '(':
        open_group(t);
        break;
    case ')':
        t->depth -= t->depth > 0;
        special(t, 1);
        break;
    case '|':
        t->choice |= t->depth == 0;
        special(t, 1);
        break;
    case '[':
        special(t, set_length(t->p));
        break;
    case '{': {
        size_t len = strcspn(t->p, "}");
        special(t, len + (t->p[len] == '}'));
        break;
    }
    case '\\':
        if (t->p[1] == 'd') {
            special(t, 0);
            ad_buf_addz(&t->out, "[0-9]");
            t->p += 2;
        } else if (t->p[1] && !is_name_byte(t->p[1])) {
            plain(t, 2);
        } else if (t->p[1] >= '1' && t->p[1] <= '9') {
            t->why = "there are no back-references";
        } else {
            special(t, t->p[1] ? 2 : 1);
        }
        break;
    case '.':
    case '*':
    case '+':
    case '?':
    case '^':
    case '$':
        special(t, 1);
        break;
    default:
        plain(t, 1);
    }
}

static int compile(struct ad_log_pattern *p, const char *text, struct ad_err *err)
{
    enum { LONGEST = 1000 };
    struct translation t = {.p = text, .pattern = p};
    if (strlen(text) > LONGEST)
        t.why = "longer than 1000 bytes";
    if (!*text)
        t.why = "it is empty";
    if (ad_names_add(&p->name, (struct ad_str){NULL, 0}))
        t.out.failed = true;
    while (*t.p && !t.why && !t.out.failed)
        step(&t);
    end_run(&t);
    p->plain = !t.special;
    if (t.choice)
        p->literal.len = 0;
    ad_buf_add(&t.out, "", 1);
    int rc = t.out.failed || t.run.failed || p->literal.failed ? ad_err_nomem(err) : 0;
    if (rc == 0 && t.why)
        rc = ad_err_set(err, "--pattern: %s", t.why);
    int wrong = rc == 0 ? regcomp(&p->regex, t.out.s, REG_EXTENDED) : 0;
    if (wrong) {
        char why[100];
        regerror(wrong, &p->regex, why, sizeof why);
        rc = ad_err_set(err, "--pattern: %s", why);
    }
    ad_buf_free(&t.out);
    ad_buf_free(&t.run);
    return rc;
}

struct ad_log_pattern *ad_log_pattern_new(const char *text, struct ad_err *err)
{
    struct ad_log_pattern *p = calloc(1, sizeof *p);
    if (!p || compile(p, text, err)) {
        if (!p)
            ad_err_nomem(err);
        else
            ad_buf_free(&p->literal), ad_names_free(&p->name);
        free(p);
        return NULL;
    }
    p->column = calloc(p->name.n, sizeof *p->column);
    p->match = calloc(p->name.n, sizeof *p->match);
    if (!p->column || !p->match) {
        ad_log_pattern_free(p);
        ad_err_nomem(err);
        return NULL;
    }
    return p;
}

void ad_log_pattern_free(struct ad_log_pattern *p)
{
    if (!p)
        return;
    regfree(&p->regex);
    ad_buf_free(&p->literal);
    ad_buf_free(&p->text);
    ad_names_free(&p->name);
    free(p->column);
    free(p->match);
    free(p);
}

bool ad_log_pattern_match(struct ad_log_pattern *p, struct ad_str line, struct ad_str *out)
{
    enum { MOST = 64 * 1024 };
    struct ad_str literal = {p->literal.s, p->literal.len};
    line.len = line.len < MOST ? line.len : MOST;
    const char *nul = line.len ? memchr(line.s, '\0', line.len) : NULL;
    line.len = nul ? (size_t)(nul - line.s) : line.len;
    if (literal.len && !ad_log_find(line, literal))
        return false;
    if (p->plain)
        return true;
    p->text.len = 0;
    if (ad_buf_add(&p->text, line.s, line.len) || ad_buf_add(&p->text, "", 1) ||
        regexec(&p->regex, p->text.s, p->name.n, p->match, 0))
        return false;
    for (size_t i = 1; i < p->name.n; i++)
        if (p->name.v[i].s && p->match[i].rm_so >= 0)
            out[p->column[i]] = (struct ad_str){line.s + p->match[i].rm_so,
                                                (size_t)(p->match[i].rm_eo - p->match[i].rm_so)};
    return true;
}
