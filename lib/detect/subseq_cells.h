/* The values of a series as they came, and the evenly spaced ones that windows are made of. */
#ifndef AD_DETECT_SUBSEQ_CELLS_H
#define AD_DETECT_SUBSEQ_CELLS_H

#include <stdbool.h>
#include <stddef.h>

/* A value with its time (NAN: none) and its row. */
struct ad_subseq_value {
    double x, t, row;
};

/* Cells a step apart: one for each value, and guessed ones where steps were left out, in between on
 * the line from value to value. */
struct ad_subseq_cells {
    size_t n;
    double *x;
    size_t *value; /* [values] the cell of each */
    double *row;   /* of the value, or of the last one before */
    size_t *gaps;  /* [n + 1] how many before each cell were guessed in holes; NULL: none were */
    double step;   /* the usual time from value to value; 0: there are no times, rows count */
};

/* Of n >= 1 values. A hole is at most n/8 cells; where more than n would have to be guessed, times
 * are not evenly spaced, and nothing is. Returns 0, or -1 when out of memory; free in either case.
 */
int ad_subseq_cells_make(struct ad_subseq_cells *c, const struct ad_subseq_value *v, size_t n);
void ad_subseq_cells_free(struct ad_subseq_cells *c);

/* So many guessed cells in a row are no hole yet. */
enum { AD_SUBSEQ_NO_HOLE = 3 };

/* How many cells lie between two values in a row; the time of the first is the newest so far. */
double ad_subseq_cells_between(double step, const struct ad_subseq_value *before,
                               const struct ad_subseq_value *after);

#endif
