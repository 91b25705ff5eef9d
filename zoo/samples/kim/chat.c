/* Handed in without having been compiled. */
#include <stdio.h>

int main(void) {
    printf("serving %s at %d\n", room, port)
    return 0;
}
