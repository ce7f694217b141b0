/* Templates, and the texts they are filled with: the first line is the template, the rest a notice.
 * Whatever a JSON template is filled with, jansson reads the result as what jansson finds in the
 * notice; HTML has no bare < > " in it, a URL nothing but what RFC 3986 leaves as it is. */
#include "alert/template.h"
#include "alert/message.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FLAGS = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY };

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void render(const char *text, enum ad_as as, struct ad_str doc, struct ad_buf *out)
{
    struct ad_err err = {0};
    size_t at;
    struct ad_template *t = ad_template_new(ad_str_of(text), as, &at, &err);
    check(t && ad_template_render(t, doc, out) == 0);
    ad_template_free(t);
}

/* The title's text, by jansson, or NULL where the two need not agree on what it is. */
static json_t *title(struct ad_str doc)
{
    json_t *root = json_loadb(doc.s, doc.len, FLAGS, NULL);
    json_t *t = json_incref(json_object_get(root, "title"));
    json_decref(root);
    if (json_is_string(t))
        return t;
    json_decref(t);
    return NULL;
}

static void check_json(const struct ad_message *m)
{
    struct ad_buf b = {0};
    render("[\"{{title}}\",\"{{record|html}}\",{{title|value}},{{with|value}}]", AD_AS_JSON, m->doc,
           &b);
    json_t *want = title(m->doc), *got = json_loadb(b.s, b.len, FLAGS, NULL);
    if (want) {
        check(!got || json_equal(json_array_get(got, 0), want));
        check(!got || json_equal(json_array_get(got, 2), want));
    }
    /* It may refuse what stands in the notice as a value, never what was made of texts. */
    b.len = 0;
    render("[\"{{title}}\",\"{{record}}\",\"{{group.a|url}}\",\"{{tags|json}}\"]", AD_AS_JSON,
           m->doc, &b);
    json_decref(got);
    got = json_loadb(b.s, b.len, FLAGS, NULL);
    check(json_array_size(got) == 4);
    json_decref(got);
    json_decref(want);
    ad_buf_free(&b);
}

static void check_others(const struct ad_message *m)
{
    struct ad_buf b = {0};
    render("{{title}}{{record|json}}{{reason|value}}", AD_AS_HTML, m->doc, &b);
    for (size_t i = 0; i < b.len; i++)
        check(!strchr("<>\"'\r\x1b", b.s[i]));
    b.len = 0;
    render("{{title}}{{record|html}}{{reason|value}}", AD_AS_URL, m->doc, &b);
    for (size_t i = 0; i < b.len; i++)
        check(b.s[i] > ' ' && b.s[i] < 0x7f && !strchr("\"&=?/#+<>", b.s[i]));
    ad_buf_free(&b);
}

/* Any limit is kept, and what is cut stays UTF-8. */
static void check_cut(struct ad_str v, size_t most)
{
    struct ad_buf b = {0};
    for (int as = AD_AS_TEXT; as <= AD_AS_SLACK; as++) {
        b.len = 0;
        check(ad_text_add(&b, v, (enum ad_as)as, most) == 0 && b.len <= most);
        json_t *valid = json_stringn(b.len ? b.s : "", b.len);
        check(valid);
        json_decref(valid);
    }
    b.len = 0;
    check(ad_text_add_said(&b, v) == 0 && b.len <= 200);
    ad_buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ad_str all = {(const char *)data, size};
    const char *end = size ? memchr(all.s, '\n', size) : NULL;
    if (!end)
        return 0;
    struct ad_str text = {all.s, (size_t)(end - all.s)};
    struct ad_str notice = {end + 1, size - text.len - 1};
    struct ad_message m = {0};
    struct ad_err err = {0};
    struct ad_buf out = {0};
    size_t at;
    check_cut(notice, 12 + text.len);
    struct ad_template *t = ad_template_new(text, AD_AS_JSON, &at, &err);
    check(t || (err.text && at < text.len + 1));
    if (ad_message_read(&m, notice, &err) == 0) {
        check(!t || ad_template_render(t, m.doc, &out) == 0);
        check_json(&m);
        check_others(&m);
        check(ad_message_lines(&m, &out) == 0);
    }
    ad_template_free(t);
    ad_message_free(&m);
    ad_buf_free(&out);
    ad_err_free(&err);
    return 0;
}
