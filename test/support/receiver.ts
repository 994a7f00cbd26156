import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { Test } from 'tap'

export interface Got { id: string, body: any, headers: IncomingHttpHeaders, text: string }

/** A receiver of webhooks on loopback: `answer` says what it makes of each message; 204 if it says nothing. */
export async function receiver (
  t: Test, answer: (got: Got, response: ServerResponse) => void = (_got, response) => { response.writeHead(204).end() },
  port = 0
) {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk) => { text += chunk }).on('end', () => {
      const one = { id: String(request.headers['webhook-id']), body: JSON.parse(text), headers: request.headers, text }
      got.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve) })
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => { server.close(resolve) })
  }
  t.teardown(close)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  return { url, got, close }
}

/** What a receiver does with each: throws where the signature is not of this secret, or the message is old. */
export const verify = (secret: string, { text, headers }: Got): unknown =>
  new Webhook(secret).verify(text, headers as Record<string, string>)

/** The same for a message of whatever time. */
export const isSigned = (secret: string, { id, text, headers }: Got): boolean =>
  String(headers['webhook-signature']).split(' ')
    .includes(new Webhook(secret).sign(id, new Date(Number(headers['webhook-timestamp']) * 1000), text))
