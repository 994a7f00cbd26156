import { Type } from 'typebox'

const BASE = 'https://performance.example.gov.uk'
const SET = `${BASE}/v1/authorities/solihull/services/report-missed-bin`
const DOWNLOAD = `${BASE}/v1/series?authority=solihull&service=report-missed-bin&type=transaction&period=month` +
  '&start_on=2025-04-01&format=csv'

export const CataloguePageParameters = Type.Object({
  authority: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 120,
    description: 'Slug or GSS code: the data sets of this authority alone, for a portal that harvests each by itself.',
    examples: ['solihull']
  })),
  service: Type.Optional(Type.String({
    minLength: 1,
    maxLength: 120,
    description: 'Slug: the data sets of this service alone.',
    examples: ['report-missed-bin']
  })),
  page: Type.Optional(Type.Integer({
    minimum: 1, maximum: 100_000, default: 1, description: 'From 1; one behind the last is 404.', examples: [1]
  })),
  limit: Type.Optional(Type.Integer({
    minimum: 1, maximum: 500, default: 100, description: 'Data sets a page.', examples: [100]
  }))
}, { additionalProperties: false })

const ListedDistributionSchema = Type.Object({
  identifier: Type.String({ examples: [`${SET}#transaction-csv`] }),
  title: Type.String({ examples: ['Transactions by month'] }),
  accessURL: Type.String({ examples: [DOWNLOAD] }),
  downloadURL: Type.String({ examples: [DOWNLOAD] }),
  mediaType: Type.String({ examples: ['text/csv'] }),
  format: Type.String({ examples: ['CSV'] })
}, { $id: 'ListedDistribution', description: 'A way to get a data set.' })

const ListedDataSetSchema = Type.Object({
  identifier: Type.String({ examples: [`${SET}#data-set`] }),
  title: Type.String({ maxLength: 65, examples: ['Report a missed bin: Solihull'] }),
  description: Type.String({ examples: ['How Solihull Metropolitan Borough Council delivers “Report a missed bin”.'] }),
  keyword: Type.Array(Type.String(), { examples: [['local government', 'household waste collection']] }),
  issued: Type.String({
    format: 'date', description: 'The first day that it has figures of.', examples: ['2025-04-01']
  }),
  modified: Type.String({ format: 'date', description: 'The day on which rows came last.', examples: ['2025-06-10'] }),
  license: Type.String({ examples: ['http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/'] }),
  temporal: Type.String({ description: 'First and last day.', examples: ['2025-04-01/2025-06-09'] }),
  spatial: Type.String({ examples: ['http://statistics.data.gov.uk/id/statistical-geography/E08000029'] }),
  la_service: Type.String({
    description: 'In the Local Government Services List.', examples: ['http://id.esd.org.uk/service/524']
  }),
  landingPage: Type.String({ examples: [SET] }),
  distribution: Type.Array(Type.Ref('ListedDistribution'))
}, { $id: 'ListedDataSet', description: 'A data set as Project Open Data 1.1 has it, and data.gov.uk.' })

const DataJsonSchema = Type.Object({
  '@id': Type.String({ examples: [`${BASE}/data.json`] }),
  conformsTo: Type.String({ examples: ['https://project-open-data.cio.gov/v1.1/schema'] }),
  title: Type.String({ examples: ['Performance of local services in the United Kingdom'] }),
  license: Type.String({ examples: ['http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/'] }),
  attribution: Type.String({ examples: ['Contains authority data by mySociety (CC BY 4.0).'] }),
  total: Type.Integer({ description: 'Of all pages.', examples: [137] }),
  links: Type.Record(Type.String(), Type.String(), { examples: [{ next: `${BASE}/data.json?page=2` }] }),
  dataset: Type.Array(Type.Ref('ListedDataSet'))
}, { $id: 'DataJson', description: 'The catalogue as data.json.' })

const LinkedCatalogueSchema = Type.Object({
  '@context': Type.Record(Type.String(), Type.String(), { examples: [{ dcat: 'http://www.w3.org/ns/dcat#' }] }),
  '@graph': Type.Array(Type.Object({}, { additionalProperties: true }), {
    examples: [[{ '@id': `${BASE}/v1/catalogue#catalogue`, '@type': 'dcat:Catalog' }]]
  })
}, { $id: 'LinkedCatalogue', description: 'The catalogue as DCAT-AP 3 in JSON-LD.' })

export const OPEN_DATA_SCHEMAS = [
  ListedDistributionSchema, ListedDataSetSchema, DataJsonSchema, LinkedCatalogueSchema
]
