// The page of a case while it is at work: it stays fresh whatever the browser can do, its message stays to be read,
// and a long one says first what matters.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Stage } from './lib/stage.mjs'

/** Read copies need an approval, so the case waits. */
const WAITS = { reason: 'sensitive_content', includeRead: true, note: 'Must not stay there.' }

let stage
before(async () => (stage = await Stage.open()))
after(() => stage?.close())

/** Everything is back, and the mail may be asked for again. */
const isOver = (employee) => employee.reads('#state [data-live=explanation]', 'live-closed-back')

// One portal for all: every scene leaves the mailboxes as it found them.
for (const scripts of [false, true]) {
  describe(`the page of a case, scripts ${scripts ? 'on' : 'off'}`, () => {

    test('a long one: counts first, the list folded, Sent leads to it', () =>
      stage.play('long case', { scripts }, async ({ enter, portal }) => {
        const employee = await enter('employee')
        const { page, main } = employee
        const number = await employee.recall(portal.stories[1], WAITS)
        await employee.seesState('live-awaiting')
        await employee.isTold('check-done')

        // All that matters is on the first screen or one click away.
        const edge = async (selector) => (await main.locator(selector).boundingBox()).y
        assert.ok((await edge('#groups')) < 900)
        await main.locator('nav a[href="#story"]').click()
        assert.ok((await edge('#story')) < 900)
        const hidden = main.locator('#targets details tbody tr')
        assert.ok((await hidden.count()) > 40)
        assert.equal(await hidden.first().isVisible(), false)

        if (scripts) {
          // The live view has taken over: nothing loads the page again.
          await main.locator('[data-without-live]').first().waitFor({ state: 'detached' })
          await main.locator('#targets summary').click()
        } else {
          // Unfolded, and still unfolded after the page has loaded itself again.
          await main.locator('#targets summary').click()
          await employee.submit(main.locator('#targets details [data-without-live] a'))
          await page.waitForEvent('domcontentloaded')
        }
        assert.equal(await hidden.last().isVisible(), true)

        await employee.open('/sent')
        assert.equal(await main.locator('tr').filter({ hasText: portal.stories[1] }).locator('a[href$="/ask"]').count(), 0)
        await employee.submit(main.getByRole('link', { name: employee.say('sent-see-case', { number }) }))
        await employee.withdraw()
        await isOver(employee)
      }))
  })
}

test('a message outlives the page that loads itself again', () =>
  stage.play('message', { scripts: false }, async ({ enter, portal }) => {
    const employee = await enter('employee')
    await employee.recall(portal.stories[0], WAITS)
    await employee.isTold('check-done')
    for (let loads = 0; loads < 2; loads += 1) await employee.page.waitForEvent('domcontentloaded')
    await employee.isTold('check-done')
    await employee.withdraw()
    await isOver(employee)
  }))

test('where WebAssembly is forbidden the page follows all the same', () =>
  stage.play('no WebAssembly', {}, async ({ enter, portal }) => {
    const employee = await enter('employee')
    await employee.context.addInitScript(() => delete globalThis.WebAssembly)
    const number = await employee.recall(portal.stories[0], WAITS)
    await employee.seesState('live-awaiting')
    const manager = await enter('manager')
    await manager.openApproval(number)
    await manager.decide('refused', 'It was right as it was.')
    await employee.seesState('live-refused')
    // The bundle complains, and rightly.
    employee.complaints = employee.complaints.filter((complaint) => !complaint.includes('WebAssembly'))
  }))
