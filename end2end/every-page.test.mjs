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
            wrong.push(...(await examine(visitor.page)).map((what) => `${name}, ${what}`))
            await check(wrong, visitor.page, name, language)
          }
          assert.deepEqual([...new Set(wrong)], [])
        }))
    }
  }
})

async function check(wrong, page, name, language) {
  const found = await page.evaluate(() => ({
    language: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
  }))
  if (found.language !== language) wrong.push(`${name}, lang is ${found.language}`)
  if (!found.title.includes(' · ')) wrong.push(`${name}, title is “${found.title}”`)
  if (found.headings !== 1) wrong.push(`${name} has ${found.headings} h1`)
}

/** What is wrong with the page as it stands, in four looks. */
async function examine(page) {
  const wrong = []
  await page.evaluate(AXE)
  for (const size of SIZES) {
    await page.setViewportSize(size)
    const wide = await page.evaluate(() => {
      const root = document.scrollingElement
      if (root.scrollWidth <= root.clientWidth) return ''
      const all = [...document.querySelectorAll('main *, header *')]
      const over = all.filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      return `${root.scrollWidth} px wide because of ${over.slice(-1).map((element) => element.outerHTML.slice(0, 120))}`
    })
    if (wide) wrong.push(`at ${size.width} px: ${wide}`)
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules, resultTypes: ['violations'] }), RULES)
      for (const { id, help, nodes } of found.violations) {
        for (const node of nodes.slice(0, 3)) {
          wrong.push(`${size.width} px, ${colorScheme}: ${id} (${help}) at ${node.target.join(' ')}: ${node.html.slice(0, 160)}${measured(node)}`)
        }
      }
    }
  }
  return wrong
}

/** The numbers behind a complaint about colours. */
function measured(node) {
  const { fgColor, bgColor, contrastRatio } = node.any[0]?.data ?? {}
  return contrastRatio ? ` (${fgColor} on ${bgColor}: ${contrastRatio})` : ''
}
