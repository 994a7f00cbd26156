import type { Contact } from '../domain/contact.ts'
import type { Authority, Directory, Service } from '../catalogue/directory.ts'
import type { DataSet } from './data-sets.ts'
import { distributionsOf, type Distribution } from './distributions.ts'
import { functionOf } from './functions.ts'
import { themesOf, type Theme } from './themes.ts'
import type { Titles } from './titles.ts'
import { functionUri, frequencyOf, placeUri, serviceUri } from './vocabularies.ts'

/** What this service says of itself in catalogues. */
export interface Publication {
  /** Where it is reached, without a slash behind it. */
  base: string
  contact: Contact | undefined
}

/** A data set as every catalogue shows it. */
export interface Described {
  uri: string
  title: string
  description: string
  keywords: string[]
  themes: Theme[]
  issued: string
  modified: string
  first: string
  last: string
  frequency: ReturnType<typeof frequencyOf>
  publisher: { uri: string, name: string }
  /** The places that it is about. */
  places: string[]
  landingPage: string
  /** LGSL: the service, and the function that it belongs to where that is known. */
  laService: { uri: string, label: string }
  laFunction: { uri: string, label: string } | undefined
  distributions: Distribution[]
}

/** Undefined for one whose authority or service has left the catalogue. */
export function describe (
  directory: Directory, titles: Titles, { base }: Publication, set: DataSet
): Described | undefined {
  const authority = directory.authorityById.get(set.authorityId)
  const service = directory.serviceById.get(set.serviceId)
  if (authority === undefined || service === undefined) return undefined
  const page = `${base}/v1/authorities/${authority.slug}/services/${service.slug}`
  const laFunction = functionOf(service.lgsl)
  return {
    uri: `${page}#data-set`,
    title: titles.of(authority, service),
    description: sentences(authority, service, set),
    keywords: keywordsOf(authority, service),
    themes: themesOf(service),
    // Figures are public as they come, so the first day is the first that anybody could read of.
    issued: set.first,
    modified: set.modified,
    first: set.first,
    last: set.last,
    frequency: frequencyOf(set.rhythm),
    publisher: {
      uri: authority.gss === null ? `${base}/v1/authorities/${authority.slug}#body` : placeUri(authority.gss),
      name: authority.name
    },
    places: (authority.gss === null ? authority.covers : [authority.gss]).map(placeUri),
    landingPage: page,
    laService: { uri: serviceUri(service.lgsl), label: service.lgsl_label === '' ? service.title : service.lgsl_label },
    laFunction: laFunction && { uri: functionUri(laFunction.number), label: laFunction.label },
    distributions: distributionsOf({ directory, authority, service, set })
  }
}

function sentences (authority: Authority, service: Service, { first, last }: DataSet): string {
  return `How ${authority.name} delivers “${service.title}”: how often it is used, by which channel, and with what ` +
    `outcome. Counts by day, week, month, quarter and year from ${first} to ${last}, as the council’s own systems ` +
    'report them, and performance indicators such as digital take-up, with the definitions that they follow. Every ' +
    'figure has a status: what was not reported is never shown as zero, and small counts of wards and streets are ' +
    `suppressed. Local Government Services List: ${service.lgsl} ${service.lgsl_label}.`
}

function keywordsOf (authority: Authority, service: Service): string[] {
  const label = service.lgsl_label.toLowerCase()
  return [...new Set([
    'local government', 'service performance', authority.short_name, label, service.slug.replaceAll('-', ' ')
  ])].filter((word) => word !== '').map((word) => word.replaceAll(/[^\p{L}\p{N} ._-]+/gu, ' ').replaceAll(/ +/g, ' ').trim())
}
