import { bearer } from './builders.ts'

/** Asks a process of the service; the body is JSON both ways. */
export async function ask (url: string, method: string, token: string, body?: unknown): Promise<{
  status: number, body: any, again: string | null
}> {
  const answer = await fetch(url, body === undefined
    ? { method, headers: bearer(token) }
    : { method, headers: { ...bearer(token), 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const text = await answer.text()
  return {
    status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text, again: answer.headers.get('retry-after')
  }
}
