#include "alert/channel_private.h"

int ad_wording_open(struct ad_wording *w, const struct ad_setup *su)
{
    return ad_setup_template(su, "title", NULL, AD_AS_TEXT, &w->title) ||
                   ad_setup_template(su, "text", NULL, AD_AS_TEXT, &w->text)
               ? -1
               : 0;
}

void ad_wording_close(struct ad_wording *w)
{
    ad_template_free(w->title);
    ad_template_free(w->text);
}

/* What has happened to it, where its title does not tell. */
static const char *happened(const struct ad_message *m)
{
    static const struct {
        const char *event, *word;
    } words[] = {{"acknowledge", "acknowledged: "}, {"repeat", "still "}, {"worse", "now "}};
    if (m->over)
        return "resolved: ";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (ad_str_eq(m->text[AD_M_EVENT], ad_str_of(words[i].event)))
            return words[i].word;
    return "";
}

void ad_wording_title(const struct ad_wording *w, const struct ad_message *m, struct ad_buf *out)
{
    struct ad_str title = m->text[AD_M_TITLE];
    if (w->title && ad_template_render(w->title, m->doc, out))
        out->failed = true;
    if (w->title)
        return;
    ad_buf_addz(out, happened(m));
    ad_buf_add(out, title.s, title.len);
}

void ad_wording_text(const struct ad_wording *w, const struct ad_message *m, struct ad_buf *out)
{
    struct ad_str reason = m->text[AD_M_REASON];
    if (w->text && ad_template_render(w->text, m->doc, out))
        out->failed = true;
    if (w->text)
        return;
    if (reason.len) {
        ad_text_add(out, reason, AD_AS_LINE, 2000);
        ad_buf_addz(out, "\n\n");
    }
    ad_message_lines(m, out);
}

void ad_put_template(struct ad_buf *b, const char *key, struct ad_template *t,
                     const struct ad_message *m, size_t most)
{
    struct ad_buf text = {0};
    if (t && ad_template_render(t, m->doc, &text))
        b->failed = true;
    if (text.len)
        ad_put_member(b, key, ad_buf_str(&text), most);
    ad_buf_free(&text);
}
