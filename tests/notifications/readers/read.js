// What JavaScript's mailparser reads in each mail of a folder: one line of JSON per mail, in the order of their names.
const fs = require("fs");
const path = require("path");
const { simpleParser } = require("mailparser");

const name = (field) => (field && field.value[0] ? [field.value[0].name, field.value[0].address] : null);

(async () => {
  for (const file of fs.readdirSync(process.argv[2]).sort()) {
    const mail = await simpleParser(fs.readFileSync(path.join(process.argv[2], file)));
    const read = { subject: mail.subject, from: name(mail.from), to: name(mail.to), reply: name(mail.replyTo) };
    process.stdout.write(JSON.stringify(read) + "\n");
  }
})();
