import { Type } from 'typebox'
import { ProblemError } from '../../errors.ts'

/** What a list of what a source sent is asked with. */
export const OF_SOURCE = {
  source: Type.Optional(Type.String({
    pattern: '^[^/]{1,100}/[^/]{1,100}$',
    description: 'Whose they are, as `authority/name`. Left out: those of the token’s own source.',
    examples: ['solihull/bartec']
  }))
}

/** When they came in. */
export const RECEIVED = {
  since: Type.Optional(Type.String({
    format: 'date-time', description: 'Received at this instant or later.', examples: ['2025-05-27T00:00:00+01:00']
  })),
  until: Type.Optional(Type.String({
    format: 'date-time', description: 'Received before this instant.', examples: ['2025-05-28T00:00:00+01:00']
  }))
}

export const paged = (what: string, example: string) => ({
  cursor: Type.Optional(Type.String({
    maxLength: 200,
    pattern: '^[\\x21-\\x7E]+$',
    description: `Where to go on: see links.next. ${what}`,
    examples: [example]
  })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 }))
})

/** `solihull/bartec` in its parts. */
export function namedIn (source: string | undefined): { authority: string, name: string } | undefined {
  const [authority, name] = source?.split('/') ?? []
  return authority === undefined || name === undefined ? undefined : { authority, name }
}

/** Throws `ProblemError` for a text that is no instant. */
export function instantOf (name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const at = new Date(text)
  if (!Number.isNaN(at.getTime())) return at
  throw new ProblemError('invalid-request', `querystring/${name} is not an instant; send RFC 3339 with an offset.`)
}

/** The addresses of a page and of the one behind it. */
export function linksOf (url: string, next: string | undefined): { self: string, next?: string } {
  if (next === undefined) return { self: url }
  const [path = '', search] = url.split('?')
  const parameters = new URLSearchParams(search)
  parameters.set('cursor', next)
  return { self: url, next: `${path}?${parameters.toString()}` }
}
