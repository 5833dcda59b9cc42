// Finding the mail one means: operators, conditions, mistakes; with and without scripts.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Stage } from './lib/stage.mjs'
import { until } from './lib/until.mjs'

let stage
before(async () => (stage = await Stage.open()))
after(() => stage?.close())

for (const scripts of [false, true]) {
  describe(`searching, scripts ${scripts ? 'on' : 'off'}`, () => {
    test('the language, in Chinese with full-width punctuation', () =>
      stage.play('search in Chinese', { scripts }, async ({ enter, portal }) => {
        const [contract, policy] = portal.stories
        const employee = await enter('employee', { language: 'zh-CN' })
        await lists(employee, contract)
        await search(employee, '主题：“智慧仓储服务合同” 有附件 －草稿')
        assert.deepEqual(await subjects(employee), [contract])
        assert.equal(await employee.page.locator('#sent-found .sent-subject mark').first().innerText(), '智慧仓储服务合同')
        await search(employee, '附件名：差旅')
        assert.ok((await subjects(employee)).includes(policy))
        await employee.page.locator('#sent-found mark', { hasText: '差旅' }).first().waitFor()
        await search(employee, '管理办 最近：5年')
        assert.ok((await subjects(employee)).includes(policy), 'three characters out of a longer word')
      }))

    test('a mistake is marked and the rest is searched', () =>
      stage.play('a mistake in a search', { scripts }, async ({ enter, portal }) => {
        const [contract] = portal.stories
        const employee = await enter('employee')
        await lists(employee, contract)
        await search(employee, '"智慧仓储服务合同 <b>')
        const problems = employee.page.locator('#search-problems')
        await problems.getByText(employee.say('search-unclosed-quote')).waitFor()
        assert.equal(await problems.locator('mark').innerText(), '"')
        await search(employee, '智慧仓储服务合同 after:soon')
        await problems.getByText(employee.say('search-bad-day')).waitFor()
        assert.equal(await problems.locator('mark').innerText(), 'soon')
        assert.equal(await problems.locator('code').innerText(), '智慧仓储服务合同')
        assert.deepEqual(await subjects(employee), [contract])
      }))

    test('conditions and chips for those who type no operators', () =>
      stage.play('conditions of a search', { scripts }, async ({ enter, portal }) => {
        const [contract] = portal.stories
        const employee = await enter('employee')
        await lists(employee, contract)
        await search(employee, '智慧仓储服务合同')
        await chip(employee, 'search-chip-file')
        assert.match(employee.page.url(), /q=[^&]+&file=yes$/)
        assert.deepEqual(await subjects(employee), [contract])
        await employee.page.locator('#search-chips .chip-on').waitFor()
        await chip(employee, 'sent-case-with')
        assert.deepEqual(await subjects(employee), [])
        await employee.submit(employee.page.locator('#search-chips .chip-on').last())
        assert.deepEqual(await subjects(employee), [contract])
        await employee.page.locator('[name=who]').fill('nobody-at-all')
        await press(employee)
        assert.deepEqual(await subjects(employee), [])
      }))
  })
}

test('results come while one types, and the address follows', () =>
  stage.play('as you type', {}, async ({ enter, portal }) => {
    const [contract] = portal.stories
    const employee = await enter('employee')
    await lists(employee, contract)
    const { page } = employee
    await page.evaluate(() => (globalThis.stays = true))
    await page.locator('[name=q]').pressSequentially('subject:智慧仓储服务', { delay: 20 })
    await until('the list follows', async () => (await subjects(employee)).join() === contract)
    await until('the address follows', () => new URL(page.url()).searchParams.get('q') === 'subject:智慧仓储服务')
    await until('it is said', async () => /^1 /.test(await page.locator('[role=status].only-spoken').last().textContent()))
    await page.locator('[name=q]').pressSequentially(' after:x', { delay: 20 })
    await page.locator('#search-problems').getByText(employee.say('search-bad-day')).waitFor()
    assert.equal(await page.evaluate(() => globalThis.stays), true, 'without loading the page again')
    await page.reload()
    assert.equal(await page.locator('[name=q]').inputValue(), 'subject:智慧仓储服务 after:x')
    assert.deepEqual(await subjects(employee), [contract])
  }))

/** The list is read anew while one looks at it, so it may take a second look. */
async function lists(employee, subject) {
  await employee.open('/sent')
  const link = employee.main.getByRole('link', { name: subject, exact: true })
  for (let looks = 0; looks < 20 && !(await link.count()); looks += 1) await employee.open('/sent')
}

async function search(employee, words) {
  await employee.page.locator('[name=q]').fill(words)
  await press(employee)
  assert.equal(new URL(employee.page.url()).searchParams.get('q'), words)
}

const press = (employee) => employee.submit(employee.page.locator('#search-form button[type=submit]'))

const chip = (employee, key) => employee.submit(employee.page.locator('#search-chips a', { hasText: employee.say(key) }))

const subjects = (employee) => employee.page.locator('#sent-found .sent-subject').allInnerTexts()
