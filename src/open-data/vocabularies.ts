import type { Rhythm } from '../domain/rhythm.ts'

/** Terms of the vocabularies that DCAT-AP asks for, as URIs. */
const EU = 'http://publications.europa.eu/resource/authority'

export const OGL = 'http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/'
export const ENGLISH = `${EU}/language/ENG`
export const PUBLIC_ACCESS = `${EU}/access-right/PUBLIC`
export const AVAILABLE = `${EU}/planned-availability/AVAILABLE`
export const DATA_THEMES = `${EU}/data-theme`
export const UNITED_KINGDOM = `${EU}/country/GBR`
export const OPENAPI = 'https://spec.openapis.org/oas/v3.1.0'
/** Who may be asked what of the licence: none but to name the source. */
export const ATTRIBUTION_ASKED = 'http://purl.org/adms/licencetype/Attribution'
export const LOCAL_AUTHORITY = 'http://purl.org/adms/publishertype/LocalAuthority'

/** Of a GSS code: the place, and its council, in the Office for National Statistics' linked data. */
export const placeUri = (gss: string): string => `http://statistics.data.gov.uk/id/statistical-geography/${gss}`
/** Of an LGSL number; `la_service` of data.gov.uk. */
export const serviceUri = (lgsl: number): string => `http://id.esd.org.uk/service/${lgsl}`
/** Of a function of local government; `la_function` of data.gov.uk. */
export const functionUri = (number: number): string => `http://id.esd.org.uk/function/${number}`
export const mediaTypeUri = (type: string): string => `http://www.iana.org/assignments/media-types/${type}`
export const fileTypeUri = (word: string): string => `${EU}/file-type/${word}`
export const themeUri = (word: string): string => `${DATA_THEMES}/${word}`

/** How often a data set grows: the EU's word, and ISO 8601's repeating duration. A weekday's is that of a day. */
const FREQUENCIES: Record<Rhythm, { word: string, repeats: string }> = {
  day: { word: 'DAILY', repeats: 'R/P1D' },
  weekday: { word: 'DAILY', repeats: 'R/P1D' },
  week: { word: 'WEEKLY', repeats: 'R/P1W' },
  month: { word: 'MONTHLY', repeats: 'R/P1M' },
  quarter: { word: 'QUARTERLY', repeats: 'R/P3M' },
  year: { word: 'ANNUAL', repeats: 'R/P1Y' },
  irregular: { word: 'IRREG', repeats: 'irregular' }
}

/** `uri` in DCAT; `repeats` in data.json, undefined where nobody knows yet. */
export function frequencyOf (rhythm: Rhythm | null): { uri: string, repeats: string | undefined } {
  const { word, repeats } = rhythm === null ? { word: 'UNKNOWN', repeats: undefined } : FREQUENCIES[rhythm]
  return { uri: `${EU}/frequency/${word}`, repeats }
}
