// A portal, a browser, and people in front of it. What a test does on a stage is watched: a message on a page's
// console or a breach of the content security policy fails it, and a failure leaves pictures in results/.

import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startPortal } from './portal.mjs'
import { Visitor } from './visitor.mjs'

const RESULTS = fileURLToPath(new URL('../results/', import.meta.url))
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
/** For everything a browser waits for. A machine that builds at the same time is slow. */
export const PATIENCE = 20_000

export class Stage {
  static async open() {
    const portal = await startPortal()
    try {
      const browser = await chromium.launch({ executablePath: process.env.RECANT_CHROMIUM || '/usr/bin/chromium', args: FLAGS })
      return new Stage(portal, browser)
    } catch (error) {
      await portal.stop()
      throw error
    }
  }

  constructor(portal, browser) {
    Object.assign(this, { portal, browser })
  }

  async close() {
    await this.browser.close()
    await this.portal.stop()
  }

  /** One scene. `enter(role, options)` lets a person of the demo sign in, in a browser of their own. */
  async play(name, { scripts = true } = {}, scene) {
    const cast = []
    const arrive = async (role, options = {}) => {
      const context = await this.browser.newContext({
        baseURL: this.portal.address,
        javaScriptEnabled: scripts,
        locale: 'en-US',
        viewport: { width: 1280, height: 900 },
        ...options.context,
      })
      context.setDefaultTimeout(PATIENCE)
      const visitor = new Visitor(this.portal, context, await context.newPage(), { role, scripts })
      cast.push(visitor)
      return visitor
    }
    const enter = async (role, { language = 'en', ...options } = {}) => {
      const visitor = await arrive(role, options)
      await visitor.signIn()
      await visitor.speak(language)
      return visitor
    }
    try {
      await scene({ arrive, enter, portal: this.portal })
      if (cast.some((visitor) => visitor.complaints.length)) throw new Error('the browser complains, see below')
    } catch (error) {
      const evidence = await this.evidence(`${name}, scripts ${scripts ? 'on' : 'off'}`, cast)
      // The reporter prints the stack. Playwright's log stands in its message already.
      error.stack += evidence
      delete error.log
      throw error
    } finally {
      await Promise.all(cast.map((visitor) => visitor.context.close()))
    }
  }

  /** Pictures of what everybody saw last, and where they are. */
  async evidence(name, cast) {
    await mkdir(RESULTS, { recursive: true })
    const lines = []
    for (const [at, visitor] of cast.entries()) {
      const file = `${RESULTS}${name} (${at + 1} ${visitor.role}).png`.replace(/[^\w./(), -]/g, '-')
      const taken = await visitor.page.screenshot({ path: file, fullPage: true, timeout: 5_000 }).then(() => file, () => 'no picture')
      lines.push(`  ${visitor.role} was at ${visitor.page.url()}: ${taken}`, ...visitor.complaints.map((complaint) => `    ${complaint}`))
    }
    const log = this.portal.log.join('')
    if (log) {
      const file = `${RESULTS}${name}.log`.replace(/[^\w./(), -]/g, '-')
      await writeFile(file, log)
      lines.push(`  the portal said: ${file}`)
    }
    return `\n${lines.join('\n')}`
  }
}
