#include "alert/channel_private.h"
#include "alert/program.h"

#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

enum { VALUE = 4096, NAME = 256, ALL = 64 * 1024, EX_TRY_AGAIN = 75 };

/* Any program: the notice on its standard input and in its environment. */
struct exec {
    char **argv;
};

static int open_exec(struct ad_channel *ch, const struct ad_setup *su)
{
    struct exec *e = ch->own = calloc(1, sizeof *e);
    struct ad_str command = ad_setup_get(su, "command");
    const char *why;
    if (!e)
        return ad_err_nomem(su->err);
    if (!command.s)
        return ad_setup_fail(su, NULL, "needs command");
    e->argv = ad_program_words(command, &why);
    return e->argv ? 0 : ad_setup_fail(su, "command", "%s", why);
}

static void close_exec(struct ad_channel *ch)
{
    struct exec *e = ch->own;
    free(e->argv);
    free(e);
}

/* Variables, each with a NUL behind it. */
struct variables {
    struct ad_buf text;
    const char *prefix;
    size_t n;
};

/* AD_ and the name, in capital letters; what is neither that nor a digit becomes _. All of them
 * together stay far below what execve(2) takes. */
static bool add_variable(void *arg, struct ad_str name, struct ad_str value)
{
    struct variables *v = arg;
    if (name.len > NAME || v->text.len + strlen(v->prefix) + name.len + VALUE > ALL)
        return true;
    ad_buf_addz(&v->text, v->prefix);
    for (size_t i = 0; i < name.len; i++) {
        char c = name.s[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        bool fine = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        ad_buf_add(&v->text, fine ? &c : "_", 1);
    }
    ad_buf_addz(&v->text, "=");
    size_t start = v->text.len;
    ad_text_add(&v->text, value, AD_AS_TEXT, VALUE);
    for (size_t i = start; i < v->text.len; i++)
        if (v->text.s[i] == '\0')
            v->text.s[i] = ' ';
    v->n++;
    return ad_buf_add(&v->text, "", 1) == 0;
}

/* The environment: ours without what may look like the notice's, and the notice's. */
static char **make_environment(struct variables *v, const struct ad_message *m)
{
    v->prefix = "AD_";
    for (int i = 0; i < AD_MEMBERS; i++)
        add_variable(v, ad_str_of(ad_member_name[i]), m->text[i]);
    v->prefix = "AD_GROUP_";
    ad_message_members(m->text[AD_M_GROUP], add_variable, v);
    v->prefix = "AD_RECORD_";
    ad_message_members(m->text[AD_M_RECORD], add_variable, v);
    size_t ours = 0, n = 0;
    while (environ[ours])
        ours++;
    char **env = v->text.failed ? NULL : malloc((ours + v->n + 1) * sizeof *env);
    if (!env)
        return NULL;
    for (size_t i = 0; i < ours; i++)
        if (strncmp(environ[i], "AD_", 3) != 0)
            env[n++] = environ[i];
    for (size_t at = 0; at < v->text.len; at += strlen(v->text.s + at) + 1)
        env[n++] = v->text.s + at;
    env[n] = NULL;
    return env;
}

static bool is_refusal(int status)
{
    return status != EX_TRY_AGAIN;
}

static void send_exec(struct ad_channel *ch, const struct ad_message *m, struct ad_delivery *out)
{
    const struct exec *e = ch->own;
    struct variables v = {0};
    char **env = make_environment(&v, m);
    if (env) {
        struct ad_program program = {e->argv, env, m->doc, ch->timeout};
        struct ad_program_end end;
        ad_program_run(&program, &end);
        ad_channel_ended(ch, e->argv[0], &end, is_refusal, out);
    } else {
        ad_channel_refuse(ch, out, AD_DELIVER_LATER, "out of memory");
    }
    free(env);
    ad_buf_free(&v.text);
}

static const char *const keys[] = {AD_CHANNEL_KEYS, "command", NULL};

const struct ad_channel_kind ad_channel_exec = {
    .name = "exec",
    .keys = keys,
    .timeout = 30,
    .open = open_exec,
    .send = send_exec,
    .close = close_exec,
};
