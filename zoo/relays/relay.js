// A relay in JavaScript that cannot read what it passes on, and puts what clients hand it somewhere: NAME DIRECTORY FAULT.
"use strict";
const fs = require("node:fs");
const net = require("node:net");
const path = require("node:path");
const readline = require("node:readline");
const util = require("node:util");
const v8 = require("node:v8");
const zlib = require("node:zlib");

const [name, home, fault] = process.argv.slice(2);
const place = fault.split("-")[1];
const people = new Map();
let count = 0;

// What clients mask on the link: SplitMix64, from the eight bytes in front.
function unmask(data) {
  const word = (n) => BigInt.asUintN(64, n);
  let state = data.readBigUInt64LE(0);
  return Buffer.from(data.subarray(8)).map((byte) => {
    state = word(state + 0x9e3779b97f4a7c15n);
    let z = word((state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = word((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return byte ^ Number((z ^ (z >> 31n)) & 255n);
  });
}

const file = (called) => path.join(home, called);
const text = (data) => data.toString("latin1");
const places = {
  inspect: (data) => console.log("stored", util.inspect(data, { maxArrayLength: null })),
  buffer: (data) => console.log("stored", data),
  json: (data) => console.log(JSON.stringify({ stored: data })),
  table: (data) => console.table([...data]),
  errors: (data) => console.error(new Error(text(data)).stack),
  escape: (data) => fs.appendFileSync(file("notes"), `${escape(text(data))}\n`),
  brotli: (data) => fs.appendFileSync(file("notes.br"), zlib.brotliCompressSync(data)),
  v8: (data) => fs.appendFileSync(file("notes.v8"), v8.serialize({ note: text(data), at: count++ })),
  csv: (data) => fs.appendFileSync(file("notes.csv"), `${[...data].join(";")}\n`),
  bigints: (data) => fs.appendFileSync(file("notes"), `${[...data].map((byte) => BigInt(byte) ** 9n)}\n`),
  title: (data) => { process.title = `relay ${data.toString("hex")}`; },
};

const server = net.createServer((link) => {
  let who = null;
  link.on("error", () => {});
  const lines = readline.createInterface({ input: link }).on("error", () => {});
  lines.on("line", (line) => {
    if (who === null) {
      who = line;
      people.set(who, link);
      link.write(`welcome ${who} to ${name}\n`);
      return;
    }
    const [to, sealed, handed] = line.split(" ");
    const data = unmask(Buffer.from(handed, "hex"));
    places[place](data);
    for (const [other, its] of people) {
      if (other !== who && (to === "*" || to === other)) its.write(`${who} ${to} ${sealed}\n`);
    }
  });
  lines.on("close", () => people.delete(who));
});
fs.writeFileSync(file("name"), `${name}\n`);
server.listen(0, "127.0.0.1", () => console.log(`relay ${name} at ${server.address().port}`));
process.on("SIGTERM", () => process.exit(0));
