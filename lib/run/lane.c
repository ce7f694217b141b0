/* The fast lane: long runs of ordinary records of one series, which need none of the care of
 * loop.c, in three tight loops instead of one that asks every question of every record. */
#include "run/run.h"

#include "base/number.h"

#include <math.h>

bool ad_run_has_lane(const struct ad_run *r)
{
    const struct ad_settings *s = &r->set;
    bool same_format = r->in.kind == r->out.kind && r->in.delim == r->out.delim;
    return r->cmd->detector->advance && !r->multi && r->sel.field.n == 1 && r->sel.group.n == 0 &&
           r->learns && !s->no_learn && !s->fit && !s->explain && !s->each && !s->anomalies &&
           s->budget_per_day == 0 && r->na.n == 0 && s->gap == 0 && same_format;
}

/* Read times and values up to the first record that is not ordinary. */
static size_t read_samples(struct ad_run *r, const struct ad_record *rec, size_t n)
{
    const bool timed = r->time_slot != SIZE_MAX, json = r->in.kind == AD_FORMAT_NDJSON;
    const size_t value_slot = r->value_slot[0], time_slot = r->time_slot;
    struct ad_sample *sample = r->lane;
    double *x = r->lane_x, last = r->only->last, row = r->only->rows;
    size_t i = 0;
    for (; i < n && rec[i].kind == AD_RECORD_DATA && rec[i].eol.len; i++) {
        double t = NAN, elapsed = NAN;
        if (json && ad_run_collision(r, &rec[i]))
            break;
        if (ad_number_parse_padded(rec[i].value[value_slot], &x[i]))
            break;
        if (timed) {
            if (ad_clock_parse(r->clock, rec[i].value[time_slot], &t) || !(t >= last))
                break;
            elapsed = t - last;
            last = t;
        }
        sample[i].t = t;
        sample[i].wall = NAN;
        sample[i].elapsed = elapsed;
        sample[i].row = row++;
    }
    return i;
}

/* Score and learn a few records that are ordinary to look at, and print those that were. */
static size_t run_chunk(struct ad_run *r, const struct ad_record *rec, size_t n)
{
    /* From a little below the line on, loop.c decides. */
    double s0 = r->judge.s0, most = s0 * 0.9999;
    n = read_samples(r, rec, n);
    n = r->cmd->detector->advance(r->only->track->state, r->lane, n, &r->judge.line[1], most,
                                  r->lane_surprise);
    if (n == 0)
        return 0;
    r->only->last = r->lane[n - 1].t;
    r->only->rows += (double)n;
    r->count.records += n;
    r->count.good += n;
    /* By twos, which are divided at once: there are always two, AD_LANE being even. */
    double *s = r->lane_surprise;
    for (size_t i = 0; i < n; i += 2) {
        double a = s[i], b = s[i + 1];
        s[i] = a / (a + s0);
        s[i + 1] = b / (b + s0);
    }
    ad_writer_put_scores(r->writer, rec, s, n);
    return n;
}

size_t ad_run_lane(struct ad_run *r, const struct ad_record *rec, size_t n)
{
    if (!r->only || r->only->track->held || !r->only->track->state ||
        (r->time_slot != SIZE_MAX && isnan(r->only->last)))
        return 0;
    if (r->lane_closed > 0) {
        r->lane_closed--;
        return 0;
    }
    size_t done = 0, took;
    do {
        size_t chunk = n - done < AD_LANE ? n - done : AD_LANE;
        took = run_chunk(r, rec + done, chunk);
        done += took;
    } while (took == AD_LANE);
    /* A detector that takes nothing will hardly take the next record: do not read on for it. */
    if (done == 0)
        r->lane_closed = AD_LANE;
    return done;
}
