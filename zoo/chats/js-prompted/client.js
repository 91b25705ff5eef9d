// Asks for a nickname, then talks.
const net = require("net");
const readline = require("readline");

const typed = readline.createInterface({ input: process.stdin, output: process.stdout, terminal: false });
typed.question("Nickname: ", (nick) => {
  const link = net.connect({ port: 3333, host: "localhost" }, () => link.write(nick + "\n"));
  readline.createInterface({ input: link }).on("line", (line) => console.log(line));
  link.on("close", () => process.exit(0));
  typed.on("line", (line) => (line === "/exit" ? process.exit(0) : link.write(line + "\n")));
  typed.on("close", () => process.exit(0));
});
