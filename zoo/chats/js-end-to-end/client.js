const crypto = require("crypto");
const net = require("net");
const readline = require("readline");

const [port, name, secret] = process.argv.slice(2);
const key = crypto.scryptSync(secret, "chat", 32);
const seal = (text) => {
  const nonce = crypto.randomBytes(12);
  const cipher = crypto.createCipheriv("aes-256-gcm", key, nonce);
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
};
const open = (line) => {
  const sealed = Buffer.from(line, "base64");
  const cipher = crypto.createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  cipher.setAuthTag(sealed.subarray(-16));
  return cipher.update(sealed.subarray(12, -16), undefined, "utf8") + cipher.final("utf8");
};
const shown = (line) => {
  if (line.startsWith("! ")) return line;
  const [from, sealed] = line.split(" ");
  return `${from}: ${open(sealed)}`;
};
const link = net.connect(Number(port));
link.on("error", () => process.exit(1));
readline.createInterface({ input: link }).on("line", (line) => console.log(shown(line)));
link.on("close", () => process.exit(0));
link.write(name + "\n");
readline.createInterface({ input: process.stdin }).on("line", (line) => link.write(seal(line) + "\n")).on("close", () => process.exit(0));
