#include "decide/rules_private.h"

#include "base/number.h"
#include "decide/word.h"

static bool is_word(struct ad_str v, const char *word)
{
    return ad_str_eq(v, ad_str_of(word));
}

static int parse_severity(struct ad_str word, enum ad_severity *out, struct ad_err *err)
{
    static const char *const all[] = {"low", "medium", "high", "critical", NULL};
    *out = ad_severity_parse(word);
    return *out == AD_SEVERITY_NONE ? ad_word_unknown("severity", word, all, err) : 0;
}

static int escalate(struct ad_actions *act, struct ad_str *rest, struct ad_err *err)
{
    struct ad_str word = ad_word_next(rest);
    enum ad_severity least;
    if (word.len == 0) {
        act->up++;
        return 0;
    }
    if (!is_word(word, "to"))
        return ad_err_set(err, "write \"escalate\" or \"escalate to critical\"");
    if (parse_severity(ad_word_next(rest), &least, err))
        return -1;
    act->least = least > act->least ? least : act->least;
    return 0;
}

static int adjust(struct ad_actions *act, struct ad_str *rest, struct ad_err *err)
{
    double factor;
    if (ad_number_parse(ad_word_next(rest), &factor) || !(factor >= 0.001 && factor <= 1000))
        return ad_err_set(err, "adjust_threshold takes a factor from 0.001 to 1000");
    act->factor *= factor;
    return 0;
}

static int set(struct ad_actions *act, struct ad_str *rest, struct ad_err *err)
{
    if (act->set)
        return ad_err_set(err, "a second severity for one rule");
    act->set = true;
    return parse_severity(ad_word_next(rest), &act->severity, err);
}

static int tag(struct ad_names *tags, struct ad_str word, struct ad_err *err)
{
    if (word.len == 0)
        return ad_err_set(err, "a tag is missing");
    if (memchr(word.s, ' ', word.len) || memchr(word.s, '\t', word.len))
        return ad_err_set(err, "a tag has no blanks; commas separate tags");
    return ad_names_add(tags, word) ? ad_err_nomem(err) : 0;
}

/* One action; *tagging tells whether the one before was a tag, so that this may be another. */
static int parse_one(struct ad_actions *act, struct ad_names *tags, struct ad_str text,
                     bool *tagging, struct ad_err *err)
{
    static const char *const all[] = {"suppress", "escalate", "adjust_threshold",
                                      "severity", "tag",      NULL};
    struct ad_str rest = text, word = ad_word_next(&rest);
    bool again = *tagging;
    int rc = 0;
    if (is_word(word, "set"))
        word = ad_word_next(&rest);
    *tagging = false;
    if (is_word(word, "suppress"))
        act->suppress = true;
    else if (is_word(word, "escalate"))
        rc = escalate(act, &rest, err);
    else if (is_word(word, "adjust_threshold"))
        rc = adjust(act, &rest, err);
    else if (is_word(word, "severity"))
        rc = set(act, &rest, err);
    else if ((*tagging = is_word(word, "tag")))
        return tag(tags, ad_str_trim(rest), err);
    else if ((*tagging = again))
        return tag(tags, text, err);
    else
        return ad_word_unknown("action", word, all, err);
    if (rc == 0 && ad_word_next(&rest).len)
        return ad_err_set(err, "a comma is missing between two actions");
    return rc;
}

int ad_actions_parse(struct ad_actions *act, struct ad_names *tags, struct ad_str text,
                     struct ad_err *err)
{
    bool tagging = false;
    for (size_t n = 0; text.len; text.s += n, text.len -= n) {
        n = 0;
        while (n < text.len && text.s[n] != ',' && text.s[n] != '\n')
            n++;
        struct ad_str one = ad_str_trim((struct ad_str){text.s, n});
        if (one.len && parse_one(act, tags, one, &tagging, err))
            return -1;
        act->any |= one.len > 0;
        n += n < text.len;
    }
    return act->any ? 0 : ad_err_set(err, "an action is missing");
}
