// node screenshots.mjs FOLDER     pictures of the pages for people to look at
// node screenshots.mjs --readme   the two pictures of the README, in docs/images

import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stage } from './lib/stage.mjs'
import { prepare } from './lib/tour.mjs'

const WIDE = { width: 1280, height: 900 }
const NARROW = { width: 320, height: 700 }
const SMALL = { width: 1120, height: 760 }
const LIMIT = 200_000
const ALSO_NARROW = ['sent', 'sent-found', 'sent-shared', 'message-shared', 'ask', 'check', 'case-waiting', 'case-finished', 'restore-to-decide', 'engine']
const ALSO_DARK = ['sent', 'sent-found', 'sent-shared', 'message', 'case-finished', 'restore-to-decide', 'engine']

const wanted = process.argv[2]
if (!wanted) {
  console.error('node screenshots.mjs FOLDER | --readme')
  process.exit(2)
}
const stage = await Stage.open()
try {
  await stage.play('screenshots', {}, (scene) => (wanted === '--readme' ? readme(scene) : album(scene, wanted)))
} finally {
  await stage.close()
}

async function album(scene, folder) {
  mkdirSync(folder, { recursive: true })
  const { pages, numbers } = await prepare(scene)
  for (const [role, places] of Object.entries(pages)) await pictures(scene, folder, role, places)
  // Last, because it changes what the others show.
  const employee = await scene.enter('employee', { language: 'zh-CN' })
  await employee.open(`/cases/${numbers.finished}`)
  await employee.askToPutBack('撤错了邮件，请放回去。')
  await pictures(scene, folder, 'manager', [{ name: 'restore-to-decide', path: `/cases/${numbers.finished}` }])
  console.log(folder)
}

async function pictures(scene, folder, role, places) {
  for (const language of ['zh-CN', 'en']) {
    const context = { locale: language }
    const visitor = role === 'anonymous' ? await scene.arrive(role, { context }) : await scene.enter(role, { language, context })
    const { page } = visitor
    for (const { name, path, status } of places) {
      await visitor.open(path, status)
      if (role === 'anonymous') await visitor.speak(language)
      const take = async (suffix, size, colorScheme) => {
        await page.setViewportSize(size)
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await page.screenshot({ path: join(folder, `${name}-${language}${suffix}.png`), fullPage: true, animations: 'disabled' })
      }
      await take('', WIDE, 'light')
      if (ALSO_DARK.includes(name)) await take('-dark', WIDE, 'dark')
      if (ALSO_NARROW.includes(name)) await take('-320', NARROW, 'light')
    }
  }
}

async function readme({ enter, portal }) {
  const folder = fileURLToPath(new URL('../docs/images/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const chinese = await enter('employee', { language: 'zh-CN', context: { viewport: SMALL, locale: 'zh-CN' } })
  await small(chinese.page, join(folder, 'sent-zh.png'))

  const employee = await enter('employee', { context: { viewport: SMALL } })
  const number = await employee.recall(portal.stories[0], { reason: 'sensitive_content', includeRead: true, note: 'An internal document went out with it.' })
  await employee.seesState('live-awaiting')
  const manager = await enter('manager')
  await manager.openApproval(number)
  await manager.decide('approved', 'Yes, at once.')
  await employee.seesState('live-finished-part')
  await employee.open(`/cases/${number}`)
  await small(employee.page, join(folder, 'case-en.png'))
}

async function small(page, file) {
  // Nothing highlighted under the pointer.
  await page.mouse.move(0, 0)
  await page.screenshot({ path: file, animations: 'disabled' })
  const { size } = statSync(file)
  if (size > LIMIT) throw new Error(`${file} has ${size} bytes, more than ${LIMIT}`)
  console.log(`${file}: ${Math.round(size / 1000)} KB`)
}
