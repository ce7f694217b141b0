/* The offsets of a time zone over the years, so that one process can ask several zones. */
#ifndef AD_ALERT_OFFSETS_H
#define AD_ALERT_OFFSETS_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* From from[i] on, seconds since 1970, a clock of the zone shows offset[i] seconds more than UTC;
 * from[0] is the beginning of time. */
struct ad_offsets {
    int64_t *from;
    int32_t *offset;
    size_t n;
};

/* Read a time as ad_clock_parse() does, on a clock of the zone; the same holds of it. Returns 0, or
 * -1. */
int ad_offsets_read(const char *zone, struct ad_str text, double *t, struct ad_err *err);

/* Those from 1970 to 2100 of a zone named as for ad_clock_open(), NULL: UTC. It is in force for a
 * moment, the one of the process then again: only before there are other threads. Returns 0, or -1.
 */
int ad_offsets_make(struct ad_offsets *o, const char *zone, struct ad_err *err);
void ad_offsets_free(struct ad_offsets *o);

/* What to add to the time t, seconds since 1970. */
int32_t ad_offsets_at(const struct ad_offsets *o, int64_t t);

#endif
