// Story 1 of design.md: a contract went to a client with an internal document attached.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { copiesOf, correctionsOf, outbox, sentMail } from './lib/mail.mjs'
import { Stage } from './lib/stage.mjs'
import { until } from './lib/until.mjs'
import { fillPlace, openPlaces } from './lib/visitor.mjs'
import { within } from './lib/words.mjs'

const RIGHT_FILE = { name: '智慧仓储服务合同（终稿）.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n% the contract alone\n') }

for (const scripts of [false, true]) {
  describe(`a sensitive attachment, scripts ${scripts ? 'on' : 'off'}`, () => {
    let stage
    before(async () => (stage = await Stage.open()))
    after(() => stage?.close())

    test('is recalled inside and corrected outside', () =>
      stage.play('sensitive attachment', { scripts }, async ({ enter, portal }) => {
        const subject = portal.stories[0]
        const mail = sentMail(portal, portal.accounts.employee.address, subject)
        const copies = copiesOf(portal, mail.id)
        const unread = copies.filter((copy) => !copy.seen).map((copy) => copy.mailbox)
        const read = copies.filter((copy) => copy.seen).map((copy) => copy.mailbox)
        const client = /<([^>]+)>/.exec(mail.to)[1]

        // She finds the mail, and sees what a recall would meet.
        const employee = await enter('employee')
        await employee.openMail(subject)
        const forecast = employee.main.locator('section[aria-labelledby=forecast] tr')
        for (const [address, key] of [[unread[0], 'forecast-unread'], [read[0], 'forecast-read'], [client, 'forecast-outside']]) {
          await forecast.filter({ hasText: address }).locator('.badge').filter({ hasText: employee.say(key) }).waitFor()
        }
        const secret = (await employee.main.locator('.file-name').allTextContents()).find((name) => name.includes('内部'))

        // She asks: the letter is there, only the file's name is missing.
        await employee.beginToAsk('recall')
        await employee.fillIn({ reason: 'wrong_attachment', includeRead: false, note: 'The internal approval must not stay with the client.' })
        await employee.press('attach')
        await employee.rewrite((letter) => fillPlace(letter, secret))
        assert.equal(openPlaces(await employee.letter().inputValue()), 0)
        await employee.fillIn({ files: [RIGHT_FILE] })
        await employee.check()
        await employee.main.getByText(RIGHT_FILE.name).first().waitFor()
        await employee.main.getByText(secret).first().waitFor()
        const number = await employee.request()

        // Unread copies vanish before anybody decides; the client has nothing yet.
        await employee.seesState('live-awaiting', { names: portal.accounts.manager.name })
        assert.deepEqual(copiesOf(portal, mail.id, unread), [])
        assert.equal(copiesOf(portal, mail.id, read).length, read.length)
        assert.equal(outbox(portal).length, 0)

        const heard = scripts && (await employee.listen())
        const manager = await enter('manager')
        await manager.openApproval(number)
        await manager.main.getByText('The internal approval must not stay with the client.').first().waitFor()
        await manager.decide('approved', 'Right, and quickly.')
        await manager.isTold('cases-decided-approved')

        // Nobody touches her page: it follows by itself.
        await employee.seesState('live-finished-part', { gone: unread.length, total: copies.length + 1 })
        const rows = employee.main.locator('#targets tr')
        await rows.filter({ hasText: client }).filter({ hasText: within(employee.say('outcome-outside')) }).waitFor()
        await rows.filter({ hasText: client }).locator('.badge').filter({ hasText: within(employee.say('correction-sent')) }).waitFor()
        if (scripts) {
          assert.ok(heard.loads <= 2, `loaded ${heard.loads} times; only what the page offers changes: nothing to withdraw any more, then the end`)
          assert.ok(heard.events >= 1, 'the live view was told nothing')
        }

        // And the mailboxes say the same.
        assert.deepEqual(copiesOf(portal, mail.id, unread), [])
        const [letter, ...more] = await until('the correction lies in the outbox', () => outbox(portal).length && outbox(portal))
        assert.equal(more.length, 0)
        assert.match(letter.to, new RegExp(client))
        assert.match(letter.header('in-reply-to'), new RegExp(mail.id))
        assert.ok(letter.text.includes(secret) && openPlaces(letter.text) === 0, letter.text)
        assert.deepEqual(letter.files, [RIGHT_FILE.buffer])
        const told = correctionsOf(portal, mail.id).map((copy) => copy.mailbox)
        assert.deepEqual(told, read, 'those who read it get the correction, the others never saw anything')
      }))
  })
}
