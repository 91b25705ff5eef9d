const net = require("net");
const readline = require("readline");
const people = new Map();
const post = (link, text) => link.write(JSON.stringify(text) + "\n");
const tell = (text, but) => people.forEach((link, name) => name === but || post(link, text));

const server = net.createServer((link) => {
  let name;
  link.on("error", () => {});
  readline.createInterface({ input: link }).on("line", (line) => {
    const text = JSON.parse(line);
    if (name === undefined) {
      name = text.name;
      people.set(name, link);
      tell(({ kind: "in", name }), name);
      return post(link, { kind: "ok", name });
    }
    tell(({ kind: "said", name, text: text.text }), name);
  });
  link.on("close", () => {
    if (people.delete(name)) tell(({ kind: "out", name }));
  });
});
server.listen(+process.argv[2]);
