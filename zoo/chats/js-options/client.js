const net = require("net");
const readline = require("readline");

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const link = net.connect(option("--port"));
link.on("error", () => process.exit(1));
readline.createInterface({ input: link }).on("line", (line) => console.log(line));
link.on("close", () => process.exit(0));
link.write(option("--nick") + "\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => link.write(line + "\n")).on("close", () => process.exit(0));
