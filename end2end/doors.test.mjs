// Who gets in, and what stays closed to whom.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Stage } from './lib/stage.mjs'
import { sentMail } from './lib/mail.mjs'

const NOTE = 'Nobody at the helpdesk may read this note.'

let stage
before(async () => (stage = await Stage.open()))
after(() => stage?.close())

for (const scripts of [false, true]) {
  describe(`doors, scripts ${scripts ? 'on' : 'off'}`, () => {

    test('a wrong password tells nothing about accounts', () =>
      stage.play('wrong password', { scripts }, async ({ arrive, portal }) => {
        const visitor = await arrive('employee')
        for (const address of [portal.accounts.employee.address, 'nobody.at.all@chengyu.example']) {
          await visitor.open('/sign-in?next=/cases')
          await visitor.signIn({ address, password: 'not the password' })
          await visitor.isTold('sign-in-wrong')
          assert.equal(await visitor.page.locator('[name=address]').inputValue(), address)
          assert.equal(await visitor.page.locator('[name=password]').inputValue(), '')
        }
        await visitor.signIn()
        await visitor.page.waitForURL(/\/cases$/)
      }))

    test('signing out closes what was open', () =>
      stage.play('signing out', { scripts }, async ({ enter }) => {
        const employee = await enter('employee')
        await employee.submit(employee.page.locator('form[action="/api/sign-out"] button'))
        await employee.page.waitForURL(/\/sign-in/)
        await employee.page.goto('/sent')
        await employee.page.waitForURL(/\/sign-in\?next=/)
        await employee.page.goBack()
        assert.equal(await employee.page.locator('form[action="/api/sign-out"]').count(), 0, 'the browser kept the page')
      }))

    test('somebody else’s case and mail are not there', () =>
      stage.play('somebody else’s case', { scripts }, async ({ enter, portal }) => {
        // Each time another mail: the first one's case is still open.
        const subject = portal.stories[scripts ? 1 : 0]
        const employee = await enter('employee')
        const mail = await employee.openMail(subject)
        const number = await employee.recall(subject, { reason: 'sensitive_content', includeRead: false, note: NOTE })
        await employee.seesState('live-awaiting')

        const stranger = await enter('administrator')
        for (const path of [`/cases/${number}`, `/cases/${number}/report`, '/cases/R-2020-000001', '/cases/nonsense', mail, `${mail}/ask`, '/nowhere']) {
          await stranger.open(path, 404)
          await stranger.reads('h1', 'frame-404-title')
        }
        await stranger.open(`/cases/${number}/report.csv`, 404)

        const helpdesk = await enter('helpdesk')
        await helpdesk.submit(helpdesk.page.locator('nav a[href="/helpdesk"]'))
        await helpdesk.follow(number)
        const lines = sentMail(portal, portal.accounts.employee.address, subject).text.split('\n')
        const line = lines.map((line) => line.trim()).find((line) => line.length > 20)
        for (const path of [`/cases/${number}`, `/cases/${number}/report`, '/helpdesk']) {
          await helpdesk.open(path)
          const html = await helpdesk.page.content()
          for (const word of [subject, subject.slice(1, 6), NOTE, line.slice(0, 12)]) assert.ok(!html.includes(word), `${path} shows “${word}” to the helpdesk`)
        }
      }))

    test('pages of other roles are refused, and not offered', () =>
      stage.play('other roles', { scripts }, async ({ enter }) => {
        const employee = await enter('employee')
        for (const path of ['/helpdesk', '/admin/people', '/admin/doctor', '/admin/engine', '/approvals']) {
          await employee.open(path, 403)
          await employee.reads('h1', 'frame-403-title')
          assert.equal(await employee.page.locator(`nav a[href="${path}"]`).count(), 0)
        }
        const administrator = await enter('administrator')
        await administrator.open('/helpdesk', 403)
        await administrator.open('/admin/doctor')
        await administrator.reads('.notice-title', 'doctor-well')
      }))

    test('the language changes everywhere and stays', () =>
      stage.play('language', { scripts }, async ({ enter }) => {
        const employee = await enter('employee', { language: 'en' })
        await employee.reads('h1', 'sent-title')
        await employee.open('/cases')
        await employee.speak('zh-CN')
        assert.match(employee.page.url(), /\/cases$/, 'one stays where one was')
        await employee.reads('h1', 'cases-mine')
        await employee.submit(employee.page.locator('form[action="/api/sign-out"] button'))
        await employee.page.waitForURL(/\/sign-in/)
        await employee.reads('h1', 'sign-in-title')
      }))
  })
}
