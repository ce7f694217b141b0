/* What things in a picture look like: one table for all formats, on light paper. Told apart by
 * lightness and shape before colour (as Okabe and Ito ask, Color universal design, 2008), so that
 * pictures hold in grey and for colour-blind readers. */
#ifndef AD_PLOT_INK_H
#define AD_PLOT_INK_H

enum ad_ink {
    AD_INK_PAPER,
    AD_INK_FRAME, /* around a panel */
    AD_INK_GRID,
    AD_INK_TEXT,
    AD_INK_FAINT, /* text that matters less */
    AD_INK_LABEL, /* stretches that somebody marked */
    AD_INK_BAND,  /* what is normal */
    AD_INK_EXPECTED,
    AD_INK_LINE,  /* the values */
    AD_INK_SCORE, /* below the alarm line */
    AD_INK_ALARM, /* and above, and that line */
    AD_INK_FLAG,  /* flagged points */
    AD_INK_SHIFT,
    AD_INKS
};

struct ad_ink_look {
    const char *name;      /* for classes of SVG */
    unsigned char rgb[3];  /* 0 to 255 */
    double opacity, width; /* of fills and lines; width in pixels, of dots across */
    double dash;           /* 0: a whole line */
    int ansi;              /* the colour of terminals: 0 to 7, 8 to 15 bright ones; -1: the usual */
};

extern const struct ad_ink_look ad_ink[AD_INKS];

#endif
