exec cc -O1 -Wall -o chat chat.c
