/* Templates: text with `{{field}}` and `{{field|escape}}` in it. */
#ifndef AD_ALERT_TEMPLATE_H
#define AD_ALERT_TEMPLATE_H

#include "alert/text.h"
#include "base/err.h"

/* A field is the name of a member of a notice, or a path into one: `title`, `group.host`,
 * `record.a.b`. An escape (json, url, html) comes before the one that the whole template has, so
 * that no field can ever be more than text in it; `value` is the JSON value itself, a string with
 * its quotes, null where there is none. What a field holds is never looked at again: braces in it
 * are text. */
struct ad_template;

/* Compile; `as` is the escape of all fields. Text outside of fields stays as it is.
 * Returns NULL with what is wrong, and in *at the offset where. */
struct ad_template *ad_template_new(struct ad_str text, enum ad_as as, size_t *at,
                                    struct ad_err *err);
void ad_template_free(struct ad_template *t);

/* Append the text for a notice that ad_message_read() has read; fields that it has not are empty.
 * For one thread at a time. Returns 0, or -1 when out of memory. */
int ad_template_render(struct ad_template *t, struct ad_str doc, struct ad_buf *out);

#endif
