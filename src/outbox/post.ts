import http from 'node:http'
import https from 'node:https'
import type { BlockList, LookupFunction } from 'node:net'
import { urlToHttpOptions } from 'node:url'
import { addressesOf, AddressRefused, checkAddresses, type Address } from './addresses.ts'

export interface Posting {
  url: string
  headers: Record<string, string>
  body: string
  /** Private ones that may be sent to. */
  networks: BlockList
  signal: AbortSignal
}

/** For the whole of it: to find the address, to connect, to send and to get the status. */
const TIMEOUT_MS = 15_000
/** Read of an answer's body, which means nothing: more is cut off. */
const ANSWER_BYTES = 64 * 1024

/**
 * Sends a body and resolves with the status of the answer. Redirects are not followed. Rejects with an error whose
 * message may be shown to whoever set the webhook.
 */
export async function post ({ url, headers, body, networks, signal }: Posting): Promise<number> {
  const time = AbortSignal.timeout(TIMEOUT_MS)
  const ended = AbortSignal.any([time, signal])
  try {
    const target = new URL(url)
    const addresses = await unlessEnded(ended, addressesOf(target))
    checkAddresses(target, addresses, networks)
    return await send(target, addresses, headers, body, ended)
  } catch (error) {
    throw new Error(time.aborted ? `no answer within ${TIMEOUT_MS / 1000} seconds` : reasonOf(error))
  }
}

function reasonOf (error: unknown): string {
  if (error instanceof AddressRefused) return error.message
  const { code } = error as NodeJS.ErrnoException
  return code === undefined ? 'it could not be sent' : `it could not be sent (${code})`
}

async function unlessEnded<T> (signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  signal.throwIfAborted()
  return await Promise.race([work, new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })])
}

async function send (
  target: URL, addresses: readonly Address[], headers: Record<string, string>, body: string, signal: AbortSignal
): Promise<number> {
  return await new Promise((resolve, reject) => {
    const { request } = target.protocol === 'https:' ? https : http
    const sent = request({
      ...urlToHttpOptions(target),
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
      lookup: onlyTo(addresses),
      signal
    }, (answer) => {
      resolve(answer.statusCode ?? 0)
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > ANSWER_BYTES) answer.destroy()
      })
      answer.on('error', () => undefined)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

// The name is not looked up again, which might give another address than was checked.
const onlyTo = (addresses: readonly Address[]): LookupFunction => (_name, { all }, done) => {
  const [first = { address: '', family: 0 }] = addresses
  if (all === true) done(null, [...addresses])
  else done(null, first.address, first.family)
}
