import addressparser from 'nodemailer/lib/addressparser';

export interface Mailbox {
  address: string;
  name?: string | undefined;
}

/**
 * One address and nothing that SMTP or a header would read as more than one: a lead's e-mail is whatever a page
 * sent. Whether it exists is for the mail server to say.
 */
export function isAddress(text: string): boolean {
  return /^[^\s@<>()[\]\\,;:"\p{Cc}]+@[^\s@<>()[\]\\,;:"\p{Cc}]+$/u.test(text);
}

/** `hello@shop.example` or `Olive & Oak <hello@shop.example>`; `undefined` for anything but exactly one address. */
export function parseMailbox(text: string): Mailbox | undefined {
  // The parser takes a line break for the end of a name.
  if (/\p{Cc}/u.test(text)) return undefined;
  const [mailbox, ...others] = addressparser(text, { flatten: true });
  if (!mailbox || others.length > 0 || !isAddress(mailbox.address)) return undefined;
  return { address: mailbox.address, name: mailbox.name || undefined };
}
