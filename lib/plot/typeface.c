#include "plot/typeface.h"

#include "plot/lettering.h"
#include "plot/pen.h"

#include <fontconfig/fontconfig.h>
#include <limits.h>

static void select_face(cairo_t *cr, const char *family, bool bold)
{
    cairo_select_font_face(cr, family, CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
}

/* Whether the face that is chosen has that letter: glyph 0 stands for those it lacks. */
static bool has(cairo_t *cr, const char *letter, size_t size)
{
    cairo_glyph_t *glyph = NULL;
    int n = 0;
    if (size == 1)
        return true;
    if (cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cr), 0, 0, letter, (int)size, &glyph,
                                         &n, NULL, NULL, NULL) != CAIRO_STATUS_SUCCESS)
        return true;
    bool is = n == 0 || glyph[0].index != 0;
    cairo_glyph_free(glyph);
    return is;
}

static FcPattern *match(FcChar32 letter)
{
    FcCharSet *letters = FcCharSetCreate();
    FcPattern *want = FcPatternCreate(), *got = NULL;
    FcResult result;
    if (letters && want && FcCharSetAddChar(letters, letter) &&
        FcPatternAddCharSet(want, FC_CHARSET, letters) &&
        FcPatternAddString(want, FC_FAMILY, (const FcChar8 *)"sans-serif") &&
        FcConfigSubstitute(NULL, want, FcMatchPattern)) {
        FcDefaultSubstitute(want);
        got = FcFontMatch(NULL, want, &result);
    }
    if (letters)
        FcCharSetDestroy(letters);
    if (want)
        FcPatternDestroy(want);
    return got;
}

static void select_for(cairo_t *cr, struct ad_str text, bool bold)
{
    FcChar32 letter;
    FcChar8 *family;
    int len = text.len < INT_MAX ? (int)text.len : INT_MAX;
    FcPattern *found =
        FcUtf8ToUcs4((const FcChar8 *)text.s, &letter, len) > 0 ? match(letter) : NULL;
    if (found && FcPatternGetString(found, FC_FAMILY, 0, &family) == FcResultMatch)
        select_face(cr, (const char *)family, bold);
    if (found)
        FcPatternDestroy(found);
}

size_t ad_typeface_choose(cairo_t *cr, struct ad_str text, bool bold)
{
    const char *end = text.s + text.len, *p = text.s;
    size_t n = ad_letter_size(p, end);
    select_face(cr, AD_PEN_FACE, bold);
    const bool usual = has(cr, p, n);
    do
        p += n;
    while (p < end && (n = ad_letter_size(p, end)) && has(cr, p, n) == usual);
    if (!usual)
        select_for(cr, text, bold);
    return (size_t)(p - text.s);
}
