#include "plot/pen.h"

int ad_pen_close(struct ad_pen *pen, struct ad_err *err)
{
    return pen ? pen->kind->close(pen, err) : 0;
}
