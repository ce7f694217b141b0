#include "decide/parse.h"

#include <stdlib.h>

/* The texts in quotes at most, and one. */
static size_t count_quoted(struct ad_str text)
{
    size_t n = 2;
    for (size_t i = 0; i < text.len; i++)
        n += text.s[i] == '"' || text.s[i] == '\'';
    return n / 2;
}

/* Room for whatever the text may need. */
static struct ad_expr *reserve(struct ad_str text, struct ad_parser *p)
{
    size_t n = ad_parse_room(text.len), quoted = count_quoted(text);
    struct ad_expr *e = calloc(1, sizeof *e);
    if (!e)
        return NULL;
    char *copy = malloc(2 * text.len + 1);
    e->code = malloc(n * sizeof *e->code);
    e->string = malloc(quoted * sizeof *e->string);
    e->regex = malloc(quoted * sizeof *e->regex);
    e->call = malloc(AD_EXPR_CALLS * sizeof *e->call);
    p->piece = malloc(n * sizeof *p->piece);
    e->text.s = copy;
    e->text.len = text.len;
    if (!copy || !e->code || !e->string || !e->regex || !e->call || !p->piece) {
        ad_expr_free(e);
        return NULL;
    }
    if (text.len)
        memcpy(copy, text.s, text.len);
    p->e = e;
    p->lex = (struct ad_lexer){.text = e->text, .arena = copy + text.len};
    return e;
}

/* The pieces of the calls before the rest of the program. Returns 0, or -1. */
static int assemble(struct ad_expr *e, const struct ad_parser *p)
{
    struct ad_insn *code = malloc((p->npiece + e->ncode) * sizeof *code);
    if (!code)
        return -1;
    memcpy(code, p->piece, p->npiece * sizeof *code);
    memcpy(code + p->npiece, e->code, e->ncode * sizeof *code);
    free(e->code);
    e->code = code;
    e->ncode += p->npiece;
    return 0;
}

struct ad_expr *ad_expr_compile(struct ad_str text, const struct ad_expr_cfg *cfg,
                                struct ad_names *fields, size_t *at, struct ad_err *err)
{
    struct ad_parser p = {.cfg = cfg, .fields = fields, .at = at, .err = err};
    *at = 0;
    if (text.len > AD_PARSE_LONGEST) {
        ad_err_set(err, "a condition of more than %d bytes", AD_PARSE_LONGEST);
        return NULL;
    }
    struct ad_expr *e = reserve(text, &p);
    if (!e) {
        ad_err_nomem(err);
        goto out;
    }
    if (ad_parse(&p))
        goto out;
    if (assemble(e, &p) == 0) {
        free(p.piece);
        return e;
    }
    ad_err_nomem(err);
out:
    free(p.piece);
    ad_expr_free(e);
    return NULL;
}

void ad_expr_free(struct ad_expr *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->nregex; i++)
        regfree(&e->regex[i]);
    free(e->code);
    free(e->string);
    free(e->regex);
    free(e->call);
    free((char *)e->text.s);
    free(e);
}

unsigned ad_expr_needs(const struct ad_expr *e)
{
    return e->needs;
}

ptrdiff_t ad_expr_where(const struct ad_expr *e, size_t field)
{
    ptrdiff_t at = -1;
    for (size_t i = 0; i < e->ncode; i++)
        if (e->code[i].op == AD_OP_FIELD && e->code[i].i == field &&
            (at < 0 || (ptrdiff_t)e->code[i].at < at))
            at = (ptrdiff_t)e->code[i].at;
    return at;
}

size_t ad_expr_names(const struct ad_expr *e, size_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < e->ncode; i++) {
        size_t k = 0;
        while (k < n && out[k] != e->code[i].i)
            k++;
        if (e->code[i].op == AD_OP_FIELD && k == n)
            out[n++] = (size_t)e->code[i].i;
    }
    return n;
}

/* Append text in pieces that ad_buf_add_visible() does not cut. */
static void add_visible(struct ad_buf *out, struct ad_str v)
{
    enum { PIECE = 48 };
    while (v.len) {
        size_t n = v.len < PIECE ? v.len : PIECE;
        while (n < v.len && n > PIECE - 4 && ((unsigned char)v.s[n] & 0xc0) == 0x80)
            n--;
        ad_buf_add_visible(out, (struct ad_str){v.s, n});
        v.s += n;
        v.len -= n;
    }
}

/* The characters of UTF-8 text. */
static size_t columns(struct ad_str v)
{
    size_t n = 0;
    for (size_t i = 0; i < v.len; i++)
        n += ((unsigned char)v.s[i] & 0xc0) != 0x80;
    return n;
}

/* The part of a line that is shown: no more than so much before and behind the byte. */
static struct ad_str window(struct ad_str line, size_t at, size_t *start)
{
    enum { BEFORE = 60, BEHIND = 60 };
    size_t from = at > BEFORE ? at - BEFORE : 0;
    while (from < at && ((unsigned char)line.s[from] & 0xc0) == 0x80)
        from++;
    size_t to = line.len - at > BEHIND ? at + BEHIND : line.len;
    while (to < line.len && ((unsigned char)line.s[to] & 0xc0) == 0x80)
        to++;
    *start = from;
    return (struct ad_str){line.s + from, to - from};
}

int ad_expr_explain(struct ad_err *err, const char *name, unsigned long line, struct ad_str text,
                    size_t at)
{
    size_t from = 0;
    at = at < text.len ? at : text.len;
    for (size_t i = 0; i < at; i++)
        if (text.s[i] == '\n') {
            from = i + 1;
            line += line > 0;
        }
    const char *end = memchr(text.s + from, '\n', text.len - from);
    struct ad_str whole = {text.s + from, end ? (size_t)(end - text.s) - from : text.len - from};
    size_t start;
    struct ad_str shown = window(whole, at - from, &start);
    struct ad_buf out = {0};
    ad_buf_addz(&out, start ? "..." : "");
    add_visible(&out, (struct ad_str){shown.s, at - from - start});
    size_t caret = columns((struct ad_str){out.s, out.len});
    add_visible(&out, (struct ad_str){whole.s + (at - from), shown.len - (at - from - start)});
    if (out.failed || ad_buf_add(&out, "", 1)) {
        ad_buf_free(&out);
        return ad_err_nomem(err);
    }
    ad_err_set(err, "%s\n    %s\n    %*s^", err->text, out.s, (int)caret, "");
    ad_buf_free(&out);
    return line ? ad_err_set(err, "%s:%lu: %s", name, line, err->text)
                : ad_err_set(err, "%s: %s", name, err->text);
}
