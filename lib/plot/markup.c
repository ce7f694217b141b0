#include "plot/markup.h"

#include "plot/lettering.h"

void ad_markup(struct ad_sink *sink, const char *z)
{
    ad_sink_write(sink, z, strlen(z));
}

void ad_markup_text(struct ad_sink *sink, struct ad_str text)
{
    const char *p = text.s, *end = p + text.len;
    while (p < end) {
        const char *entity = ad_str_entity(*p);
        size_t n = ad_letter_size(p, end);
        if (entity)
            ad_markup(sink, entity);
        else if (n)
            ad_sink_write(sink, p, n);
        else
            ad_markup(sink, AD_LETTER_LOST);
        p += n ? n : 1;
    }
}
