// What is really in the demo's mailboxes and its outbox: plain files, read without the portal.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Every mail of one mailbox: `{ mailbox, folder, place, flags, seen, date, bytes, mail }`. */
export function mailbox(portal, address) {
  const [local, domain] = address.split('@')
  const maildir = join(portal.folder, 'mail', domain, local, 'Maildir')
  const folders = readdirSync(maildir).filter((name) => name.startsWith('.'))
  return ['', ...folders].flatMap((name) => {
    const folder = name ? name.slice(1).split('.').map(decodeFolder).join('/') : 'INBOX'
    return ['new', 'cur'].flatMap((place) => filesIn(join(maildir, name, place)).map((file) => copy(file, address, folder, place)))
  })
}

export function addresses(portal) {
  const mail = join(portal.folder, 'mail')
  return readdirSync(mail).flatMap((domain) => readdirSync(join(mail, domain)).map((local) => `${local}@${domain}`))
}

/** All delivered copies of one mail, in all mailboxes or those named. The sender's own in Sent isn't one. */
export function copiesOf(portal, messageId, among = addresses(portal)) {
  const all = among.flatMap((address) => mailbox(portal, address))
  return all.filter((copy) => copy.folder !== 'Sent' && copy.mail.id === messageId)
}

/** Corrections of one mail, in all mailboxes or those named. */
export function correctionsOf(portal, messageId, among = addresses(portal)) {
  const all = among.flatMap((address) => mailbox(portal, address))
  return all.filter((copy) => copy.mail.header('in-reply-to').includes(messageId) && copy.mail.header('supersedes') !== '')
}

/** Mails for people outside. */
export function outbox(portal) {
  return filesIn(join(portal.folder, 'outbox')).filter((file) => file.endsWith('.eml')).map((file) => read(readFileSync(file)))
}

/** A mail in somebody's Sent, by its subject. */
export function sentMail(portal, sender, subject) {
  const found = mailbox(portal, sender).find((copy) => copy.folder === 'Sent' && copy.mail.subject === subject)
  if (!found) throw new Error(`${sender} has not sent “${subject}”`)
  return found.mail
}

/** Lays a mail that somebody else wrote into a Sent folder, as anybody can. Its subject. */
export function misfile(portal, address, author) {
  const [local, domain] = address.split('@')
  const [subject, id] = ['Budget 2027', `misfiled@${domain}`]
  const lines = [`From: ${author}`, `To: ${address}`, `Subject: ${subject}`, `Date: ${new Date().toUTCString()}`, `Message-ID: <${id}>`, '', 'As discussed.', '']
  writeFileSync(join(portal.folder, 'mail', domain, local, 'Maildir', '.Sent', 'cur', '1.misfiled:2,S'), lines.join('\r\n'))
  return subject
}

/** One line a copy with everything that has to come back: where, how marked, when, and each byte. */
export function fingerprint(copies) {
  const one = ({ mailbox, folder, flags, date, bytes }) =>
    [mailbox, folder, flags, date, createHash('sha256').update(bytes).digest('hex')].join(' ')
  return copies.map(one).sort()
}

function filesIn(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => !name.startsWith('.')).map((name) => join(folder, name))
}

function copy(file, address, folder, place) {
  const bytes = readFileSync(file)
  const flags = /:2,([A-Za-z]*)$/.exec(file)?.[1] ?? ''
  return {
    mailbox: address,
    folder,
    place,
    flags,
    seen: flags.includes('S'),
    date: Math.floor(statSync(file).mtimeMs / 1000),
    bytes,
    get mail() {
      return read(bytes)
    },
  }
}

/** As much of a mail as the journeys ask about. */
export function read(bytes) {
  const raw = bytes.toString('latin1')
  const [head, body] = parted(raw)
  const header = (name) => {
    const found = new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head)
    return found ? found[1].replace(/\r?\n[ \t]+/g, ' ').trim() : ''
  }
  return {
    header,
    id: header('message-id').replace(/[<>]/g, ''),
    get subject() {
      return words(header('subject'))
    },
    get to() {
      return header('to')
    },
    get parts() {
      return parts(header('content-type'), header('content-transfer-encoding'), header('content-disposition'), body)
    },
    get text() {
      return this.parts.find((part) => part.type.startsWith('text/plain'))?.bytes.toString('utf8') ?? ''
    },
    get files() {
      return this.parts.filter((part) => part.attached).map((part) => part.bytes)
    },
  }
}

function parted(raw) {
  const end = /\r?\n\r?\n/.exec(raw)
  return end ? [raw.slice(0, end.index), raw.slice(end.index + end[0].length)] : [raw, '']
}

function parts(type, encoding, disposition, body) {
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
  if (!/^multipart\//i.test(type) || !boundary) {
    return [{ type: type.toLowerCase() || 'text/plain', attached: /^attachment/i.test(disposition), bytes: decoded(body, encoding) }]
  }
  return body.split(`--${boundary}`).slice(1, -1).flatMap((part) => {
    const [head, inner] = parted(part.replace(/^\r?\n/, ''))
    const of = (name) => new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(head)?.[1].replace(/\s+/g, ' ') ?? ''
    return parts(of('content-type'), of('content-transfer-encoding'), of('content-disposition'), inner.replace(/\r?\n$/, ''))
  })
}

function decoded(body, encoding) {
  if (/base64/i.test(encoding)) return Buffer.from(body, 'base64')
  if (!/quoted-printable/i.test(encoding)) return Buffer.from(body, 'latin1')
  const text = body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(text, 'latin1')
}

/** RFC 2047, UTF-8 only: that is what the demo and the portal write. */
function words(value) {
  const joined = value.replace(/\?=\s+=\?/g, '?==?')
  const bytes = joined.replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind, text) =>
    /b/i.test(kind) ? Buffer.from(text, 'base64').toString('latin1') : decoded(text.replace(/_/g, ' '), 'quoted-printable').toString('latin1'))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/** Modified UTF-7 (RFC 3501, 5.1.3). */
function decodeFolder(name) {
  return name.replace(/&([^-]*)-/g, (_, code) => {
    if (code === '') return '&'
    const bytes = Buffer.from(code.replace(/,/g, '/'), 'base64')
    return bytes.subarray(0, bytes.length & ~1).swap16().toString('utf16le')
  })
}
