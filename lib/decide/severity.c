#include "decide/severity.h"

#include "base/number.h"
#include "decide/word.h"

int ad_severity_scale_parse(struct ad_severity_scale *scale, struct ad_str text, struct ad_err *err)
{
    for (size_t n = 0; text.len; text.s += n, text.len -= n) {
        n = 0;
        while (n < text.len && text.s[n] != ',')
            n++;
        struct ad_str one = {text.s, n}, word = ad_word_next(&one), number = ad_word_next(&one);
        enum ad_severity s = ad_severity_parse(word);
        if (s == AD_SEVERITY_NONE || ad_number_parse(number, &scale->from[s]) ||
            ad_word_next(&one).len)
            return ad_err_set(err, "severities are written like \"low 0.3, medium 0.5, high 0.7, "
                                   "critical 0.9\"");
        n += n < text.len;
    }
    for (int s = AD_LOW; s <= AD_CRITICAL; s++)
        if (!(scale->from[s] > scale->from[s - 1]) || !(scale->from[s] < 1))
            return ad_err_set(err, "severities begin above 0, each above the one before, below 1");
    return 0;
}
