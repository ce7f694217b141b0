/* What the terminal behind a descriptor can show. */
#ifndef AD_IO_SCREEN_H
#define AD_IO_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Columns and lines of the terminal; where there is none those of $COLUMNS and $LINES, else 0. */
void ad_screen_size(int fd, size_t *columns, size_t *lines);

/* Whether it is a terminal, and colours are wanted ($NO_COLOR is unset or empty) and possible
 * ($TERM is not dumb). */
bool ad_screen_colour(int fd);

/* Whether $LC_ALL, $LC_CTYPE or $LANG asks for a character set that is not UTF-8. The C locale asks
 * for none. */
bool ad_screen_narrow(void);

#endif
