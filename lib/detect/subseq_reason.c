#include "detect/subseq_reason.h"

#include "base/number.h"

#include <math.h>

struct ad_subseq_reason ad_subseq_reason_of(const struct ad_subseq_part *part,
                                            const struct ad_subseq_anchor *a,
                                            const struct ad_subseq_units *units)
{
    struct ad_subseq_reason r = {
        .loudness = a->loudness, .kind = part->kind, .feature = a->feature, .like = NAN};
    if (part->kind != AD_SUBSEQ_FEATURES)
        return r;
    double shift = a->feature == AD_SUBSEQ_SLOPE ? 0 : units->center;
    switch (a->feature) {
    case AD_SUBSEQ_MEAN:
    case AD_SUBSEQ_SLOPE:
    case AD_SUBSEQ_HIGH:
    case AD_SUBSEQ_LOW:
        r.value = shift + units->scale * a->value;
        r.usual = shift + units->scale * a->usual;
        break;
    default:
        r.value = a->value;
        r.usual = a->usual;
    }
    if (a->feature >= AD_SUBSEQ_BANDS)
        ad_subseq_window_periods(part->w, a->feature, &r.shortest, &r.longest);
    return r;
}

/* With three digits, or as a whole number if it is larger. */
static void add_number(struct ad_buf *out, double x)
{
    char text[AD_NUMBER_MAX];
    double unit = x != 0 ? pow(10, floor(log10(fabs(x))) - 2) : 1;
    unit = unit < 1 ? unit : 1;
    ad_buf_add(out, text, ad_number_print(text, floor(x / unit + 0.5) * unit));
}

static void add_ratio(struct ad_buf *out, double log_ratio)
{
    double ratio = exp(fmin(fabs(log_ratio), 30));
    ad_buf_addz(out, log_ratio < 0 ? " is 1/" : " is ");
    add_number(out, ratio);
    ad_buf_addz(out, log_ratio < 0 ? " of the usual" : " x the usual");
}

static void add_feature(const struct ad_subseq_reason *r, struct ad_buf *out)
{
    static const char *const names[] = {
        "level",         "deviation",   "slope over the window", "step from value to value",
        "highest value", "lowest value"};
    bool energy = r->feature >= AD_SUBSEQ_BANDS;
    ad_buf_addz(out, energy ? "energy at period" : names[r->feature]);
    if (energy && r->longest > r->shortest) {
        ad_buf_addz(out, "s of ");
        add_number(out, r->shortest);
        ad_buf_addz(out, " to");
    }
    if (energy) {
        ad_buf_addz(out, " ");
        add_number(out, r->longest);
    }
    if (energy || r->feature == AD_SUBSEQ_SPREAD || r->feature == AD_SUBSEQ_STEPS) {
        add_ratio(out, r->value - r->usual);
        return;
    }
    ad_buf_addz(out, " ");
    add_number(out, r->value);
    ad_buf_addz(out, " (usually ");
    add_number(out, r->usual);
    ad_buf_addz(out, ")");
}

static void add_row(struct ad_buf *out, double row)
{
    char text[AD_NUMBER_MAX];
    ad_buf_add(out, text, ad_number_print(text, row + 1));
}

void ad_subseq_reason_text(const struct ad_subseq_reason *r, struct ad_buf *out)
{
    ad_buf_addz(out, "rows ");
    add_row(out, r->from);
    ad_buf_addz(out, "-");
    add_row(out, r->to);
    ad_buf_addz(out, ": ");
    if (r->kind == AD_SUBSEQ_FEATURES) {
        add_feature(r, out);
        return;
    }
    ad_buf_addz(out, r->kind == AD_SUBSEQ_LEVEL ? "level and shape" : "shape");
    ad_buf_addz(out, " unlike the others");
    if (!isnan(r->like)) {
        ad_buf_addz(out, ", nearest at row ");
        add_row(out, r->like);
    }
}
