import { Type, type TSchema } from 'typebox'
import { listOf, ListOf, Nullable } from './common.ts'

const MOST = 500

/** Search and paging of a list that is in the order of its keys. */
export const PAGED = {
  q: Type.Optional(Type.String({
    minLength: 1, maxLength: 100, description: 'Only those whose name holds this, in any case.', examples: ['bins']
  })),
  after: Type.Optional(Type.String({
    maxLength: 400, description: 'Only those behind this one: `next` of the page before.', examples: ['solihull/bartec']
  })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST, default: 100, examples: [100] }))
}

export interface Page { after?: string, limit?: number }

export const PageOf = <T extends TSchema>(item: T, description: string) =>
  Type.Object({
    ...ListOf(item, description).properties,
    next: Nullable(Type.String(), {
      description: 'To send as `after` for the next page; null: this is the last.', examples: [null]
    })
  }, { description })

/** A page of all that there is, in the order of their keys. */
export function pageOf<T> (all: readonly T[], keyOf: (one: T) => string, { after, limit = 100 }: Page) {
  const keyed = all.map((one) => ({ key: keyOf(one), one }))
    .filter(({ key }) => after === undefined || key > after).sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  const page = keyed.slice(0, limit)
  return { ...listOf(page.map(({ one }) => one)), next: keyed.length > limit ? page.at(-1)?.key ?? null : null }
}

/** Whether one of some names holds what is looked for. */
export const holds = (q: string | undefined, ...names: string[]): boolean =>
  q === undefined || names.some((name) => name.toLowerCase().includes(q.toLowerCase()))
