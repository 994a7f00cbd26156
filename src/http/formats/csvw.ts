import { Type } from 'typebox'
import { ATTRIBUTION, LICENCE_URL } from '../schemas/common.ts'
import type { Column } from './columns.ts'
import type { Table } from './table.ts'

const PUBLISHER = 'Local Performance Platform'

/** What a column is in vocabularies that others know: of the SDMX data cube, Dublin Core and SKOS. */
const SDMX = 'http://purl.org/linked-data/sdmx/2009'
const PROPERTIES: Record<string, string> = {
  value: `${SDMX}/measure#obsValue`,
  status: `${SDMX}/attribute#obsStatus`,
  unit: `${SDMX}/attribute#unitMeasure`,
  authority: `${SDMX}/dimension#refArea`,
  'authority.slug': `${SDMX}/dimension#refArea`,
  start_on: 'http://www.w3.org/ns/dcat#startDate',
  end_on: 'http://www.w3.org/ns/dcat#endDate',
  title: 'http://purl.org/dc/terms/title',
  description: 'http://purl.org/dc/terms/description',
  slug: 'http://purl.org/dc/terms/identifier',
  note: 'http://www.w3.org/2004/02/skos/core#note',
  notes: 'http://www.w3.org/2004/02/skos/core#note'
}

const Text = (example: string) => Type.String({ examples: [example] })

/** The part of CSVW that is used here. */
export const CsvwSchema = Type.Object({
  '@context': Type.Array(Type.Unknown(), { examples: [['http://www.w3.org/ns/csvw', { '@language': 'en' }]] }),
  '@type': Text('Table'),
  url: Type.String({ description: 'The CSV, beside this.', examples: ['/v1/channels?format=csv'] }),
  'dc:title': Text('The channel vocabulary, with digital class'),
  'dc:license': Type.Object({ '@id': Text('https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/') }),
  'dc:rights': Text(ATTRIBUTION),
  'dc:publisher': Text(PUBLISHER),
  dialect: Type.Object({
    encoding: Text('utf-8'),
    delimiter: Text(','),
    header: Type.Boolean(),
    quoteChar: Text('"'),
    doubleQuote: Type.Boolean(),
    lineTerminators: Type.Array(Type.String(), { examples: [['\r\n']] })
  }),
  tableSchema: Type.Object({ columns: Type.Array(Type.Unknown()) })
}, { $id: 'Csvw', description: 'What the columns of a CSV are (CSV on the Web, W3C).' })

/** The CSVW metadata of a table whose CSV is at an address. */
export function csvwOf ({ title, columns }: Table, url: string): object {
  return {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    '@type': 'Table',
    url,
    'dc:title': title,
    'dc:license': { '@id': LICENCE_URL },
    'dc:rights': ATTRIBUTION,
    'dc:publisher': PUBLISHER,
    dialect: {
      encoding: 'utf-8', delimiter: ',', header: true, quoteChar: '"', doubleQuote: true, lineTerminators: ['\r\n']
    },
    tableSchema: { columns: columns.map(describe) }
  }
}

function describe ({ name, description, datatype, words, separator }: Column): object {
  const property = PROPERTIES[name]
  return {
    name: nameOf(name),
    titles: name,
    ...(description !== '' && { 'dc:description': description }),
    datatype: words === undefined ? datatype : { base: datatype, format: words.map(escaped).join('|') },
    null: '',
    ...(separator !== undefined && { separator }),
    ...(property !== undefined && { propertyUrl: property })
  }
}

// The name of a column is a variable of a URI template: it may have letters, digits, `_`, `.` and percent escapes.
const nameOf = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9_.]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''))

const escaped = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)
