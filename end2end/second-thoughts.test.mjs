// What happens to a request when somebody says no, changes their mind, clicks twice, goes back, or comes too late.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { copiesOf, fingerprint, outbox, sentMail } from './lib/mail.mjs'
import { Stage } from './lib/stage.mjs'
import { until } from './lib/until.mjs'

const REASON = { reason: 'sensitive_content', includeRead: false, note: 'Must not stay there.' }

let stage
before(async () => (stage = await Stage.open()))
after(() => stage?.close())
const copies = (portal, story) => copiesOf(portal, sentMail(portal, portal.accounts.employee.address, portal.stories[story]).id)

// One portal for all: every scene leaves the mailboxes as it found them.
for (const scripts of [false, true]) {
  describe(`second thoughts, scripts ${scripts ? 'on' : 'off'}`, () => {

    test('a refusal puts everything back', () =>
      stage.play('refusal', { scripts }, async ({ enter, portal }) => {
        const before = fingerprint(copies(portal, 0))
        const sent = outbox(portal).length
        const employee = await enter('employee')
        const number = await employee.recall(portal.stories[0], REASON)
        await employee.seesState('live-awaiting')
        assert.ok(copies(portal, 0).length < before.length, 'frozen')

        const manager = await enter('manager')
        await manager.openApproval(number)
        await manager.decide('refused', '')
        await manager.isTold('cases-decide-comment-missing')
        await manager.decide('refused', 'The client has seen it long ago.')
        await manager.isTold('cases-decided-refused')

        await employee.seesState('live-refused')
        await employee.main.getByText('The client has seen it long ago.').first().waitFor()
        await employee.main.locator('#targets .badge').filter({ hasText: employee.say('outcome-restored') }).first().waitFor()
        assert.deepEqual(fingerprint(copies(portal, 0)), before)
        assert.equal(outbox(portal).length, sent, 'nobody outside hears of it')
      }))

    test('a request can be withdrawn', () =>
      stage.play('withdrawal', { scripts }, async ({ enter, portal }) => {
        const before = fingerprint(copies(portal, 1))
        const employee = await enter('employee')
        await employee.recall(portal.stories[1], REASON)
        await employee.seesState('live-awaiting')
        await employee.withdraw()
        await employee.isTold('cases-withdrawn', 'cases-withdrawn-in-flight')
        await employee.seesState('live-withdrawn')
        await until('every copy is back', () => copies(portal, 1).length === before.length)
        assert.deepEqual(fingerprint(copies(portal, 1)), before)
        await employee.main.locator('form[action="/api/case/withdraw"]').waitFor({ state: 'detached' })
      }))

    test('a finished recall is put back, after a decision of its own', () =>
      stage.play('putting back', { scripts }, async ({ enter, portal }) => {
        const before = fingerprint(copies(portal, 0))
        const employee = await enter('employee')
        const number = await employee.recall(portal.stories[0], REASON)
        await employee.seesState('live-awaiting')
        const manager = await enter('manager')
        await manager.openApproval(number)
        await manager.decide('approved', '')
        await manager.isTold('cases-decided-approved')
        await employee.main.locator('#restore form').waitFor()
        const recalled = fingerprint(copies(portal, 0))
        assert.ok(recalled.length < before.length, 'taken')

        await employee.askToPutBack(' ')
        await employee.isTold('restore-note-missing')
        await employee.askToPutBack('The client needs it after all.')
        await employee.isTold('restore-asked')
        await employee.seesState('restore-awaiting')
        assert.deepEqual(fingerprint(copies(portal, 0)), recalled, 'nothing moves before the decision')
        await employee.submit(employee.main.locator('form[action="/api/case/restore/drop"] button'))
        await employee.isTold('restore-dropped')
        await employee.askToPutBack('The client needs it, really.')
        await employee.seesState('restore-awaiting')

        await manager.openApproval(number)
        await manager.seesState('restore-awaiting-mine')
        await manager.main.getByText('The client needs it, really.').first().waitFor()
        await manager.decide('approved', '')
        await manager.isTold('restore-decided-approved')
        await employee.seesState('restore-done')
        await employee.main.locator('#targets .badge').filter({ hasText: employee.say('outcome-restored') }).first().waitFor()
        assert.deepEqual(fingerprint(copies(portal, 0)), before)
      }))

    test('clicking twice and going back lead to one case', () =>
      stage.play('double click', { scripts }, async ({ enter, portal }) => {
        const before = fingerprint(copies(portal, 0))
        const employee = await enter('employee')
        await employee.open('/cases')
        const rows = employee.main.locator('tbody tr').filter({ hasText: portal.stories[0] })
        const known = await rows.count()
        await employee.openMail(portal.stories[0])
        await employee.beginToAsk('recall')
        await employee.fillIn(REASON)
        await employee.check()
        await employee.theButton.dblclick()
        await employee.page.waitForURL(/\/cases\/R-/)
        const here = new URL(employee.page.url()).pathname
        await employee.seesState('live-awaiting')

        await employee.page.goBack()
        await employee.page.waitForURL(/\/(drafts|cases)\//)
        if (!employee.page.url().endsWith(here)) await employee.main.locator(`a[href="${here}"]`).first().click()
        await employee.page.waitForURL(new RegExp(`${here}$`))
        await employee.open('/cases')
        assert.equal(await rows.count(), known + 1)

        await employee.open(here)
        await employee.withdraw()
        await employee.seesState('live-withdrawn')
        await until('every copy is back', () => copies(portal, 0).length === before.length)
        assert.deepEqual(fingerprint(copies(portal, 0)), before)
      }))

    test('what was typed outlives the session', () =>
      stage.play('expired session', { scripts }, async ({ enter, portal }) => {
        const employee = await enter('employee')
        const note = '写了很久的说明 <b>& "quotes"</b>\nsecond line'
        await employee.openMail(portal.stories[0])
        await employee.beginToAsk('recall')
        await employee.fillIn({ reason: 'wrong_recipients', includeRead: true, note })
        await employee.main.locator('[name=subject]').fill('A subject of my own')
        await employee.letter().fill('Dear all,\n\nplease <forget> it.')
        const cookies = await employee.context.cookies()
        const session = cookies.find((cookie) => /^(__Host-)?recant$/.test(cookie.name))
        assert.ok(session?.httpOnly && session.sameSite === 'Lax', JSON.stringify(cookies))
        await employee.context.clearCookies({ name: session.name })
        await employee.press('check')

        await employee.page.waitForURL(/\/sign-in\?next=/)
        await employee.isTold('frame-session-ended-kept')
        await employee.signIn()
        await employee.page.waitForURL(/\/ask/)
        const value = (name) => employee.main.locator(`[name=${name}]`).first().inputValue()
        assert.equal(await value('note'), note)
        assert.equal(await value('subject'), 'A subject of my own')
        assert.equal(await value('text'), 'Dear all,\n\nplease <forget> it.')
        await employee.check()
        await employee.main.getByText('please <forget> it.').first().waitFor()
      }))

    test('a file that is too large costs nothing that was typed', () =>
      stage.play('too large a file', { scripts }, async ({ enter, portal }) => {
        const employee = await enter('employee')
        await employee.openMail(portal.stories[1])
        await employee.beginToAsk('recall')
        const film = { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(45_000_000) }
        await employee.fillIn({ ...REASON, files: [film] })
        if (scripts) await employee.reads('#attachments p', 'ask-files-too-large')
        await employee.press('check')
        await employee.isTold('ask-file-too-large')
        assert.match(employee.page.url(), /\/ask\?draft=/, 'not on to the check page without the file')
        assert.equal(await employee.main.locator('[name=note]').inputValue(), REASON.note)
        assert.equal(await employee.main.locator('.file-name').count(), 0)
      }))
  })
}
