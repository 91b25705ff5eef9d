const net = require("net");
const readline = require("readline");
const link = net.connect(process.env.PORT);
link.on("error", () => process.exit(1));
readline.createInterface({ input: link }).on("line", (line) => console.log(line));
link.on("close", () => process.exit(0));
link.write(process.env.NICK + "\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => link.write(line + "\n")).on("close", () => process.exit(0));
