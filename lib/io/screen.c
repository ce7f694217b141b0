#define _DEFAULT_SOURCE /* TIOCGWINSZ */
#include "io/screen.h"

#include "base/number.h"

#include <stdlib.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static size_t number_of(const char *name)
{
    const char *text = getenv(name);
    unsigned long long n;
    return text && ad_number_parse_u64(ad_str_of(text), &n) == 0 && n < 100000 ? (size_t)n : 0;
}

void ad_screen_size(int fd, size_t *columns, size_t *lines)
{
    struct winsize size;
    bool known = isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0;
    *columns = known && size.ws_col ? size.ws_col : number_of("COLUMNS");
    *lines = known && size.ws_row ? size.ws_row : number_of("LINES");
}

bool ad_screen_colour(int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(no_color && *no_color) && !(term && strcmp(term, "dumb") == 0);
}

bool ad_screen_narrow(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !(locale && *locale); i++)
        locale = getenv(names[i]);
    const char *set = locale ? strchr(locale, '.') : NULL;
    return set && strncasecmp(set, ".utf", 4) != 0;
}
