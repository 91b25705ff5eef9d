const net = require("net");
const readline = require("readline");

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const now = () => new Date().toTimeString().slice(0, 5);
const people = new Map();
const post = (link, text) => link.write(text + "\n");
const tell = (text, but) => people.forEach((link, name) => name === but || post(link, text));

const server = net.createServer((link) => {
  let name;
  link.on("error", () => {});
  readline.createInterface({ input: link }).on("line", (line) => {
    const text = line;
    if (name === undefined) {
      name = text;
      people.set(name, link);
      tell(`${now()} ${name} joined`, name);
      return post(link, `Welcome ${name}`);
    }
    tell(`${now()} ${name}: ${text}`, name);
  });
  link.on("close", () => {
    if (people.delete(name)) tell(`${now()} ${name} left`);
  });
});
server.listen(option("--port"));
