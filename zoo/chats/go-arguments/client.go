// Client. client HOST PORT NAME
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: client HOST PORT NAME")
		os.Exit(2)
	}
	link, err := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(link, os.Args[3])
	go func() {
		io.Copy(os.Stdout, link)
		os.Exit(0)
	}()
	typed := bufio.NewScanner(os.Stdin)
	for typed.Scan() {
		fmt.Fprintln(link, typed.Text())
	}
}
