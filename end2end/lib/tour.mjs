// Every page of the portal, with something to see on it: for the eye, and for axe.

import { misfile } from './mail.mjs'

const SHARED = '/sent?of=' + encodeURIComponent('tenders@chengyu.example')

/**
 * Lets the employee ask for two recalls, one that waits and one that is over, and leaves a third one unfinished.
 * Answers with the pages by person: `{ role: [{ name, path, status? }] }`; `anonymous` isn't signed in.
 */
export async function prepare({ enter, portal }) {
  const employee = await enter('employee', { language: 'zh-CN' })
  const [contract, policy, schedule] = portal.stories
  const finished = await employee.recall(schedule, { reason: 'wording', includeRead: false, note: '停车位写错了，改后重发。' })
  await employee.seesState('live-finished-all')
  const waiting = await employee.recall(contract, { reason: 'sensitive_content', includeRead: true, note: '附件里有内部审批意见，不能留在客户那里。' })
  await employee.seesState('live-awaiting')
  const message = await employee.openMail(policy)
  await employee.beginToAsk('recall_and_replace')
  await employee.fillIn({ reason: 'wrong_version', includeRead: true, note: '附件是未定稿的草稿。' })
  await employee.check()
  const draft = new URL(employee.page.url()).pathname
  const shared = await employee.openMail(portal.stories[3], SHARED)
  const misfiled = await employee.openMail(misfile(portal, portal.accounts.employee.address, portal.accounts.manager.address))
  return {
    numbers: { finished, waiting },
    pages: {
      anonymous: [{ name: 'sign-in', path: '/sign-in' }],
      employee: [
        { name: 'sent', path: '/sent' },
        { name: 'sent-found', path: '/sent?q=' + encodeURIComponent('合同') },
        { name: 'sent-nothing', path: '/sent?q=zzzz' },
        { name: 'message', path: message },
        { name: 'message-not-theirs', path: misfiled },
        { name: 'sent-shared', path: SHARED },
        { name: 'message-shared', path: shared },
        { name: 'ask', path: `${message}/ask?draft=${draft.split('/').pop()}` },
        { name: 'check', path: draft },
        { name: 'cases', path: '/cases' },
        { name: 'case-waiting', path: `/cases/${waiting}` },
        { name: 'case-finished', path: `/cases/${finished}` },
        { name: 'report', path: `/cases/${finished}/report` },
        { name: 'account', path: '/account' },
        { name: 'not-found', path: '/nowhere', status: 404 },
        { name: 'forbidden', path: '/helpdesk', status: 403 },
      ],
      manager: [
        { name: 'approvals', path: '/approvals' },
        { name: 'case-to-decide', path: `/cases/${waiting}` },
      ],
      helpdesk: [
        { name: 'helpdesk', path: '/helpdesk' },
        { name: 'helpdesk-wrong', path: '/helpdesk?number=xyz' },
        { name: 'helpdesk-case', path: `/cases/${waiting}` },
      ],
      administrator: [
        { name: 'people', path: '/admin/people' },
        { name: 'people-shared', path: '/admin/people?q=tenders' },
        { name: 'doctor', path: '/admin/doctor' },
        { name: 'engine', path: '/admin/engine' },
        { name: 'engine-confirm', path: '/admin/engine?step=confirm' },
      ],
    },
  }
}
