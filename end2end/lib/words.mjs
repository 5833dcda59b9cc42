// The portal's own sentences, from app/locales: the journeys look for what people read, and still fit when a
// sentence is put better.

import { readFileSync, readdirSync } from 'node:fs'

const LOCALES = new URL('../../app/locales/', import.meta.url)

/** `say('live-refused')` is a regular expression for the whole sentence; variables not given fit anything. */
export function wordsOf(language) {
  const messages = read(language)
  return (key, variables = {}) => {
    const pattern = messages.get(key)
    if (pattern === undefined) throw new Error(`app/locales/${language} has no sentence ${key}`)
    return new RegExp(`^\\s*${expression(pattern, variables)}\\s*$`)
  }
}

/** The same, as a part of something longer. */
export function within(sentence) {
  return new RegExp(sentence.source.slice(4, -4))
}

function read(language) {
  const folder = new URL(`${language}/`, LOCALES)
  const messages = new Map()
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.ftl'))) {
    let key
    for (const line of readFileSync(new URL(name, folder), 'utf8').split('\n')) {
      const start = /^([a-z][a-z0-9-]*) = ?(.*)$/.exec(line)
      if (start) messages.set((key = start[1]), start[2])
      // A sentence goes on in indented lines, and after a choice with the brace that ends it.
      else if (key && /^[\s}]/.test(line)) messages.set(key, `${messages.get(key)}\n${line}`)
      else key = undefined
    }
  }
  return messages
}

function expression(pattern, variables) {
  // Choices (`{ $n -> … }`) first: they hold placeables of their own.
  const parts = pattern.split(/(\{[^{}]*->(?:[^{}]|\{[^{}]*\})*\}|\{[^{}]*\})/)
  return parts.map((part) => (part.startsWith('{') ? placeable(part, variables) : escaped(part))).join('')
}

function placeable(part, variables) {
  const name = /^\{\s*\$([\w-]+)\s*\}$/.exec(part)?.[1]
  return name in variables ? escaped(String(variables[name])) : '[\\s\\S]*?'
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+')
}
