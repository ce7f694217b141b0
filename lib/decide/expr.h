/* Conditions over the fields of a record, `status >= 500 && path =~ "^/pay"`, compiled once.
 * ad-rules(5) defines the language. */
#ifndef AD_DECIDE_EXPR_H
#define AD_DECIDE_EXPR_H

#include "base/calendar.h"
#include "base/err.h"
#include "base/hours.h"
#include "base/names.h"
#include "base/pack.h"
#include "base/time.h"

enum ad_value_kind { AD_VALUE_MISSING, AD_VALUE_NUMBER, AD_VALUE_TEXT };

/* A value while a condition is evaluated; truth is the number 1 or 0. A field is text, and a number
 * where one is wanted. */
struct ad_value {
    enum ad_value_kind kind;
    double x;
    struct ad_str s;
};

/* A value of the wrong type: what is wrong (a literal; NULL: nothing is), the value, and where in
 * the text of the condition. */
struct ad_expr_fault {
    const char *what;
    struct ad_str got; /* its first bytes, until the next fault */
    size_t at;
};

/* What a condition is evaluated with: {0}, then filled by the caller down to `known`. */
struct ad_expr_env {
    const struct ad_str *field;         /* by index of the list of names given to the compiler; .s
                                           of NULL is absent, no text is missing, too */
    double t;                           /* of the record, seconds since 1970; NAN: it has none */
    struct ad_clock *clock;             /* the zone, and how times are read */
    const struct ad_hours *hours;       /* NULL: none */
    const struct ad_calendar *holidays; /* NULL: none */
    const struct ad_names *na;          /* more words for a missing number, or NULL */
    const struct ad_value *known;       /* by index of ad_expr_cfg.known */

    struct ad_expr_fault fault; /* the first one since it was set to {0} */
    bool nomem;                 /* set when memory for a state ran out; that state is then behind */
    struct ad_buf scratch, got;
};
void ad_expr_env_free(struct ad_expr_env *env);

/* A name that is no field but a value of the caller's: a number, or a text that is one of `words`,
 * or missing. */
struct ad_expr_known {
    const char *name;
    const char *const *words; /* NULL ends them; NULL itself: a number */
};

struct ad_expr_cfg {
    const struct ad_expr_known *known; /* .name of NULL ends them; or NULL */
    bool no_holidays;                  /* is_holiday() is an error: there is no calendar */
};

/* What a condition asks of its caller: that records have times. */
enum { AD_EXPR_TIME = 1 };

struct ad_expr;

/* Compile a condition. Names of fields that are not in `fields` yet are added to it, so that
 * several conditions can share one list. Returns NULL when the text is not a condition, with the
 * offset in it of what is wrong in *at (see ad_expr_explain()), or when out of memory. The text is
 * copied. */
struct ad_expr *ad_expr_compile(struct ad_str text, const struct ad_expr_cfg *cfg,
                                struct ad_names *fields, size_t *at, struct ad_err *err);
void ad_expr_free(struct ad_expr *e);

/* Bits of what it asks for. */
unsigned ad_expr_needs(const struct ad_expr *e);

/* The names in `fields`, as the compiler left it, that this condition reads: their indices into
 * out[], which has room for fields->n. Returns their number. */
size_t ad_expr_names(const struct ad_expr *e, size_t *out);

/* Where the condition first names fields[i]: an offset in its text, or -1. */
ptrdiff_t ad_expr_where(const struct ad_expr *e, size_t i);

/* Turn the message in err, about byte `at` of a condition, into three lines: NAME:LINE: message,
 * the line of the text that holds the byte, and a caret below it. `line` is the number of the
 * text's first line; lines before end with a newline; 0 leaves the number out. Returns -1. */
int ad_expr_explain(struct ad_err *err, const char *name, unsigned long line, struct ad_str text,
                    size_t at);

/* What a condition remembers of a group of records, in state_size() bytes of the caller's (0: there
 * is nothing), aligned as for malloc(). Between init and free the block may be moved. */
size_t ad_expr_state_size(const struct ad_expr *e);
void ad_expr_state_init(const struct ad_expr *e, void *state);
void ad_expr_state_free(const struct ad_expr *e, void *state);
void ad_expr_state_save(const struct ad_expr *e, const void *state, struct ad_save *out);
/* Into one just made by init. Hostile input: returns 0, or -1; free it either way. */
int ad_expr_state_load(const struct ad_expr *e, void *state, struct ad_load *in);
/* Append the calls that it remembers for, `count(60s) delta(value)`: states fit each other if these
 * texts are the same. */
void ad_expr_state_print(const struct ad_expr *e, struct ad_buf *out);

/* The value of the condition for one record, a number or missing, while its group's state learns
 * from the record. `state` may be NULL if its size is 0. */
struct ad_value ad_expr_eval(const struct ad_expr *e, struct ad_expr_env *env, void *state);
/* The same as a truth: missing is false. */
bool ad_expr_test(const struct ad_expr *e, struct ad_expr_env *env, void *state);

#endif
