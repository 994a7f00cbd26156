/**
 * A graph as JSON-LD of the plainest kind, so that it is written as JSON-LD as it stands, and as Turtle by one rule:
 * keys are names with a prefix, and a value is a literal (a text, or `@value` with its language or type), a reference
 * (`@id` alone) or another node.
 */
export interface Node { [name: string]: Value | readonly Value[] | undefined }
export type Value = string | number | Node

/** The prefixes of all graphs. */
export const PREFIXES = {
  adms: 'http://www.w3.org/ns/adms#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dcatap: 'http://data.europa.eu/r5r/',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  hydra: 'http://www.w3.org/ns/hydra/core#',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#'
} as const

export const reference = (uri: string): Node => ({ '@id': uri })
export const english = (text: string): Node => ({ '@value': text, '@language': 'en' })
export const date = (day: string): Node => ({ '@value': day, '@type': 'xsd:date' })

export const toJsonLd = (nodes: readonly Node[]): string =>
  JSON.stringify({ '@context': PREFIXES, '@graph': nodes })
