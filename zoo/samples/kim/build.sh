exec cc -o chat chat.c
