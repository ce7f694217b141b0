#include "decide/function.h"

#include "decide/word.h"

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
    const char *names[ALL + 1];
    for (size_t i = 0; i < ALL; i++) {
        if (ad_str_eq(ad_str_of(all[i].name), name))
            return &all[i];
        names[i] = all[i].name;
    }
    names[ALL] = NULL;
    ad_word_unknown("function", name, names, err);
    return NULL;
}
