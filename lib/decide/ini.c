#include "decide/ini.h"

#include <ini.h>
#include <stdio.h>

struct parser {
    struct ad_str rest; /* of the text */
    const char *name;
    int (*item)(void *, const struct ad_ini_item *, struct ad_err *);
    void *arg;
    struct ad_err *err;
    bool failed;
    unsigned long line, failed_at;     /* the line that was read last; the one that is wrong */
    bool continues, has_key;           /* that line goes on with a value; its section has a key */
    size_t indent;                     /* of the last key */
    struct ad_buf section, key, value; /* of the item that is not told of yet */
    unsigned long key_line, value_line;
};

/* End with an error of that line. */
static void fail(struct parser *p, unsigned long line)
{
    p->failed = true;
    p->failed_at = line;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void tell(struct parser *p, const struct ad_ini_item *item)
{
    bool lost = p->section.failed || p->key.failed || p->value.failed;
    if (!p->failed && (lost ? ad_err_nomem(p->err) : p->item(p->arg, item, p->err)))
        fail(p, item->line);
}

static struct ad_str view(const struct ad_buf *b)
{
    return (struct ad_str){b->s ? b->s : "", b->len};
}

/* Tell of the key whose value is complete now. */
static void flush(struct parser *p)
{
    struct ad_ini_item item = {view(&p->section), view(&p->key), view(&p->value), p->key_line};
    if (p->key_line)
        tell(p, &item);
    p->key_line = 0;
}

/* The next line, without its newline. */
static struct ad_str next_line(struct parser *p)
{
    const char *end = memchr(p->rest.s, '\n', p->rest.len);
    struct ad_str line = {p->rest.s, end ? (size_t)(end - p->rest.s) : p->rest.len};
    p->rest.s += line.len + (end != NULL);
    p->rest.len -= line.len + (end != NULL);
    p->line++;
    return line;
}

static void begin_section(struct parser *p, struct ad_str line)
{
    const char *end = memchr(line.s, ']', line.len);
    flush(p);
    p->section.len = 0;
    ad_buf_add(&p->section, line.s + 1, end ? (size_t)(end - line.s) - 1 : line.len - 1);
    p->has_key = false;
    struct ad_ini_item item = {.section = view(&p->section), .line = p->line};
    if (end) /* else inih finds the mistake */
        tell(p, &item);
}

/* What inih reads its lines by: they come without indentation, or with a blank where they go on
 * with a value. */
static char *read_line(char *out, int room, void *arg)
{
    struct parser *p = arg;
    if (p->failed || p->rest.len == 0)
        return NULL;
    struct ad_str line = next_line(p);
    size_t indent = 0;
    while (line.len && is_space(*line.s))
        line.s++, line.len--, indent++;
    bool text = line.len && *line.s != ';' && *line.s != '#';
    p->continues = text && p->has_key && indent > p->indent;
    bool nul = memchr(line.s, '\0', line.len) != NULL;
    if (nul)
        ad_err_set(p->err, "%s:%lu: a NUL byte", p->name, p->line);
    else if (line.len + 3 > (size_t)room)
        ad_err_set(p->err, "%s:%lu: longer than %d bytes; go on in the next line, indented",
                   p->name, p->line, room - 3);
    if (nul || line.len + 3 > (size_t)room) {
        fail(p, p->line);
        return NULL;
    }
    if (text && !p->continues && *line.s == '[') {
        begin_section(p, line);
    } else if (text && !p->continues) {
        p->has_key = true;
        p->indent = indent;
    }
    *out = ' ';
    if (line.len)
        memcpy(out + p->continues, line.s, line.len);
    out[line.len + p->continues] = '\0';
    return out;
}

static int handle(void *arg, const char *section, const char *key, const char *value)
{
    struct parser *p = arg;
    if (p->failed)
        return 0;
    if (!ad_str_eq(view(&p->section), ad_str_of(section))) {
        ad_err_set(p->err, "%s:%lu: the name of this section is too long", p->name, p->line);
        fail(p, p->line);
        return 0;
    }
    if (p->continues) {
        for (; p->value_line < p->line; p->value_line++)
            ad_buf_addz(&p->value, "\n");
        ad_buf_addz(&p->value, value);
        return 1;
    }
    flush(p);
    p->key.len = p->value.len = 0;
    ad_buf_addz(&p->key, key);
    ad_buf_addz(&p->value, value);
    p->key_line = p->value_line = p->line;
    return !p->failed;
}

int ad_ini_parse(struct ad_str text, const char *name,
                 int (*item)(void *arg, const struct ad_ini_item *, struct ad_err *), void *arg,
                 struct ad_err *err)
{
    struct parser p = {.rest = text, .name = name, .item = item, .arg = arg, .err = err};
    if (text.len >= 3 && memcmp(text.s, "\xef\xbb\xbf", 3) == 0)
        p.rest = (struct ad_str){text.s + 3, text.len - 3};
    int wrong = ini_parse_stream(read_line, &p, handle, &p);
    flush(&p);
    if (wrong > 0 && (!p.failed || (unsigned long)wrong < p.failed_at)) {
        ad_err_set(err, "%s:%d: neither [section] nor key = value", name, wrong);
        p.failed = true;
    } else if (wrong < 0) {
        ad_err_nomem(err);
        p.failed = true;
    }
    ad_buf_free(&p.section);
    ad_buf_free(&p.key);
    ad_buf_free(&p.value);
    return p.failed ? -1 : 0;
}
