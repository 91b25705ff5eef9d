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
      tell(`${name} is online`, name);
      return post(link, `Welcome ${name}`);
    }
    const whisper = /^\/whisper (\S+) (.*)/.exec(text);
    if (whisper) {
      const to = people.get(whisper[1]);
      return to && post(to, `${name} whispers | ${whisper[2]}`);
    }
    tell(`${name} | ${text}`, name);
  });
  link.on("close", () => {
    if (people.delete(name)) tell(`${name} is offline`);
  });
});
server.listen(0, () => console.log(`chat server on port ${server.address().port}`));
