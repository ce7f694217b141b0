/* Runs a fuzz target once over each file named on the command line: the corpus as a plain test. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *name)
{
    FILE *f = fopen(name, "rb");
    uint8_t *data = NULL;
    size_t size = 0, room = 0, got = 0;
    int rc = -1;

    if (!f)
        goto out;
    do {
        size += got;
        if (size == room) {
            uint8_t *bigger = realloc(data, room = room ? 2 * room : 4096);
            if (!bigger)
                goto out;
            data = bigger;
        }
    } while ((got = fread(data + size, 1, room - size, f)) > 0);
    if (ferror(f))
        goto out;
    /* An exact copy lets the sanitizers see a read past the end. */
    uint8_t *exact = malloc(size ? size : 1);
    if (!exact)
        goto out;
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    rc = 0;
out:
    if (rc)
        fprintf(stderr, "replay: %s: %s\n", name, strerror(errno));
    free(data);
    if (f)
        fclose(f);
    return rc;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (replay(argv[i]))
            return 2;
    return 0;
}
