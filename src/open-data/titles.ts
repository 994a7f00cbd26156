import type { Authority, Directory, Service } from '../catalogue/directory.ts'

/** The longest title that data.gov.uk shows whole. */
export const LONGEST_TITLE = 65
/** Beyond which an authority goes by a shorter name. */
const LONGEST_PLACE = 45
const CUT = '…'
/** Words that a shortened title does not end with. */
const SMALL = new Set('a about an and at by for from in of on or the to with'.split(' '))

/**
 * Titles of data sets: the service, and whose it is. At most 65 characters: a service's longer title loses whole words
 * at its end. No two of one catalogue are the same: where two services would be, the newer has its numbers behind it.
 */
export class Titles {
  readonly #directory: Directory
  readonly #places: ReadonlyMap<Authority, string>
  /** By the characters that a place leaves: services of councils whose names are as long have the same titles. */
  readonly #byRoom = new Map<number, ReadonlyMap<Service, string>>()

  constructor (directory: Directory) {
    this.#directory = directory
    this.#places = placesOf(directory.everyAuthority)
  }

  of (authority: Authority, service: Service): string {
    const place = this.#places.get(authority) ?? authority.slug
    const room = LONGEST_TITLE - place.length - 2
    let titles = this.#byRoom.get(room)
    if (titles === undefined) this.#byRoom.set(room, titles = titlesWithin(room, this.#directory.serviceById.values()))
    return `${titles.get(service) ?? service.slug}: ${place}`
  }
}

function titlesWithin (room: number, services: Iterable<Service>): ReadonlyMap<Service, string> {
  const taken = new Set<string>()
  const titles = new Map<Service, string>()
  for (const service of [...services].sort((a, b) => a.id - b.id)) {
    const numbers = ['', ` (${service.lgsl}/${service.lgil})`, ` (no. ${service.id})`]
    const title = numbers.map((behind) => `${within(service.title, room - behind.length)}${behind}`)
      .find((one) => one.length <= room && !taken.has(one)) ?? `Service no. ${service.id}`
    taken.add(title)
    titles.set(service, title)
  }
  return titles
}

/** A title without as many words at its end as are too much. */
export function within (title: string, room: number): string {
  if (title.length <= room) return title
  const words = title.split(' ')
  while (words.length > 1 && (words.join(' ').length + CUT.length > room || SMALL.has(words.at(-1) ?? ''))) words.pop()
  return `${words.join(' ').replace(/[,;:]$/, '')}${CUT}`
}

/** What people call each authority; in full, or by slug, where several of all times are called so. */
function placesOf (authorities: readonly Authority[]): Map<Authority, string> {
  const counts = Map.groupBy(authorities, ({ short_name: name }) => name)
  return new Map(authorities.map((authority) => {
    const { short_name: short, name, slug } = authority
    const isAlone = (counts.get(short)?.length ?? 0) === 1
    return [authority, [isAlone ? short : name, slug].find((one) => one.length <= LONGEST_PLACE) ?? slug]
  }))
}
