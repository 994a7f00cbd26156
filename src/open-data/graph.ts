import type { Contact } from '../domain/contact.ts'
import { ATTRIBUTION_TEXT, CATALOGUE } from './catalogue.ts'
import { FORMATS } from './distributions.ts'
import type { Described, Publication } from './describe.ts'
import type { Page } from './pages.ts'
import { date, english, reference, type Node } from './rdf.ts'
import { THEMES } from './themes.ts'
import {
  ATTRIBUTION_ASKED, AVAILABLE, DATA_THEMES, ENGLISH, fileTypeUri, LOCAL_AUTHORITY, mediaTypeUri, OGL, OPENAPI,
  PUBLIC_ACCESS, themeUri, UNITED_KINGDOM
} from './vocabularies.ts'

/** A page of the catalogue as DCAT-AP 3: the catalogue, the service that serves it, and the page's data sets. */
export function graphOf (publication: Publication, page: Page): Node[] {
  const { base, contact } = publication
  const sets = page.described.map((set) => dataSet(publication, set))
  return [
    catalogue(publication, page),
    dataService(publication, page),
    paging(page),
    {
      '@id': publisherUri(base),
      '@type': 'foaf:Agent',
      'foaf:name': english(CATALOGUE.publisher),
      'foaf:homepage': reference(`${base}/docs`)
    },
    ...contact === undefined ? [] : [contactPoint(base, contact)],
    ...sets,
    ...terms(page.described),
    ...unique(page.described.map(({ publisher: { uri, name } }) => ({
      '@id': uri, '@type': 'foaf:Agent', 'foaf:name': english(name), 'dct:type': reference(LOCAL_AUTHORITY)
    }))),
    ...[`${base}/docs`, ...page.described.map(({ landingPage }) => landingPage)].map((uri) => ({
      '@id': uri, '@type': 'foaf:Document'
    })),
    ...unique(page.described.flatMap(({ places }) => places).map((uri) => ({ '@id': uri, '@type': 'dct:Location' })))
  ]
}

const catalogueUri = (base: string): string => `${base}/v1/catalogue#catalogue`
const publisherUri = (base: string): string => `${base}/v1/catalogue#publisher`
const serviceUri = (base: string): string => `${base}/v1/catalogue#api`
const setsOf = ({ described }: Page): Node[] => described.map(({ uri }) => reference(uri))

function catalogue (publication: Publication, page: Page): Node {
  const { base } = publication
  return {
    '@id': catalogueUri(base),
    '@type': 'dcat:Catalog',
    'dct:title': english(CATALOGUE.title),
    'dct:description': english(CATALOGUE.description),
    'dct:publisher': reference(publisherUri(base)),
    'dct:license': reference(OGL),
    'dct:rights': { '@type': 'dct:RightsStatement', 'rdfs:label': english(ATTRIBUTION_TEXT) },
    'dct:language': reference(ENGLISH),
    'dct:spatial': reference(UNITED_KINGDOM),
    ...(page.issued !== undefined && { 'dct:issued': date(page.issued) }),
    ...(page.modified !== undefined && { 'dct:modified': date(page.modified) }),
    'dcat:themeTaxonomy': reference(DATA_THEMES),
    'foaf:homepage': reference(`${base}/docs`),
    ...contactOf(publication),
    'dcat:dataset': setsOf(page),
    'dcat:service': reference(serviceUri(base))
  }
}

function dataService (publication: Publication, page: Page): Node {
  const { base } = publication
  return {
    '@id': serviceUri(base),
    '@type': 'dcat:DataService',
    'dct:title': english(CATALOGUE.service),
    'dct:description': english(CATALOGUE.serviceDescription),
    'dcat:endpointURL': reference(`${base}/v1`),
    'dcat:endpointDescription': reference(`${base}/openapi.json`),
    'dct:conformsTo': reference(OPENAPI),
    'dct:publisher': reference(publisherUri(base)),
    'dct:license': reference(OGL),
    'dct:accessRights': reference(PUBLIC_ACCESS),
    'dcat:keyword': CATALOGUE.keywords.map(english),
    'dcat:theme': reference(themeUri('GOVE')),
    'dcat:landingPage': reference(`${base}/docs`),
    ...contactOf(publication),
    'dcat:servesDataset': setsOf(page)
  }
}

/** Hydra's words of before and of now: harvesters know either. */
function paging ({ self, first, previous, next, last, total, limit }: Page): Node {
  const links = { first, previous, next, last }
  return {
    '@id': self,
    '@type': ['hydra:PagedCollection', 'hydra:PartialCollectionView'],
    'hydra:totalItems': total,
    'hydra:itemsPerPage': limit,
    ...Object.fromEntries(Object.entries(links).flatMap(([name, url]) =>
      url === undefined ? [] : [[`hydra:${name}Page`, reference(url)], [`hydra:${name}`, reference(url)]]))
  }
}

