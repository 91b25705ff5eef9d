const net = require("net");
const readline = require("readline");

const port = Number(process.argv[2]);
const nick = process.argv[3];
const shown = {
  ok: (it) => `logged in as ${it.name}`,
  in: (it) => `→ ${it.name}`,
  out: (it) => `← ${it.name}`,
  said: (it) => `${it.name} » ${it.text}`,
};
const link = net.connect(port);
link.on("error", () => process.exit(1));
readline.createInterface({ input: link }).on("line", (line) => {
  const it = JSON.parse(line);
  console.log(shown[it.kind](it));
});
link.on("close", () => process.exit(0));
link.write(JSON.stringify({ name: nick }) + "\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => link.write(JSON.stringify({ text: line }) + "\n")).on("close", () => process.exit(0));
