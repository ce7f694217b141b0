#include "decide/regex.h"

/* C libraries compile by recursion and multiply what is repeated. */
enum { LONGEST = 1000, COPIES = 1000 };

/* NULL, or why the pattern is not taken. */
static const char *refusal(struct ad_str v)
{
    unsigned long copies = 1, times = 0;
    bool count = false;
    if (v.len > LONGEST)
        return "longer than 1000 bytes";
    for (size_t i = 0; i < v.len; i++) {
        if (v.s[i] == '\0')
            return "NUL is never found";
        if (v.s[i] == '\\' && i + 1 < v.len && v.s[++i] >= '1' && v.s[i] <= '9')
            return "extended ones have no back-references";
        if (v.s[i] == '{') {
            count = true;
            times = 0;
        } else if (count && v.s[i] >= '0' && v.s[i] <= '9') {
            times = 10 * times + (unsigned long)(v.s[i] - '0');
        } else if (count) {
            copies *= times ? times : 1;
            count = v.s[i] == ',';
            times = 0;
        }
        if (copies > COPIES || times > COPIES)
            return "more than 1000 repetitions in all";
    }
    return NULL;
}

int ad_regex_compile(regex_t *regex, struct ad_str pattern, struct ad_err *err)
{
    char why[100];
    const char *no = refusal(pattern);
    if (no)
        return ad_err_set(err, "regular expression: %s", no);
    int rc = regcomp(regex, pattern.s, REG_EXTENDED | REG_NOSUB);
    if (rc == 0)
        return 0;
    regerror(rc, regex, why, sizeof why);
    return ad_err_set(err, "regular expression: %s", why);
}
