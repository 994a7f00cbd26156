import { setTimeout as wait } from 'node:timers/promises'

/** An answer that a second try would not change. */
export class Refused extends Error {}
/** Nothing answers at the address. */
export class Unreachable extends Error {}

const TRIES = 12
const FIRST_WAIT_MS = 250
const MOST_WAIT_MS = 5000
const READY_TRIES = 90
const READY_WAIT_MS = 1000

export interface Client {
  request: <T>(
    method: string, path: string, token?: string, body?: unknown, headers?: Record<string, string>
  ) => Promise<T>
}

/** Speaks JSON to a service. Whatever it is asked may be sent again: the answers of the service make that safe. */
export function clientOf (base: string): Client {
  return {
    request: async <T>(
      method: string, path: string, token?: string, body?: unknown, headers: Record<string, string> = {}
    ): Promise<T> => {
      for (let attempt = 1; ; attempt++) {
        const response = await fetch(`${base}${path}`, {
          method,
          headers: {
            ...headers,
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(body !== undefined && { 'content-type': 'application/json' })
          },
          ...(body !== undefined && { body: JSON.stringify(body) })
        }).catch((error: unknown) => error as Error)
        if (!(response instanceof Error)) {
          const text = await response.text()
          if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T
          if (response.status !== 429 && response.status < 500) {
            throw new Refused(`${method} ${path} was answered ${response.status}: ${text.slice(0, 600)}`)
          }
        }
        if (attempt === TRIES) {
          throw response instanceof Error
            ? new Unreachable(base)
            : new Refused(`${method} ${path} was answered ${response.status} ${TRIES} times`)
        }
        await wait(Math.min(MOST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)))
      }
    }
  }
}

/** Whether anything answers at the address, asked once. */
export async function answers (base: string): Promise<boolean> {
  return await saysYes(`${base}/livez`)
}

/** Waits until it is ready: a service listens before its database is there. False after a minute or so. */
export async function becomesReady (base: string): Promise<boolean> {
  for (let attempt = 0; attempt < READY_TRIES; attempt++) {
    if (await saysYes(`${base}/readyz`)) return true
    await wait(READY_WAIT_MS)
  }
  return false
}

const saysYes = async (address: string): Promise<boolean> => await fetch(address).then(({ ok }) => ok, () => false)
