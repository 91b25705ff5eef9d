/* Client. client PORT NAME. It leaves its output to the library. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>


int main(int argc, char **argv) {
    (void)argc; (void)argv;
    if (argc != 3) { fprintf(stderr, "usage: %s PORT NAME\n", argv[0]); return 2; }
    const char *name = argv[2];
    int link = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
    inet_pton(AF_INET, "127.0.0.1", &there.sin_addr);
    if (connect(link, (struct sockaddr *)&there, sizeof there)) { perror("connect"); return 1; }
    char text[4096];
    int n = snprintf(text, sizeof text, "%s\n", name);
    
    write(link, text, n);
    struct pollfd both[2] = { { .fd = 0, .events = POLLIN }, { .fd = link, .events = POLLIN } };
    while (poll(both, 2, -1) > 0) {
        for (int i = 0; i < 2; i++) {
            if (!both[i].revents) continue;
            if ((n = read(both[i].fd, text, sizeof text)) <= 0) return 0;
            
            if (i == 0) write(link, text, n); else fwrite(text, 1, n, stdout);
        }
    }
}
