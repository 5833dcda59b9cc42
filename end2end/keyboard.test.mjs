// From the list to the case without a pointer.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Stage } from './lib/stage.mjs'

let stage
before(async () => (stage = await Stage.open()))
after(() => stage?.close())

test('a recall with the keyboard alone', () =>
  stage.play('keyboard', {}, async ({ enter, portal }) => {
    const employee = await enter('employee')
    const { page } = employee
    await employee.open('/sent')

    await page.keyboard.press('Tab')
    assert.equal(await focused(page, (element) => element.getAttribute('href')), '#content', 'the first stop skips the navigation')
    assert.ok(await focused(page, (element) => element.getBoundingClientRect().top >= 0), 'and can be seen')

    const row = employee.main.getByRole('link', { name: portal.stories[2], exact: true })
    await tabTo(page, await row.getAttribute('href'), (element, href) => element.getAttribute('href') === href)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/sent\/[^/]+$/)
    await tabTo(page, '/ask?intent=recall', (element, end) => element.getAttribute('href')?.endsWith(end))
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/ask/)

    await choose(page, 'reason', 'wording')
    await tabTo(page, 'note', (element, name) => element.name === name)
    await page.keyboard.type('Typed without a mouse.')
    await tabTo(page, 'check', (element, value) => element.name === 'act' && element.value === value)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/drafts\//)
    await tabTo(page, '/api/drafts/request', (element, action) => element.tagName === 'BUTTON' && element.form?.getAttribute('action') === action)
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/cases\/R-/)
    await employee.seesState('live-finished-all')
    await employee.main.getByText('Typed without a mouse.').waitFor()
  }))

const focused = (page, ask) => page.locator(':focus').evaluate(ask)

/** Each stop on the way must show that it has the focus. */
async function tabTo(page, wanted, fits) {
  for (let stops = 0; stops < 150; stops += 1) {
    await page.keyboard.press('Tab')
    const focus = page.locator(':focus')
    if (!(await focus.count())) continue
    const shown = await focus.evaluate((element) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
    })
    assert.ok(shown, `no sign of the focus on ${await focus.evaluate((element) => element.outerHTML.slice(0, 200))}`)
    if (await focus.evaluate(fits, wanted)) return
  }
  assert.fail(`Tab never came to ${wanted}`)
}

/** Arrows in a group of radio buttons; letters would do in a list, arrows do, too. */
async function choose(page, name, value) {
  await tabTo(page, name, (element, name) => element.name === name)
  for (let steps = 0; steps < 10; steps += 1) {
    const now = await focused(page, (element) => ({ value: element.value, on: element.type !== 'radio' || element.checked }))
    if (now.value === value && now.on) return
    await page.keyboard.press('ArrowDown')
  }
  assert.fail(`the arrows never came to ${value}`)
}
