const net = require("net");
const readline = require("readline");

const [host, port, name] = process.argv.slice(2);
if (!name) {
  console.error("usage: node client.js <host> <port> <name>");
  process.exit(2);
}
const link = net.connect(Number(port), host);
link.on("error", () => process.exit(1));
readline.createInterface({ input: link }).on("line", (line) => console.log(line));
link.on("close", () => process.exit(0));
link.write(name + "\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => link.write(line + "\n")).on("close", () => process.exit(0));
