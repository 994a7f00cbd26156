import type { Kysely } from 'kysely'
import type { RowError } from '../errors.ts'
import type { Tables } from '../postgres/tables.ts'
import type { Channel, Directory } from './directory.ts'
import { endRow, putRows, removeRow } from './store/catalogue-rows.ts'

/** A channel as it is set; its form is right. */
export interface ChannelInput {
  slug: string
  label: string
  digital_class: string
  performance_platform_key: string | null
  aliases: string[]
  note: string
  valid_to: string | null
}

/** Names that mean something else already: another channel's word or alias, in the catalogue or in the same list. */
export function checkChannels ({ channels }: Directory, inputs: readonly ChannelInput[]): RowError[] {
  const sent = new Set(inputs.map(({ slug }) => slug))
  const others = channels.filter(({ slug }) => !sent.has(slug))
  const owners = Map.groupBy(
    [...others, ...inputs].flatMap((one) => namesOf(one).map((name) => ({ name, slug: one.slug }))),
    ({ name }) => name
  )
  return inputs.flatMap((input, index) =>
    namesOf(input).flatMap((name) => {
      const other = owners.get(name)?.find(({ slug }) => slug !== input.slug)
      return other === undefined
        ? []
        : [{
            index,
            pointer: name === input.slug ? '/slug' : '/aliases',
            code: 'invalid-value' as const,
            detail: `${JSON.stringify(name)} is a name of the channel ${other.slug} already; leave it out.`
          }]
    })
  )
}

// Aliases are found without regard to case.
const namesOf = ({ slug, aliases }: { slug: string, aliases: string[] }): string[] =>
  [...new Set([slug, ...aliases].map((name) => name.toLowerCase()))]

export async function writeChannels (db: Kysely<Tables>, inputs: readonly ChannelInput[], at: Date): Promise<void> {
  await putRows(db, 'channel', ['slug'], inputs, at)
}

export async function removeChannel (db: Kysely<Tables>, { id }: Channel, at: Date): Promise<void> {
  await removeRow(db, 'channel', id, at)
}

export async function endChannel (db: Kysely<Tables>, { id }: Channel, lastDay: string, at: Date): Promise<void> {
  await endRow(db, 'channel', id, lastDay, at)
}
