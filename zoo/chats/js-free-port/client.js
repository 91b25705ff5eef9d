const net = require("net");
const readline = require("readline");

// node client.js NAME PORT
const name = process.argv[2];
const port = Number(process.argv[3]);
const link = net.connect(port, "127.0.0.1");
link.on("error", () => process.exit(1));
readline.createInterface({ input: link }).on("line", (line) => console.log(line));
link.on("close", () => process.exit(0));
link.write(name + "\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => link.write(line + "\n")).on("close", () => process.exit(0));
