// One person in front of the portal, and what people do there. Everything goes by what a page shows: links,
// labels, buttons; nothing here needs scripts in the page.

import assert from 'node:assert/strict'
import { wordsOf, within } from './words.mjs'

export class Visitor {
  constructor(portal, context, page, { role, scripts }) {
    Object.assign(this, { portal, context, page, role, scripts, language: 'en', complaints: [], refused: new Set() })
    this.say = wordsOf('en')
    this.watch()
  }

  /** Collects what the browser complains about. */
  watch() {
    const { page } = this
    page.on('console', (message) => {
      const text = `${message.text()} (${message.location().url})`
      if (['error', 'warning'].includes(message.type()) && !this.isExpected(message)) this.complaints.push(text)
    })
    page.on('pageerror', (error) => this.complaints.push(`in a script: ${error.stack ?? error}`))
    page.on('requestfailed', (request) => {
      const outside = !request.url().startsWith(this.portal.address)
      if (outside) this.complaints.push(`asked for ${request.url()}`)
    })
    if (this.scripts) {
      this.context.addInitScript(() => {
        addEventListener('securitypolicyviolation', (event) => {
          console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`)
        })
      })
    }
  }

  /** A page that is meant to be refused isn't worth a complaint, nor islands that never start without scripts. */
  isExpected(message) {
    const text = message.text()
    const refused = /^Failed to load resource: the server responded with a status of 40[34]/.test(text) && this.refused.has(message.location().url)
    return refused || (!this.scripts && /was preloaded using link preload but not used/.test(text))
  }

  /** Opens an address and insists on its status. */
  async open(path, status = 200) {
    if (status !== 200) this.refused.add(new URL(path, this.portal.address).href)
    const answer = await this.page.goto(path)
    if (answer.status() !== status) throw new Error(`${path} answered ${answer.status()}, not ${status}`)
  }

  get main() {
    return this.page.locator('main')
  }

  get account() {
    return this.portal.accounts[this.role]
  }

  async signIn({ address = this.account.address, password = this.portal.password } = {}) {
    const { page } = this
    if (!page.url().includes('/sign-in')) await this.open('/sign-in')
    await page.locator('[name=address]').fill(address)
    await page.locator('[name=password]').fill(password)
    await this.submit(page.locator('form[action="/api/sign-in"] button'))
  }

  /** By the form on top of every page, which offers the other language. */
  async speak(language) {
    const offer = this.page.locator(`form[action="/api/language"] button[lang="${language}"]`)
    if (await offer.count()) await this.submit(offer)
    await this.page.locator(`html[lang="${language}"]`).waitFor()
    this.language = language
    this.say = wordsOf(language)
  }

  /** Clicks what leads to another page, and waits for it. */
  async submit(control) {
    await Promise.all([this.page.waitForEvent('domcontentloaded'), control.click()])
  }

  /** Follows the link with this text, within the page's content. */
  async follow(text) {
    await this.submit(this.main.getByRole('link', { name: text, exact: true }).first())
  }

  /** Waits until the page shows this sentence of the catalogue, as a whole element in `selector`. */
  async reads(selector, key, variables) {
    await this.page.locator(selector).filter({ hasText: this.say(key, variables) }).first().waitFor()
  }

  /** A message on top of the page; one of these sentences. */
  async isTold(...keys) {
    const sentences = keys.map((key) => within(this.say(key)).source)
    await this.page.locator('.messages .notice').filter({ hasText: new RegExp(sentences.join('|')) }).waitFor()
  }

  /** The state on top of a case. */
  async seesState(key, variables) {
    await this.reads('#state .notice-title', key, variables)
  }

  /** From Sent into one mail. The list is read anew while one looks at it, so it may take a second look. */
  async openMail(subject, list = '/sent') {
    await this.open(list)
    const link = this.main.getByRole('link', { name: subject, exact: true }).first()
    for (let looks = 0; looks < 20 && !(await link.count()); looks += 1) await this.open(list)
    await this.submit(link)
    return new URL(this.page.url()).pathname
  }

  /** From a mail to the form with one of the three intents. */
  async beginToAsk(intent) {
    await this.submit(this.main.locator(`a[href$="/ask?intent=${intent}"]`))
  }

  /** Fills the form as far as the options say. */
  async fillIn({ intent, includeRead, reason, note, without = [], files = [] } = {}) {
    if (intent) await this.choose('intent', intent)
    if (reason) await this.choose('reason', reason)
    for (const address of without) await this.main.locator(`[name=recipient][value="${address}"]`).uncheck()
    if (includeRead !== undefined) await this.choose('include_read', includeRead ? 'yes' : 'no')
    if (note !== undefined) await this.main.locator('[name=note]').fill(note)
    if (files.length) await this.main.locator('input[type=file][name=files]').setInputFiles(files, { timeout: 60_000 })
  }

  /** A radio button, an option of a list, or a checkbox: whatever the page offers for it. */
  async choose(name, value) {
    const field = this.main.locator(`select[name="${name}"], input[name="${name}"]`)
    if ((await field.first().evaluate((element) => element.tagName)) === 'SELECT') return field.first().selectOption(value)
    const one = this.main.locator(`input[name="${name}"][value="${value}"]`)
    if (await one.count()) return one.check()
    return field.first().setChecked(value === 'yes')
  }

  /** Presses a button of the form, by what it does. Everything typed is saved whichever it is. */
  async press(act) {
    await this.submit(this.main.locator(`button[name=act][value="${act}"]:not([aria-hidden])`))
  }

  /** What the letter says now. */
  letter() {
    return this.main.locator('[name=text]')
  }

  /** On to the check page. */
  async check() {
    await this.press('check')
    assert.match(this.page.url(), /\/drafts\/[^/]+$/)
  }

  /** Of the check page; the one beside it that throws the draft away belongs to another form. */
  get theButton() {
    return this.main.locator('form[action="/api/drafts/request"] button:not([form])')
  }

  /** The button. Answers with the number of the case. */
  async request() {
    await this.submit(this.theButton)
    assert.match(this.page.url(), /\/cases\/R-\d{4}-\d{6}$/)
    return this.page.url().split('/').pop()
  }

  /** From a mail to a case in one go: what most scenes begin with. */
  async recall(subject, options = {}) {
    await this.openMail(subject)
    await this.beginToAsk(options.intent ?? 'recall')
    await this.fillIn(options)
    if (options.letter) await this.rewrite(options.letter)
    await this.check()
    return this.request()
  }

  /** Uses the template when there is no letter yet, and changes it with `change`. */
  async rewrite(change) {
    if (!(await this.letter().inputValue())) await this.press('template')
    await this.letter().fill(change(await this.letter().inputValue()))
  }

  /** As an approver: from the list into the case. */
  async openApproval(number) {
    await this.submit(this.page.locator('nav a[href="/approvals"]'))
    await this.follow(number)
  }

  async decide(verdict, comment) {
    await this.main.locator('#decide [name=comment]').fill(comment)
    await this.submit(this.main.locator(`#decide button[name=verdict][value=${verdict}]`))
  }

  async withdraw() {
    await this.submit(this.main.locator('form[action="/api/case/withdraw"] button'))
  }

  /** On the page of a finished case. */
  async askToPutBack(reason) {
    await this.main.locator('#restore [name=note]').fill(reason)
    await this.submit(this.main.locator('#restore form button'))
  }

  /** From now on: how often the page was loaded, and how often it was told something by the server. */
  async listen() {
    const heard = { loads: 0, events: 0 }
    this.page.on('domcontentloaded', () => (heard.loads += 1))
    const devtools = await this.context.newCDPSession(this.page)
    await devtools.send('Network.enable')
    devtools.on('Network.eventSourceMessageReceived', () => (heard.events += 1))
    return heard
  }
}

/** Replaces the first place that a template leaves open, in either language. File names in it may have brackets, too. */
export function fillPlace(text, content) {
  return text.replace(/（请填写：(?:[^（）\n]|（[^（）\n]*）)*）|\(please fill in: (?:[^()\n]|\([^()\n]*\))*\)/, () => content)
}

export function openPlaces(text) {
  return text.match(/（请填写：|\(please fill in: /g)?.length ?? 0
}
