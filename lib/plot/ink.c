#include "plot/ink.h"

const struct ad_ink_look ad_ink[AD_INKS] = {
    [AD_INK_PAPER] = {"paper", {0xff, 0xff, 0xff}, 1, 2.5, 0, -1},
    [AD_INK_FRAME] = {"frame", {0xb4, 0xba, 0xc2}, 1, 1, 0, 8},
    [AD_INK_GRID] = {"grid", {0xe6, 0xe9, 0xed}, 1, 1, 0, 8},
    [AD_INK_TEXT] = {"text", {0x1f, 0x29, 0x33}, 1, 1, 0, -1},
    [AD_INK_FAINT] = {"faint", {0x5f, 0x6b, 0x7a}, 1, 1, 0, 8},
    [AD_INK_LABEL] = {"label", {0xf2, 0xc1, 0x4e}, 0.35, 1, 0, 3},
    [AD_INK_BAND] = {"band", {0xcf, 0xe0, 0xf0}, 1, 1, 0, 6},
    [AD_INK_EXPECTED] = {"expected", {0xe0, 0x8a, 0x2e}, 1, 1.2, 0, 3},
    [AD_INK_LINE] = {"line", {0x3d, 0x7a, 0xb0}, 1, 1.2, 0, -1},
    [AD_INK_SCORE] = {"score", {0xa7, 0xb2, 0xbe}, 1, 1, 0, 8},
    [AD_INK_ALARM] = {"alarm", {0xa5, 0x0f, 0x2d}, 1, 0.8, 3, 9},
    [AD_INK_FLAG] = {"flag", {0xa5, 0x0f, 0x2d}, 1, 7, 0, 9},
    [AD_INK_SHIFT] = {"shift", {0x5b, 0x3a, 0x8e}, 1, 1.5, 5, 5},
};
