/* What the calls of a condition remember of a group: `last(f)`, `count(60s)` and their like. */
#ifndef AD_DECIDE_EXPR_STATE_H
#define AD_DECIDE_EXPR_STATE_H

#include "decide/expr.h"
#include "decide/expr_window.h"

enum ad_call_kind {
    AD_CALL_LAST,
    AD_CALL_DELTA,
    AD_CALL_RATE,
    AD_CALL_PCT_CHANGE,
    AD_CALL_REPEAT,
    AD_CALL_COUNT,
    AD_CALL_SUM
};

/* A call as it stands in a condition. */
struct ad_call {
    enum ad_call_kind kind;
    double span;     /* of COUNT and SUM, in seconds */
    size_t at, len;  /* in the text */
    size_t from, to; /* its piece of the program, while compiling */
};

/* Bytes kept of a text. */
enum { AD_CALL_TEXT = 4096 };

/* What a call remembers: a value with its time, or a window. */
struct ad_memory {
    union {
        struct {
            enum ad_value_kind kind;
            double x, t;
            double times; /* of REPEAT: how often in a row */
            char *s;      /* cap bytes from malloc, len of them used */
            size_t len, cap;
            size_t whole; /* length of the text before it was cut */
        } kept;
        struct ad_tally tally;
    };
};

/* The block that is the state of a condition. */
struct ad_expr_state {
    double newest; /* time of the newest record, or -INFINITY */
    struct ad_memory of[];
};

/* Learn v, a number or a text, at the time t, NAN or not before earlier ones. Returns the result of
 * the call; for LAST use ad_memory_last() before, ad_memory_keep() after. *nomem is set when memory
 * ran out. */
struct ad_value ad_memory_learn(const struct ad_call *call, struct ad_memory *m,
                                const struct ad_value *v, double t, bool *nomem);
struct ad_value ad_memory_last(const struct ad_memory *m);
/* Returns 0, or -1 when out of memory. */
int ad_memory_keep(struct ad_memory *m, const struct ad_value *v, double t);

#endif
