const net = require("net");
const readline = require("readline");
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
      tell(`${name} connected`, name);
      return post(link, `Welcome ${name}`);
    }
    tell(`[${name}] ${text}`, name);
  });
  link.on("close", () => {
    if (people.delete(name)) tell(`${name} disconnected`);
  });
});
server.listen(process.env.PORT);
