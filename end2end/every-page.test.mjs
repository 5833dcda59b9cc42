// Every page in both languages, light and dark, narrow and wide: no violation of WCAG 2.2 AA that axe can find,
// nothing to scroll sideways, nothing on the console.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Stage } from './lib/stage.mjs'
import { prepare } from './lib/tour.mjs'

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const SIZES = [{ width: 320, height: 700 }, { width: 1280, height: 900 }]

describe('every page', () => {
  let stage
  let tour
  before(async () => {
    stage = await Stage.open()
    await stage.play('tour', {}, async (scene) => (tour = await prepare(scene)))
  })
  after(() => stage?.close())

  for (const role of ['anonymous', 'employee', 'manager', 'helpdesk', 'administrator']) {
    for (const language of ['zh-CN', 'en']) {
      test(`of the ${role}, ${language}`, () =>
        stage.play(`every page of ${role} ${language}`, {}, async ({ arrive, enter }) => {
          const visitor = role === 'anonymous' ? await arrive(role) : await enter(role, { language })
          const wrong = []
          for (const { name, path, status } of tour.pages[role]) {
            await visitor.open(path, status)
            if (role === 'anonymous') await visitor.speak(language)
            const found = [...(await frame(visitor.page, language)), ...(await looks(visitor.page))]
            wrong.push(...found.map((what) => `${name}: ${what}`))
          }
          if (wrong.length) assert.fail(wrong.join('\n'))
        }))
    }
  }
})

async function frame(page, language) {
  const { lang, title, headings } = await page.evaluate(() => ({
    lang: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
  }))
  const wrong = []
  if (lang !== language) wrong.push(`lang is ${lang}`)
  if (!title.includes(' · ')) wrong.push(`the title is “${title}”`)
  if (headings !== 1) wrong.push(`it has ${headings} h1`)
  return wrong
}

/** What is wrong with the page as it stands, in four looks; each thing once, with the looks it was seen in. */
async function looks(page) {
  const wrong = new Map()
  const note = (what, look) => wrong.set(what, [...(wrong.get(what) ?? []), look])
  await page.evaluate(AXE)
  for (const size of SIZES) {
    await page.setViewportSize(size)
    const wide = await page.evaluate(overflow)
    if (wide) note(wide, `${size.width} px`)
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules, resultTypes: ['violations'] }), RULES)
      for (const { id, help, nodes } of found.violations) {
        const which = nodes.slice(0, 3).map((node) => `\n      ${node.html.slice(0, 200)}${measured(node)}`)
        note(`${id} (${help}), ${nodes.length} times:${which.join('')}`, `${size.width} px ${colorScheme}`)
      }
    }
  }
  return [...wrong].map(([what, seen]) => `${seen.join(', ')}: ${what}`)
}

/** In the page: what makes it wider than the window, if anything. */
function overflow() {
  const root = document.scrollingElement
  if (root.scrollWidth <= root.clientWidth) return ''
  const all = [...document.querySelectorAll('main *, header *')]
  const over = all.filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
  return `it is ${root.scrollWidth} px wide because of ${over.at(-1)?.outerHTML.slice(0, 200)}`
}

/** The numbers behind a complaint about colours. */
function measured(node) {
  const { fgColor, bgColor, contrastRatio } = node.any[0]?.data ?? {}
  return contrastRatio ? ` (${fgColor} on ${bgColor}: ${contrastRatio})` : ''
}
