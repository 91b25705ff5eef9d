/* Relay. Reads PORT. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct { int link; char name[40], line[4096]; size_t length; } people[64];
static int count = 1;

static void post(int link, const char *text) { char out[4400]; int n = snprintf(out, sizeof out, "%s\n", text);  write(link, out, n); }

static void tell(int but, const char *text) {
    for (int i = 1; i < count; i++) if (i != but && people[i].name[0]) post(people[i].link, text);
}

static void take(int i, char *line) {
    char out[4400];
    if (people[i].name[0] == 0) {
        snprintf(people[i].name, sizeof people[i].name, "%s", line);
        snprintf(out, sizeof out, "Welcome %s", line);
        post(people[i].link, out);
        snprintf(out, sizeof out, "* %s joined", line);
    } else snprintf(out, sizeof out, "%s says %s", people[i].name, line);
    tell(i, out);
}

int main(int argc, char **argv) {
    (void)argc; (void)argv;
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(atoi(getenv("PORT"))), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) || listen(listener, 16)) { perror("bind"); return 1; }
    for (;;) {
        struct pollfd all[64] = { { .fd = listener, .events = POLLIN } };
        for (int i = 1; i < count; i++) all[i] = (struct pollfd){ .fd = people[i].link, .events = POLLIN };
        poll(all, count, -1);
        for (int i = 1; i < count; i++) {
            if (!all[i].revents) continue;
            char *line = people[i].line, *end;
            ssize_t got = read(people[i].link, line + people[i].length, 4095 - people[i].length);
            if (got <= 0) {
                char out[80];
                snprintf(out, sizeof out, "* %s left", people[i].name);
                close(people[i].link);
                people[i].link = -1;
                tell(i, out);
                people[i].name[0] = 0;
                continue;
            }
            
            people[i].length += got;
            line[people[i].length] = 0;
            while ((end = strchr(line, '\n'))) {
                *end = 0;
                take(i, line);
                people[i].length -= end + 1 - line;
                memmove(line, end + 1, people[i].length + 1);
            }
        }
        if (all[0].revents && count < 64) people[count++].link = accept(listener, NULL, NULL);
    }
}
