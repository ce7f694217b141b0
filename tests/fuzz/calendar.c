/* iCalendar files: no crash, and days that are in order and found again. */
#include "base/calendar.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ad_calendar cal;
    struct ad_err err = {0};
    int rc = ad_calendar_parse(&cal, (struct ad_str){(const char *)data, size}, &err);
    if ((rc == 0) != (err.text == NULL))
        abort();
    for (size_t i = 0; rc == 0 && i < cal.n; i++)
        if ((i > 0 && cal.day[i - 1] >= cal.day[i]) || !ad_calendar_has(&cal, cal.day[i]))
            abort();
    ad_calendar_free(&cal);
    ad_err_free(&err);
    return 0;
}
