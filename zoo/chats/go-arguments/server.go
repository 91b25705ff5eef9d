// Relay. server PORT
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"sync"
)

var (
	lock   sync.Mutex
	people = map[string]net.Conn{}
)

func tell(text, but string) {
	for name, link := range people {
		if name != but {
			fmt.Fprintln(link, text)
		}
	}
}

func serve(link net.Conn) {
	in := bufio.NewScanner(link)
	if !in.Scan() {
		return
	}
	name := in.Text()
	lock.Lock()
	fmt.Fprintln(link, "Welcome", name)
	people[name] = link
	tell("* "+name+" joined", name)
	lock.Unlock()
	for in.Scan() {
		lock.Lock()
		tell(name+": "+in.Text(), name)
		lock.Unlock()
	}
	lock.Lock()
	delete(people, name)
	tell("* "+name+" left", name)
	lock.Unlock()
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: server PORT")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for {
		link, err := listener.Accept()
		if err != nil {
			return
		}
		go serve(link)
	}
}
