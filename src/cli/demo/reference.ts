import { shownRequests, type Contract } from '../../http/examples/requests.ts'
import type { Client } from './client.ts'

/**
 * What the requests that the reference shows read, change and remove: each of them works on a service with the demo
 * when they are sent in the order of the contract. A request of the contract makes each; the second name is that of the
 * operation at whose address it is made, where that is another.
 */
const MADE: ReadonlyArray<readonly [string, string?]> = [
  ['putChannelClass'],
  ['putDeclaration'],
  ['putKpiTarget'],
  ['putUnitSaving'],
  ['putDisclosureRule'],
  ['putMapping'],
  ['putWebhook'],
  ['putWebhook', 'deleteWebhook'],
  ['putDataSet'],
  ['putDataSet', 'deleteDataSet']
]
/** One to be looked at, one to be agreed to, one to be refused, one to be withdrawn. */
const PROPOSED = ['Garden waste subscriptions', 'Bulky collections', 'Litter bins emptied', 'Fly-tips cleared']

/** Makes it. Again, it changes nothing. `client` sends what the operator's token may. */
export async function makeForReference (client: Client, operatorToken: string): Promise<void> {
  const shown = shownRequests(await client.request<Contract>('GET', '/openapi.json'))
  const requestOf = (id: string) => {
    const found = shown.find((one) => one.id === id)
    if (found === undefined) throw new RangeError(`the contract has no ${id}`)
    return { url: found.url, body: JSON.parse(found.payload ?? '{}') as { body?: object } }
  }
  for (const [id, at = id] of MADE) {
    await client.request('PUT', requestOf(at).url, operatorToken, requestOf(id).body)
  }
  const { data: proposals } = await client.request<{ data: unknown[] }>('GET', '/v1/proposals', operatorToken)
  if (proposals.length > 0) return
  const { url, body: proposal } = requestOf('propose')
  for (const title of PROPOSED) {
    const key = title.toLowerCase().replaceAll(/[^a-z]/g, '_')
    await client.request('POST', url, operatorToken, { ...proposal, key, body: { ...proposal.body, title } })
  }
}
