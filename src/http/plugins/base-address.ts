import type { FastifyRequest } from 'fastify'
import { ProblemError } from '../../errors.ts'

/** A name or address, with or without a port: nothing that would break out of a URI. */
const HOST = /^(?:[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

/**
 * Where clients reach this service, without a slash behind it: as it is set (`PUBLIC_URL`), else as the request says;
 * of a proxy that is trusted, as that says. Throws `ProblemError` for a Host header that is none.
 */
export function baseAddressOf ({ protocol, host }: FastifyRequest, publicUrl: string | undefined): string {
  if (publicUrl !== undefined) return publicUrl
  if (!HOST.test(host)) throw new ProblemError('invalid-request', 'The Host header names no host.')
  return `${protocol}://${host.toLowerCase()}`
}
