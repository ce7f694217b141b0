/* What a window of values looks like: its features. */
#ifndef AD_DETECT_SUBSEQ_WINDOW_H
#define AD_DETECT_SUBSEQ_WINDOW_H

#include <stddef.h>

/* Mean, spread, slope, roughness, highest and lowest value, then the energy in up to seven bands of
 * frequency. */
enum ad_subseq_feature {
    AD_SUBSEQ_MEAN,
    AD_SUBSEQ_SPREAD, /* ln(standard deviation + 0.02) */
    AD_SUBSEQ_SLOPE,  /* of the line of least squares, over the whole window */
    AD_SUBSEQ_STEPS,  /* ln(root mean square of the steps from value to value + 0.02) */
    AD_SUBSEQ_HIGH,
    AD_SUBSEQ_LOW,
    AD_SUBSEQ_BANDS, /* the first; ln(energy of the window without its mean, Hann's taper on it, as
                        NumPy's hanning() has it, divided by its length, + 0.001) */
    AD_SUBSEQ_MOST = AD_SUBSEQ_BANDS + 7
};

/* Tables for windows of w values; see ad_subseq_window_init(). */
struct ad_subseq_window {
    size_t w, hop;   /* windows are looked at `hop` values apart, max(1, w/8) */
    size_t features; /* how many */
    size_t bins;     /* frequencies that are looked at one by one, in groups of 8 */
    double *taper;   /* [w] */
    double *wave;    /* [64][bins][cosine, sine] in groups of 8 bins: the first values */
    double *turn;    /* [w/64][bins][cosine, sine], likewise: what the next 64 are turned by */
};

/* For windows of w >= 2 values. Returns 0, or -1 when out of memory; free it in either case. */
int ad_subseq_window_init(struct ad_subseq_window *t, size_t w);
void ad_subseq_window_free(struct ad_subseq_window *t);

/* The features of x[0..w) into out[features]; room[w] is used on the way. */
void ad_subseq_window_features(const struct ad_subseq_window *t, const double *x, double *room,
                               double *out);

/* The periods, in values, of a band of windows of w values: the shortest and the longest. */
void ad_subseq_window_periods(size_t w, size_t feature, double *shortest, double *longest);

#endif
