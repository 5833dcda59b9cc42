// A mail that went out from a mailbox which several people share: found, recalled, and nobody else's business.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { copiesOf, sentMail } from './lib/mail.mjs'
import { Stage } from './lib/stage.mjs'
import { until } from './lib/until.mjs'

const SHARED = 'tenders@chengyu.example'
const NAMED = `投标专用邮箱 <${SHARED}>`
/** Read copies, too: somebody has to approve. */
const REQUEST = { reason: 'sensitive_content', includeRead: true, note: 'The prices are secret.' }

for (const scripts of [false, true]) {
  describe(`a shared mailbox, scripts ${scripts ? 'on' : 'off'}`, () => {
    let stage
    before(async () => (stage = await Stage.open()))
    after(() => stage?.close())

    test('who acts for it has its mail recalled', () =>
      stage.play('shared mailbox', { scripts }, async ({ enter, portal }) => {
        const subject = portal.stories[3]
        const copies = () => copiesOf(portal, sentMail(portal, SHARED, subject).id)
        assert.equal(copies().length, 2)
        const employee = await enter('employee')
        await employee.open('/sent')
        assert.equal(await employee.main.getByText(subject).count(), 0, "not among one's own")
        await employee.submit(employee.main.locator('nav a', { hasText: NAMED }))
        const { pathname, search } = new URL(employee.page.url())
        await employee.openMail(subject, pathname + search)
        await employee.reads('.notice', 'sent-acting-for', { mailbox: NAMED })
        await employee.beginToAsk('recall')
        await employee.fillIn(REQUEST)
        await employee.check()
        const number = await employee.request()
        await employee.main.getByText(SHARED).first().waitFor()

        // It isn't the manager's own request, although she acts for the mailbox, too.
        const manager = await enter('manager')
        await manager.openApproval(number)
        await manager.decide('approved', '')
        await employee.seesState('live-finished-all')
        await until('both copies are gone', () => copies().length === 0)

        const helpdesk = await enter('helpdesk')
        await helpdesk.open('/sent')
        assert.equal(await helpdesk.main.getByText(SHARED).count(), 0, 'nothing to choose')
        await helpdesk.open(pathname + search, 404)
        const administrator = await enter('administrator')
        await administrator.open('/admin/people?q=tenders')
        await administrator.main.getByText('east@chengyu.example').waitFor()
      }))
  })
}
