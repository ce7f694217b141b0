/* Views of text, and the one growable buffer. */
#ifndef AD_BASE_STR_H
#define AD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A view of bytes somebody else owns: never freed, not NUL-terminated, may hold NULs. */
struct ad_str {
    const char *s;
    size_t len;
};

static inline struct ad_str ad_str_of(const char *z)
{
    return (struct ad_str){z, strlen(z)};
}

static inline bool ad_str_eq(struct ad_str a, struct ad_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

/* Without the blanks and tabs at both ends. */
struct ad_str ad_str_trim(struct ad_str v);

/* Whether v equals the NUL-terminated z, ASCII letters compared without case. */
bool ad_str_caseeq(struct ad_str v, const char *z);

/* Whether v is how a missing value is written: nothing, NA, N/A, NaN, null in any case. */
bool ad_str_is_missing(struct ad_str v);

/* Whether v matches the shell pattern z of `*`, `?` and plain bytes. */
bool ad_str_glob(struct ad_str v, struct ad_str pattern);

/* Edits that turn a into b (Levenshtein with adjacent swaps, ASCII case ignored); a number above
 * `most` means only "more than most". */
size_t ad_str_distance(struct ad_str a, struct ad_str b, size_t most);

/* What stands for & < > " or ' in HTML and XML, or NULL for all others. */
const char *ad_str_entity(char c);

/* A growable byte buffer; {0} is empty. Once an allocation has failed `failed` stays set and the
 * buffer takes nothing more, so that a run of additions needs one check at its end. */
struct ad_buf {
    char *s;
    size_t len, cap;
    bool failed;
};

/* Room for `more` bytes after len. Returns where they go, or NULL when out of memory. */
char *ad_buf_room(struct ad_buf *b, size_t more);

/* Append bytes. Returns 0, or -1 when out of memory. */
int ad_buf_add(struct ad_buf *b, const void *s, size_t len);
int ad_buf_addz(struct ad_buf *b, const char *z);

/* Append text as a message may show it: control bytes as \xNN, cut to `most` bytes of input, or to
 * 60. */
int ad_buf_add_visible_most(struct ad_buf *b, struct ad_str v, size_t most);
int ad_buf_add_visible(struct ad_buf *b, struct ad_str v);

void ad_buf_free(struct ad_buf *b);

#endif
