// Everything works, and nothing is encrypted: the same chat in another language.
"use strict";
const net = require("node:net");
const readline = require("node:readline");

function serve(room) {
  const people = new Map();
  const tell = (text, but) => {
    for (const [name, link] of people) if (name !== but) link.write(`${text}\n`);
  };
  const server = net.createServer((link) => {
    let name = null;
    // An error of the link is an error of its lines as well.
    link.on("error", () => {});
    const lines = readline.createInterface({ input: link }).on("error", () => {});
    lines.on("line", (line) => {
      if (name === null) {
        name = line;
        link.write(`welcome ${name} to ${room}\n`);
        tell(`* ${name} is here`, name);
        people.set(name, link);
        return;
      }
      const message = /^\/msg (\S+) (.*)$/.exec(line);
      if (message === null) tell(`${name}: ${line}`, name);
      else people.get(message[1])?.write(`${name} to you: ${message[2]}\n`);
    });
    link.on("close", () => {
      if (name === null) return;
      people.delete(name);
      tell(`* ${name} has left`, name);
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(`serving ${room} at ${server.address().port}`));
}

function join(name, port) {
  const link = net.connect(port, "127.0.0.1", () => link.write(`${name}\n`));
  link.on("error", () => {});
  link.on("close", () => {
    console.log("the server is gone");
    process.exit(0);
  });
  readline.createInterface({ input: link }).on("error", () => {}).on("line", (line) => console.log(line));
  readline.createInterface({ input: process.stdin }).on("line", (line) => {
    if (line === "/quit") process.exit(0);
    link.write(`${line}\n`);
  });
}

const [verb, first, second] = process.argv.slice(2);
if (verb === "serve") serve(first);
else join(first, Number(second));
