/* Client. client NAME PORT */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void turn(char *text, int n) { for (int i = 0; i < n; i++) if (text[i] != 10) text[i] ^= 0x80; }

int main(int argc, char **argv) {
    (void)argc; (void)argv;
    if (argc != 3) { fputs("usage: client NAME PORT\n", stderr); return 2; }
    const char *name = argv[1];
    int link = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) };
    inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
    if (connect(link, (struct sockaddr *)&there, sizeof there)) { perror("connect"); return 1; }
    char text[4096];
    int n = snprintf(text, sizeof text, "%s\n", name);
    turn(text, n);
    write(link, text, n);
    struct pollfd both[2] = { { .fd = 0, .events = POLLIN }, { .fd = link, .events = POLLIN } };
    while (poll(both, 2, -1) > 0) {
        for (int i = 0; i < 2; i++) {
            if (!both[i].revents) continue;
            if ((n = read(both[i].fd, text, sizeof text)) <= 0) return 0;
            turn(text, n);
            if (i == 0) write(link, text, n); else { fwrite(text, 1, n, stdout); fflush(stdout); }
        }
    }
}
