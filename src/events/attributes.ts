/**
 * The attributes an event may carry, by service: closed vocabularies, so that no free text, and with it nobody's name,
 * can be stored. Add words as services need them.
 */
export interface AttributeVocabulary { [name: string]: readonly string[] | 'boolean' }

/**
 * Why a bin was not collected: the missed-collection taxonomy of the Local Waste Service Standards project (DCLG,
 * communitiesuk/waste-service-standards, MIT), first level and, joined by a hyphen, second level. The copy it was made
 * from is src/catalogue/data/missed-collection-event-types.csv.
 */
export const MISSED_COLLECTION_REASONS = [
  'not-presented',
  'incorrectly-presented',
  'too-heavy',
  'excess-waste',
  'excess-waste-lid-open',
  'excess-waste-side-waste-present',
  'contaminated',
  'contaminated-food-waste',
  'contaminated-garden-waste',
  'contaminated-refuse-waste',
  'contaminated-bulky-waste',
  'contaminated-rubble-diy',
  'contaminated-commercial',
  'contaminated-turf-soil',
  'contaminated-animal-bedding',
  'inaccessible-container-store',
  'damaged',
  'damaged-lid',
  'damaged-wheels',
  'damaged-body',
  'container-lost-in-vehicle',
  'not-on-scheme',
  'inaccessible-road',
  'road-closure',
  'querying-assisted',
  'risk-of-injury',
  'street-completed',
  'blocked-by-vehicles',
  'roadworks',
  'gate-locked',
  'part-access',
  'partly-completed-street',
  'alarm-activated',
  'breakdown'
] as const

const EVERY_SERVICE: AttributeVocabulary = {
  assisted: 'boolean',
  customer: ['resident', 'business', 'organisation'],
  device: ['desktop', 'mobile', 'tablet', 'other'],
  language: ['en', 'cy', 'gd', 'other']
}

const COLLECTIONS: AttributeVocabulary = {
  ...EVERY_SERVICE,
  reason: MISSED_COLLECTION_REASONS,
  container: ['refuse', 'recycling', 'paper', 'glass', 'food', 'garden', 'clinical', 'other']
}

/** The vocabulary of a service; `denominator` is the catalogue's: missed bins count against collections made. */
export function attributesOf (denominator: string | null): AttributeVocabulary {
  return denominator === 'collections_made' ? COLLECTIONS : EVERY_SERVICE
}

/** What is wrong with an attribute, or undefined. The value is not repeated: it may be a name. */
export function checkAttribute (vocabulary: AttributeVocabulary, name: string, value: unknown): string | undefined {
  const allowed = Object.hasOwn(vocabulary, name) ? vocabulary[name] : undefined
  if (allowed === undefined) return `This service has no such attribute; it has ${Object.keys(vocabulary).join(', ')}.`
  if (allowed === 'boolean') return typeof value === 'boolean' ? undefined : `${name} is true or false.`
  return typeof value === 'string' && allowed.includes(value)
    ? undefined
    : `${name} is none of its words: ${allowed.join(', ')}.`
}
