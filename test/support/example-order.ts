import type { App } from '../../src/app.ts'
import { bearer, call, event, operator, type Headers } from './builders.ts'
import type { Shown } from './contract-requests.ts'

const BARTEC = '/v1/sources/solihull/bartec'
const SET = '/v1/data-sets/solihull-zoo-licences/inspections'
const STEPS = ['PUT', 'POST', 'GET', 'PATCH', 'DELETE']
/** Some need a token that a POST gives; a data set is emptied after one record was removed. */
const STEP_OF: Record<string, number> = {
  replaceFigures: 1.5, replaceRecords: 1.5, removeRecord: 3.4, emptyDataSet: 3.5
}

/** What is set comes before what reads it; what was made last is removed first. */
export function inOrder (shown: Shown[]): Shown[] {
  const step = ({ id, method }: Shown): number => STEP_OF[id] ?? STEPS.indexOf(method)
  const at = new Map(shown.map((one, i) => [one, i]))
  return shown.toSorted((a, b) => {
    const order = (at.get(a) ?? 0) - (at.get(b) ?? 0)
    return step(a) - step(b) || (a.method === 'DELETE' ? -order : order)
  })
}

/** Tokens of the examples' own source, its sandbox and its data set. */
export async function tokensOf (app: App): Promise<{ source: Headers, sandbox: Headers, dataSet: Headers }> {
  const issued = async (address: string, order?: object): Promise<Headers> =>
    bearer((await call(app, 'POST', `${address}/tokens`, operator, order)).body.token)
  return { source: await issued(BARTEC), sandbox: await issued(BARTEC, { sandbox: true }), dataSet: await issued(SET) }
}

type Make = (app: App, source: Headers) => Promise<Record<string, string>>

const token = (address: string, body?: object): Make => async (app) =>
  ({ id: (await call(app, 'POST', address, operator, body)).body.id })

const proposal: Make = async (app) => ({
  id: String((await call(app, 'POST', '/v1/proposals', operator, {
    kind: 'measure',
    key: `example_${Math.random().toString(36).slice(2)}`,
    note: 'An example',
    authority: 'solihull',
    body: { title: 'Example', unit: 'calls', kind: 'stock', polarity: 'none', description: 'Of this test.' }
  })).body.id)
})

let rows = 0
const rejection: Make = async (app, source) => {
  await call(app, 'POST', '/v1/events', { ...source, prefer: 'handling=lenient' }, [
    event(`refused-${++rows}`, { occurred_at: '2025-05-27T08:31:00+01:00', channel: 'Fone' })
  ])
  return { id: (await call(app, 'GET', '/v1/rejections', source)).body.data[0].id }
}

/** Ids that only the service can give, by the operation that asks for one. */
export const MAKES: Record<string, Make> = {
  revokeToken: token(`${BARTEC}/tokens`),
  revokeDataSetToken: token(`${SET}/tokens`),
  revokePersonToken: token('/v1/tokens', { role: 'administrator', label: 'Example', authorities: ['solihull'] }),
  getProposal: proposal,
  agreeToProposal: proposal,
  refuseProposal: proposal,
  withdrawProposal: proposal,
  getReceipt: async (app, source) => ({ id: (await call(app, 'GET', '/v1/receipts', source)).body.data[0].receipt }),
  getRejection: rejection,
  replayRejection: rejection,
  deleteRejection: rejection
}
