/* The scanner against jansson: the same lines accepted, the same values found, the same members
 * listed. Differences that are meant: jansson refuses numbers beyond the range of a double and keys
 * with NULs, nests to 2048, and overlooks a NUL byte behind a number. */
#include "record/json.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FLAGS = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL };

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* The text between p and end, as a string of its own. */
static char *copy(const char *p, size_t len)
{
    char *s = malloc(len + 1);
    check(s);
    if (len)
        memcpy(s, p, len);
    s[len] = '\0';
    return s;
}

static json_t *member(const json_t *object, const char *name, size_t len)
{
    char *key = copy(name, len);
    json_t *v = json_object_get(object, key);
    free(key);
    return v;
}

/* What ad_json_set_new() says of dotted names, on jansson's values. */
static json_t *resolve(const json_t *object, const char *name)
{
    json_t *v = json_object_get(object, name);
    for (size_t k = strlen(name); k-- > 0 && !v;)
        if (name[k] == '.')
            v = resolve(member(object, name, k), name + k + 1);
    return v;
}

static void check_value(const struct ad_json_value *got, json_t *want)
{
    static const enum ad_json_kind kinds[] = {
        [JSON_OBJECT] = AD_JSON_OBJECT, [JSON_ARRAY] = AD_JSON_ARRAY,
        [JSON_STRING] = AD_JSON_STRING, [JSON_REAL] = AD_JSON_NUMBER,
        [JSON_TRUE] = AD_JSON_TRUE,     [JSON_FALSE] = AD_JSON_FALSE,
        [JSON_NULL] = AD_JSON_NULL};
    check(got->kind == (want ? kinds[json_typeof(want)] : AD_JSON_ABSENT));
    if (!want)
        return;
    if (got->kind == AD_JSON_STRING) {
        struct ad_buf b = {0};
        check(ad_json_unescape(got->text, &b) == 0 && b.len == json_string_length(want));
        check(b.len == 0 || memcmp(b.s, json_string_value(want), b.len) == 0);
        check(got->escaped == (got->text.len && memchr(got->text.s, '\\', got->text.len)));
        ad_buf_free(&b);
        return;
    }
    json_t *again = json_loadb(got->text.s, got->text.len, FLAGS | JSON_DECODE_ANY, NULL);
    check(json_equal(again, want));
    json_decref(again);
}

static void check_wanted(const struct ad_str text, const json_t *root)
{
    static const char *const names[] = {"a", "b", "a.b", "a.b.c", "", "value", ".", "\xc3\xa9"};
    enum { N = sizeof names / sizeof names[0] };
    struct ad_str wanted[N];
    struct ad_json_value out[N];
    struct ad_json_line line;
    for (size_t i = 0; i < N; i++)
        wanted[i] = ad_str_of(names[i]);
    struct ad_json_set *set = ad_json_set_new(wanted, N);
    check(set);
    for (int repeat = 0; repeat < 2; repeat++) {
        check(ad_json_scan(set, text, out, &line) == 0);
        for (size_t i = 0; i < N; i++)
            check_value(&out[i], resolve(root, names[i]));
    }
    ad_json_set_free(set);
}

static void check_members(struct ad_str text, const json_t *root)
{
    json_t *again = json_object();
    struct ad_json_member m;
    for (size_t at = 0; ad_json_next(text, &at, &m);) {
        struct ad_buf k = {0};
        check(ad_json_unescape(m.key, &k) == 0 && ad_buf_add(&k, "", 1) == 0);
        bool string = m.value.kind == AD_JSON_STRING;
        json_t *v = json_loadb(m.value.text.s - string, m.value.text.len + 2U * string,
                               FLAGS | JSON_DECODE_ANY, NULL);
        check(v && json_object_set_new(again, k.s, v) == 0);
        ad_buf_free(&k);
    }
    check(json_equal(again, root));
    json_decref(again);
}

/* A member put in before `close` is there and nothing else has changed. */
static void check_append(struct ad_str text, const struct ad_json_line *line, json_t *root)
{
    struct ad_buf b = {0};
    ad_buf_add(&b, text.s, line->close);
    ad_buf_addz(&b, line->empty ? "\"zz\":true" : ",\"zz\":true");
    ad_buf_add(&b, text.s + line->close, text.len - line->close);
    json_t *more = json_loadb(b.s, b.len, FLAGS, NULL);
    check(more && json_object_set_new(root, "zz", json_true()) == 0 && json_equal(more, root));
    json_decref(more);
    ad_buf_free(&b);
}

/* Any bytes at all can be quoted, and valid UTF-8 comes back as it was. */
static void check_quote(struct ad_str v)
{
    struct ad_buf b = {0}, back = {0};
    check(ad_json_quote(&b, v) == 0);
    json_t *got = json_loadb(b.s, b.len, FLAGS | JSON_DECODE_ANY, NULL);
    json_t *want = json_stringn(v.s, v.len);
    check(json_is_string(got) && (!want || json_equal(got, want)));
    check(ad_json_unescape((struct ad_str){b.s + 1, b.len - 2}, &back) == 0);
    check(back.len == json_string_length(got));
    check(back.len == 0 || memcmp(back.s, json_string_value(got), back.len) == 0);
    json_decref(got);
    json_decref(want);
    ad_buf_free(&b);
    ad_buf_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ad_str text = {(const char *)data, size};
    struct ad_json_line line = {0};
    json_error_t error;
    if (!size)
        return 0;
    check_quote(text);
    json_t *root = json_loadb(text.s, text.len, FLAGS, &error);
    int bad = ad_json_scan(NULL, text, NULL, &line);
    check(bad ? line.why && line.at <= size : line.close < size && text.s[line.close] == '}');
    check(bad || !memchr(data, 0, size));
    if (!root) {
        enum json_error_code code = json_error_code(&error);
        check(bad || code == json_error_numeric_overflow || code == json_error_null_byte_in_key);
    } else if (bad) {
        check(!json_is_object(root) || strcmp(line.why, "nested too deeply") == 0 ||
              memchr(data, 0, size));
    } else {
        check_wanted(text, root);
        check_members(text, root);
        check_append(text, &line, root);
    }
    json_decref(root);
    return 0;
}
