// A portal of one's own for each test file: the demo organisation in a temporary folder, on a free port.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PATIENCE = 60_000

/** What the demo calls its five accounts in its English words. */
const ROLES = {
  employee: 'employee',
  'her manager': 'manager',
  'second approver': 'secondApprover',
  helpdesk: 'helpdesk',
  administrator: 'administrator',
}

/**
 * Starts `recant demo run` and reads from what it prints where it listens, who can sign in, and which mails are
 * there to try: `{ address, accounts: { employee: { name, address }, … }, password, stories, folder, stop }`.
 */
export async function startPortal() {
  const program = process.env.RECANT_BIN ?? ''
  const site = resolve(process.env.RECANT_SITE ?? join(ROOT, 'target/site'))
  if (!existsSync(program)) throw new Error(`RECANT_BIN must name the program recant; it is "${program}"`)
  if (!existsSync(join(site, 'hash.txt'))) throw new Error(`RECANT_SITE must name a browser bundle; it is "${site}"`)

  const folder = await mkdtemp(join(tmpdir(), 'recant-end2end-'))
  const child = spawn(program, ['demo', 'run', '--dir', folder, '--port', '0', '--lang', 'en', '--site', site], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, RUST_BACKTRACE: '0' },
  })
  // Nobody must be left running when a test file dies.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const log = []
  child.stderr.setEncoding('utf8').on('data', (text) => log.push(text))

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(kill, 10_000)
      await ended
      clearTimeout(late)
    }
    process.removeListener('exit', kill)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const said = await untilReady(child, log)
    return { ...said, folder, log, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function untilReady(child, log) {
  const said = { accounts: {}, stories: [] }
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE)
  const lines = createInterface({ input: child.stdout })
  try {
    for await (const line of lines) {
      listen(line, said)
      if (/^Ctrl-C/.test(line)) break
    }
  } finally {
    clearTimeout(late)
    // What it still prints mustn't fill the pipe.
    child.stdout.resume()
  }
  const missing = ['address', 'password'].filter((part) => !said[part])
  if (missing.length || Object.keys(said.accounts).length < 5 || said.stories.length < 3) {
    throw new Error(`the demo didn't start, or says it in other words: ${JSON.stringify(said)}\n${log.join('')}`)
  }
  await fetch(said.address, { redirect: 'manual' })
  return said
}

function listen(line, said) {
  const role = Object.keys(ROLES).find((role) => line.startsWith(role))
  const account = role && /^\s+(\S.*?)\s+(\S+@\S+)$/.exec(line.slice(role.length))
  if (account) said.accounts[ROLES[role]] = { name: account[1], address: account[2] }
  said.address ??= /(http:\/\/\S+)/.exec(line)?.[1]
  said.password ??= /^Password of every account: (\S+)/.exec(line)?.[1]
  const story = /^\d\. “(.*?)” /.exec(line)
  if (story) said.stories.push(story[1])
}
