import { isUnknown, type Directory, type Source, type Unknown } from '../catalogue/directory.ts'
import { nearest } from '../catalogue/suggest.ts'
import { localDay } from '../domain/calendar.ts'
import { EVENT_TYPE_NAMES, OUTCOMES } from '../domain/event.ts'
import { PERIODS } from '../domain/period.ts'
import { channelMeant, namesOf, Refusal } from '../intake/resolve-names.ts'
import type { StoredWord } from './store/words.ts'

export interface UnmappedWord extends StoredWord { suggestion: string | undefined }

/** Whether a mapping of the source has a word of its own for a field. */
export type IsMapped = (field: string, word: string) => boolean

/**
 * The words that are still unknown, each with the nearest that is not; what has an alias or a place in a mapping by now
 * is left out.
 */
export function stillUnmapped (
  directory: Directory, source: Source, words: readonly StoredWord[], isMapped: IsMapped
): UnmappedWord[] {
  return words.flatMap((word) => {
    if (isMapped(word.field, word.word)) return []
    const found = lookUp(directory, source, word)
    return found === KNOWN ? [] : [{ ...word, suggestion: found.suggestion }]
  })
}

const KNOWN = 'known'
type Found = typeof KNOWN | Pick<Unknown, 'suggestion'>

const LISTS: Record<string, readonly string[]> = {
  outcome: Object.keys(OUTCOMES), type: EVENT_TYPE_NAMES, period: PERIODS
}

function lookUp (directory: Directory, source: Source, { field, place, word, lastSeen }: StoredWord): Found {
  const day = localDay(lastSeen.getTime())
  const list = LISTS[field]
  if (list !== undefined) return { suggestion: nearest(word, list) }
  switch (field) {
    case 'channel': {
      if (!(namesOf(directory, source).channel(word, day) instanceof Refusal)) return KNOWN
      const found = directory.channel(word)
      return { suggestion: channelMeant(directory, word) ?? (isUnknown(found) ? found.suggestion : undefined) }
    }
    case 'service': return knownOr(directory.service(word))
    case 'measure': return knownOr(directory.kpis.measureInUse(word))
    case 'authority': case 'provider': return knownOr(directory.meant(word, day).found)
    case 'ward': {
      const { found } = directory.meant(place, day)
      return isUnknown(found) ? { suggestion: undefined } : knownOr(directory.ward(found, word, day))
    }
    default: return lookUpAttribute(directory, { field, place, word })
  }
}

function lookUpAttribute (
  directory: Directory, { field, place, word }: Pick<StoredWord, 'field' | 'place' | 'word'>
): Found {
  const service = directory.service(place)
  const attribute = isUnknown(service)
    ? undefined
    : directory.attributes.of(service.id).get(field.slice('attributes.'.length))
  if (attribute?.allowed.has(word) === true) return KNOWN
  return { suggestion: nearest(word, attribute?.words ?? []) }
}

const knownOr = (found: object): Found => isUnknown(found) ? { suggestion: found.suggestion } : KNOWN
