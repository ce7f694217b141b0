/* A figure in the form that was asked for. */
#ifndef AD_PLOT_PICTURE_H
#define AD_PLOT_PICTURE_H

#include "io/sink.h"
#include "plot/figure.h"

/* In the order of the words of --out, --chars and --color. */
enum ad_picture_form { AD_FORM_AUTO, AD_FORM_SVG, AD_FORM_PNG, AD_FORM_PDF, AD_FORM_TEXT };
enum ad_picture_chars { AD_CHARS_AUTO, AD_CHARS_BRAILLE, AD_CHARS_BLOCK, AD_CHARS_ASCII };
enum ad_picture_colour { AD_COLOUR_AUTO, AD_COLOUR_ALWAYS, AD_COLOUR_NEVER };

struct ad_picture_cfg {
    int form, chars, colour;
    bool html;
    unsigned long long width;  /* pixels, or columns of text; 0: 1200, or those of the terminal */
    unsigned long long height; /* of a panel: pixels, or lines of text; 0: what suits the figure */
};

/* The form in place of AUTO: text if standard output is a terminal, else SVG, also for HTML. */
enum ad_picture_form ad_picture_form(const struct ad_picture_cfg *cfg);

/* What is wrong with these, standard output being what it is (a string literal), or NULL. */
const char *ad_picture_check(const struct ad_picture_cfg *cfg);

/* Draw a settled figure. Of text *lines is how many lines it has. Returns 0, or -1; failures to
 * write show in the sink. */
int ad_picture_draw(const struct ad_figure *f, const struct ad_picture_cfg *cfg,
                    struct ad_sink *sink, size_t *lines, struct ad_err *err);

#endif
