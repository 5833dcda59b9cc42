// Story 2 of design.md: an unfinished draft went to the whole company. Played in Chinese.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { copiesOf, correctionsOf, sentMail } from './lib/mail.mjs'
import { Stage } from './lib/stage.mjs'
import { fillPlace, openPlaces } from './lib/visitor.mjs'

const RIGHT_FILE = {
  name: '客户接待与差旅管理办法.docx',
  mimeType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  buffer: Buffer.from('PK\u0003\u0004 the right version'),
}

for (const scripts of [false, true]) {
  describe(`a wrong version, scripts ${scripts ? 'on' : 'off'}`, () => {
    let stage
    before(async () => (stage = await Stage.open()))
    after(() => stage?.close())

    test('is replaced where it stands', () =>
      stage.play('wrong version', { scripts }, async ({ arrive, enter, portal }) => {
        const subject = portal.stories[1]
        const leftOut = portal.accounts.secondApprover.address
        const mail = sentMail(portal, portal.accounts.employee.address, subject)
        const copies = copiesOf(portal, mail.id)
        const tidy = copies.find((copy) => copy.folder.includes('/'))
        assert.ok(copies.length > 50 && tidy, 'the demo has the story')

        // The page before signing in speaks Chinese when asked to; so does everything after it.
        const employee = await arrive('employee')
        await employee.open('/sign-in')
        await employee.speak('zh-CN')
        await employee.reads('h1', 'sign-in-title')
        await employee.signIn()
        await employee.reads('h1', 'sent-title')

        await employee.openMail(subject)
        await employee.beginToAsk('recall_and_replace')
        await employee.fillIn({ reason: 'wrong_version', includeRead: true, without: [leftOut], note: '附件是未定稿的草稿' })
        await employee.press('attach')
        await employee.rewrite((letter) => fillPlace(fillPlace(letter, '附件是草稿 v0.7'), '住宿标准已经财务确认'))
        await employee.fillIn({ files: [RIGHT_FILE] })
        assert.equal(openPlaces(await employee.letter().inputValue()), 0)
        await employee.check()
        const number = await employee.request()
        await employee.seesState('live-awaiting', { names: portal.accounts.manager.name })
        const chosen = copies.filter((copy) => copy.mailbox !== leftOut)
        const frozen = copiesOf(portal, mail.id)
        assert.ok(frozen.every((copy) => copy.seen || copy.mailbox === leftOut), 'no unread copy is left')

        const manager = await enter('manager', { language: 'zh-CN' })
        await manager.openApproval(number)
        await manager.decide('approved', '同意，尽快替换')
        const read = chosen.filter((copy) => copy.seen).length
        await employee.seesState('live-finished-read', { read })

        // The right version stands where the draft stood: folder and date, for everybody but the one left out.
        assert.deepEqual(copiesOf(portal, mail.id).map((copy) => copy.mailbox), [leftOut])
        const replaced = correctionsOf(portal, mail.id)
        const place = ({ mailbox, folder, date }) => `${mailbox} ${folder} ${date}`
        assert.deepEqual(replaced.map(place).sort(), chosen.map(place).sort())
        assert.ok(replaced.some((copy) => copy.mailbox === tidy.mailbox && copy.folder === tidy.folder))
        for (const { mail: letter } of replaced.slice(0, 3)) {
          assert.ok(letter.text.includes('住宿标准已经财务确认'), letter.text)
          assert.deepEqual(letter.files, [RIGHT_FILE.buffer])
        }
      }))
  })
}
