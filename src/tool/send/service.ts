import type { Command } from 'commander'
import { connect } from '../connection.ts'
import { Failure } from '../failure.ts'
import type { Service } from './post.ts'

/** The service to send to, with the token of a source. Throws `Failure` without one. */
export async function sendingService (command: Command): Promise<Service & { token: string }> {
  const { url, token, fetch, Request } = await connect(command)
  if (token !== undefined) return { url, token, fetch, Request }
  throw new Failure('Sending needs the token of a source: put it into LPP_TOKEN, or into a file for --token-file.')
}
