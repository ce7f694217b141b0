/* io/source.h out of memory: files whose bytes come in reads of chosen sizes. It stands in for
 * lib/io/source.c in the program that includes it, once. */
#ifndef AD_PIECES_H
#define AD_PIECES_H

#include "base/str.h"
#include "io/source.h"

/* Each read gives at most the next of step[], over and over, but at least a byte; with no steps all
 * there is. `next` counts the files opened. Before a file's end nothing is ever ready. */
struct ad_source {
    const struct ad_str *file;
    size_t nfile, next, at;
    const unsigned char *step;
    size_t nstep, reads;
};

int ad_source_next(struct ad_source *src, struct ad_err *err)
{
    (void)err;
    src->at = 0;
    src->next += src->next <= src->nfile;
    return src->next <= src->nfile;
}

ssize_t ad_source_read(struct ad_source *src, void *buf, size_t cap, struct ad_err *err)
{
    (void)err;
    struct ad_str f = src->file[src->next - 1];
    size_t n = f.len - src->at;
    size_t most = src->nstep ? src->step[src->reads++ % src->nstep] : cap;
    most = most < cap ? most : cap;
    n = n < most ? n : most ? most : 1;
    if (src->at == f.len)
        return 0;
    memcpy(buf, f.s + src->at, n);
    src->at += n;
    return (ssize_t)n;
}

bool ad_source_ready(struct ad_source *src)
{
    return src->next > src->nfile || src->at == src->file[src->next - 1].len;
}

const char *ad_source_name(const struct ad_source *src)
{
    static const char *const names[] = {"none", "first", "second", "third", "later"};
    return names[src->next < 4 ? src->next : 4];
}

int ad_source_seek(struct ad_source *src, uint64_t offset, struct ad_err *err)
{
    (void)err;
    src->at = (size_t)offset;
    return 0;
}

/* Look at the n bytes behind v, which must be readable. */
static inline void look_behind(struct ad_str v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)*(const volatile char *)(v.s + v.len + i);
}

#endif
