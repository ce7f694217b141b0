/* Series with anomalous windows, whose scores a line of Python makes as well:
 *
 *     y = [int(i % every >= every - width) for i in range(n)]
 *     s = [(i*i*37 + i*11) % mod + lift*y[i] for i in range(n)]
 */
#ifndef AD_LABELLED_H
#define AD_LABELLED_H

#include "maths/span.h"

enum { LABELLED_MOST = 1000 };

struct labelled_case {
    size_t n, every, width, lift, mod;
};

struct labelled {
    size_t n, windows;
    uint32_t level[LABELLED_MOST];
    struct ad_span window[LABELLED_MOST];
};

static inline int labelled_is(struct labelled_case c, size_t i)
{
    return i % c.every >= c.every - c.width;
}

static inline void labelled_make(struct labelled *s, struct labelled_case c)
{
    *s = (struct labelled){.n = c.n};
    for (size_t i = 0; i < c.n; i++) {
        int is = labelled_is(c, i);
        s->level[i] = (uint32_t)((i * i * 37 + i * 11) % c.mod + (is ? c.lift : 0));
        if (is && i > 0 && labelled_is(c, i - 1))
            s->window[s->windows - 1].last = i;
        else if (is)
            s->window[s->windows++] = (struct ad_span){i, i};
    }
}

#endif
