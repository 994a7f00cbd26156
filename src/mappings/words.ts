import { keyOf } from '../files/table.ts'
import type { MappingContext } from './context.ts'
import { attributeOf } from './fields.ts'
import type { Field } from './schema.ts'

/** A field's own list of words, by what they are compared as. */
export function wordsOf ({ words = {} }: Field): Map<string, string | number | boolean | null> {
  return new Map(Object.entries(words).map(([theirs, ours]) => [keyOf(theirs), ours]))
}

/** Names of channels as the source or the catalogue writes them, whatever their case in the file. */
export function channelNames ({ directory, source }: MappingContext): (text: string) => string {
  const names = new Map([...directory.channels.map(({ slug }) => slug), ...Object.keys(source.channels)]
    .map((name) => [keyOf(name), name]))
  return (text) => names.get(keyOf(text)) ?? text
}

/** `Not presented` is the word `not-presented`. */
export const slugOf = (text: string): string =>
  keyOf(text).normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/['’]/g, '').replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')

const YES = new Set(['y', 'yes', 'true', 't', '1', 'x', '✓', '✔'])
const NO = new Set(['n', 'no', 'false', 'f', '0'])
export function booleanOf (text: string): boolean | undefined {
  const key = keyOf(text)
  return YES.has(key) ? true : NO.has(key) ? false : undefined
}

/** How an attribute's cells are read: as it is declared, if it is so for every service. */
export function attributeType (field: string, { directory }: MappingContext): 'boolean' | 'integer' | 'words' {
  const types = new Set(directory.attributes.typesOf(attributeOf(field) ?? '').map(({ type }) => type))
  const [only = 'words'] = types.size === 1 ? types : []
  return only
}
