import type { Contact } from '../domain/contact.ts'
import { ATTRIBUTION_TEXT, CATALOGUE } from './catalogue.ts'
import { FORMATS } from './distributions.ts'
import type { Described, Publication } from './describe.ts'
import type { Page } from './pages.ts'
import { OGL, themeUri } from './vocabularies.ts'

const SCHEMA = 'https://project-open-data.cio.gov/v1.1/schema'

/**
 * A page of the catalogue as `data.json`: fields of Project Open Data 1.1 and those that data.gov.uk reads beside them.
 */
export function dataJsonOf (publication: Publication, page: Page): object {
  const { self, first, previous, next, last, total } = page
  return {
    '@context': `${SCHEMA}/catalog.jsonld`,
    '@id': self,
    '@type': 'dcat:Catalog',
    conformsTo: SCHEMA,
    describedBy: `${SCHEMA}/catalog.json`,
    title: CATALOGUE.title,
    description: CATALOGUE.description,
    license: OGL,
    attribution: ATTRIBUTION_TEXT,
    total,
    links: Object.fromEntries(Object.entries({ self, first, previous, next, last }).filter(([, url]) => url)),
    dataset: page.described.map((set) => dataSet(publication, set))
  }
}

function dataSet ({ base, contact }: Publication, set: Described): object {
  const { uri, title, description, keywords, issued, modified, first, last, laService, laFunction } = set
  return {
    '@type': 'dcat:Dataset',
    identifier: uri,
    title,
    description,
    keyword: keywords,
    issued,
    modified,
    accessLevel: 'public',
    license: OGL,
    publisher: { '@type': 'org:Organization', '@id': set.publisher.uri, name: set.publisher.name },
    ...contactPoint(contact),
    spatial: set.places.length === 0 ? 'United Kingdom' : set.places.join(' '),
    temporal: `${first}/${last}`,
    ...(set.frequency.repeats !== undefined && {
      accrualPeriodicity: set.frequency.repeats, frequency: set.frequency.repeats
    }),
    // To data.gov.uk a council's theme is the service of the LGA's lists.
    theme: [laService.uri, laFunction?.uri ?? [], set.themes.map(themeUri)].flat(),
    la_service: laService.uri,
    ...(laFunction !== undefined && { la_function: laFunction.uri }),
    language: ['en'],
    landingPage: set.landingPage,
    distribution: set.distributions.map((one) => ({
      '@type': 'dcat:Distribution',
      identifier: `${set.landingPage}#${one.id}`,
      title: one.title,
      description: one.description,
      accessURL: `${base}${one.path}`,
      downloadURL: `${base}${one.path}`,
      mediaType: FORMATS[one.format].mediaType,
      format: FORMATS[one.format].name,
      ...(one.describedBy !== undefined && {
        describedBy: `${base}${one.describedBy}`, describedByType: 'application/csvm+json'
      })
    }))
  }
}

function contactPoint (contact: Contact | undefined): object {
  if (contact === undefined) return {}
  return {
    contactPoint: {
      '@type': 'vcard:Contact',
      fn: CATALOGUE.contact,
      ...('mail' in contact ? { hasEmail: `mailto:${contact.mail}` } : { hasURL: contact.page })
    }
  }
}
