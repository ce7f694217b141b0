/* Text on its way into other formats, and JSON as it is written. */
#ifndef AD_ALERT_TEXT_H
#define AD_ALERT_TEXT_H

#include "base/str.h"

#include <stdint.h>

/* How text must be written so that it stays text. Whatever is not UTF-8 becomes U+FFFD. */
enum ad_as {
    AD_AS_TEXT,
    AD_AS_LINE, /* control characters and line ends become blanks */
    AD_AS_JSON, /* the inside of a string */
    AD_AS_URL,  /* RFC 3986: all but unreserved characters as %XX */
    AD_AS_HTML,
    AD_AS_SLACK, /* & < > */
    AD_AS_VALUE  /* a JSON value; for templates only */
};

#define AD_NO_LIMIT SIZE_MAX

/* Append v written so, in at most `most` bytes (no fewer than 12): cut before a character, never in
 * an escape, and then with an ellipsis. Returns 0, or -1 when out of memory. */
int ad_text_add(struct ad_buf *out, struct ad_str v, enum ad_as as, size_t most);

/* Append what another program said as a message may show it: one line, control bytes as \xNN,
 * at most 200 bytes. Returns 0, or -1 when out of memory. */
int ad_text_add_said(struct ad_buf *out, struct ad_str v);

/* Take the text of a buffer as a view. */
static inline struct ad_str ad_buf_str(const struct ad_buf *b)
{
    return (struct ad_str){b->s, b->len};
}

/* JSON, written member by member; commas come by themselves. Elements of arrays have a NULL key.
 * Failures show in b->failed. */
void ad_put_open(struct ad_buf *b, const char *key, char bracket);
void ad_put_close(struct ad_buf *b, char bracket);
void ad_put_text(struct ad_buf *b, struct ad_str key, struct ad_str v, size_t most);
void ad_put_z(struct ad_buf *b, const char *key, const char *v);
void ad_put_member(struct ad_buf *b, const char *key, struct ad_str v, size_t most);
void ad_put_raw(struct ad_buf *b, const char *key, struct ad_str json);

#endif
