#include "decide/function.h"

static const struct ad_function all[] = {
    {"hour", "hour(t)", AD_FUNCTION_TIME, AD_OP_HOUR},
    {"minute", "minute(t)", AD_FUNCTION_TIME, AD_OP_MINUTE},
    {"weekday", "weekday(t)", AD_FUNCTION_TIME, AD_OP_WEEKDAY},
    {"is_weekend", "is_weekend(t)", AD_FUNCTION_TIME, AD_OP_IS_WEEKEND},
    {"is_business_hours", "is_business_hours(t)", AD_FUNCTION_TIME, AD_OP_IS_BUSINESS_HOURS},
    {"is_holiday", "is_holiday(t)", AD_FUNCTION_TIME, AD_OP_IS_HOLIDAY},
    {"contains", "contains(text, part)", AD_FUNCTION_TEXTS, AD_OP_CONTAINS},
    {"starts_with", "starts_with(text, part)", AD_FUNCTION_TEXTS, AD_OP_STARTS_WITH},
    {"abs", "abs(x)", AD_FUNCTION_NUMBER, AD_OP_ABS},
    {"min", "min(x, y)", AD_FUNCTION_NUMBERS, AD_OP_MIN},
    {"max", "max(x, y)", AD_FUNCTION_NUMBERS, AD_OP_MAX},
    {"last", "last(field)", AD_FUNCTION_VALUE, AD_CALL_LAST},
    {"repeat", "repeat(field)", AD_FUNCTION_VALUE, AD_CALL_REPEAT},
    {"delta", "delta(field)", AD_FUNCTION_CHANGE, AD_CALL_DELTA},
    {"rate", "rate(field)", AD_FUNCTION_CHANGE, AD_CALL_RATE},
    {"pct_change", "pct_change(field)", AD_FUNCTION_CHANGE, AD_CALL_PCT_CHANGE},
    {"count", "count(60s)", AD_FUNCTION_COUNT, AD_CALL_COUNT},
    {"sum", "sum(field, 60s)", AD_FUNCTION_SUM, AD_CALL_SUM},
};

enum { ALL = sizeof all / sizeof *all };

const struct ad_function *ad_function_find(struct ad_str name, struct ad_err *err)
{
    struct ad_str v[ALL];
    struct ad_names names = {v, ALL};
    for (size_t i = 0; i < ALL; i++) {
        v[i] = ad_str_of(all[i].name);
        if (ad_str_eq(v[i], name))
            return &all[i];
    }
    const struct ad_str *like = ad_names_nearest(&names, name);
    struct ad_buf text = {0};
    ad_buf_addz(&text, "unknown function \"");
    ad_buf_add_visible(&text, name);
    ad_buf_addz(&text, like ? "\"; did you mean \"" : "\"; there are ");
    if (like)
        ad_buf_add(&text, like->s, like->len);
    else
        ad_names_list(&names, &text);
    ad_buf_addz(&text, like ? "\"?" : "");
    if (text.failed)
        ad_err_nomem(err);
    else
        ad_err_set(err, "%.*s", (int)text.len, text.s);
    ad_buf_free(&text);
    return NULL;
}