function dataSet (publication: Publication, set: Described): Node {
  return {
    '@id': set.uri,
    '@type': 'dcat:Dataset',
    'dct:title': english(set.title),
    'dct:description': english(set.description),
    'dct:identifier': set.uri,
    'dct:issued': date(set.issued),
    'dct:modified': date(set.modified),
    'dct:publisher': reference(set.publisher.uri),
    'dct:license': reference(OGL),
    'dct:accessRights': reference(PUBLIC_ACCESS),
    'dct:language': reference(ENGLISH),
    'dct:spatial': (set.places.length === 0 ? [UNITED_KINGDOM] : set.places).map(reference),
    'dct:temporal': {
      '@type': 'dct:PeriodOfTime', 'dcat:startDate': date(set.first), 'dcat:endDate': date(set.last)
    },
    'dct:accrualPeriodicity': reference(set.frequency.uri),
    'dcat:theme': [...set.themes.map(themeUri), set.laService.uri, set.laFunction?.uri ?? []].flat().map(reference),
    'dcat:keyword': set.keywords.map(english),
    'dcat:landingPage': reference(set.landingPage),
    ...contactOf(publication),
    'dcat:distribution': set.distributions.map((one) => distribution(publication, set, one))
  }
}

function distribution (
  { base }: Publication, { landingPage, first, last }: Described, one: Described['distributions'][number]
): Node {
  const { mediaType, fileType } = FORMATS[one.format]
  const url = reference(`${base}${one.path}`)
  return {
    '@id': `${landingPage}#${one.id}`,
    '@type': 'dcat:Distribution',
    'dct:title': english(one.title),
    'dct:description': english(`${one.description} From ${first} to ${last}.`),
    'dcat:accessURL': url,
    'dcat:downloadURL': url,
    'dcat:mediaType': reference(mediaTypeUri(mediaType)),
    'dct:format': reference(fileTypeUri(fileType)),
    'dct:license': reference(OGL),
    'dcatap:availability': reference(AVAILABLE),
    'dcat:accessService': reference(serviceUri(base)),
    ...(one.describedBy !== undefined && {
      'foaf:page': { '@id': `${base}${one.describedBy}`, '@type': 'foaf:Document' }
    })
  }
}

const contactUri = (base: string): string => `${base}/v1/catalogue#contact`

const contactOf = ({ base, contact }: Publication): Node =>
  contact === undefined ? {} : { 'dcat:contactPoint': reference(contactUri(base)) }

function contactPoint (base: string, contact: Contact): Node {
  return {
    '@id': contactUri(base),
    '@type': 'vcard:Kind',
    'vcard:fn': CATALOGUE.contact,
    ...('mail' in contact
      ? { 'vcard:hasEmail': reference(`mailto:${contact.mail}`) }
      : { 'vcard:hasURL': reference(contact.page) })
  }
}

/** What the terms that a page uses are: validators look for the class of each. */
function terms (described: readonly Described[]): Node[] {
  const formats = new Set(described.flatMap(({ distributions }) => distributions.map(({ format }) => format)))
  const themes = new Set(['GOVE' as const, ...described.flatMap((set) => set.themes)])
  return [
    { '@id': OGL, '@type': 'dct:LicenseDocument', 'dct:type': reference(ATTRIBUTION_ASKED) },
    { '@id': ENGLISH, '@type': 'dct:LinguisticSystem' },
    { '@id': PUBLIC_ACCESS, '@type': 'dct:RightsStatement' },
    { '@id': UNITED_KINGDOM, '@type': 'dct:Location' },
    { '@id': OPENAPI, '@type': 'dct:Standard' },
    { '@id': DATA_THEMES, '@type': 'skos:ConceptScheme', 'dct:title': english('Data theme') },
    ...[LOCAL_AUTHORITY, AVAILABLE, ATTRIBUTION_ASKED].map((uri) => concept(uri, uri.split('/').at(-1) ?? '')),
    ...[...formats].flatMap((format): Node[] => [
      { '@id': mediaTypeUri(FORMATS[format].mediaType), '@type': 'dct:MediaType' },
      { '@id': fileTypeUri(FORMATS[format].fileType), '@type': 'dct:MediaTypeOrExtent' }
    ]),
    ...[...themes].map((theme) => ({
      ...concept(themeUri(theme), THEMES[theme]), 'skos:inScheme': reference(DATA_THEMES)
    })),
    ...unique(described.map(({ laService: { uri, label } }) => concept(uri, label))),
    ...unique(described.flatMap(({ laFunction }) => laFunction ?? []).map(({ uri, label }) => concept(uri, label))),
    ...unique(described.map(({ frequency: { uri } }) => ({ '@id': uri, '@type': 'dct:Frequency' })))
  ]
}

const concept = (uri: string, label: string): Node =>
  ({ '@id': uri, '@type': 'skos:Concept', 'skos:prefLabel': english(label) })

const unique = (nodes: readonly Node[]): Node[] => [...new Map(nodes.map((node) => [node['@id'], node])).values()]
