import { MEASURE_EXAMPLE } from '../kinds/measures.ts'
import type { Examples } from './example.ts'

/** What is set and removed is of a service that nobody counts yet, so that no figure of the demo changes. */
const ZOO = { authority: 'solihull', service: 'zoo-licence' }
const FROM = '2025-06-02'
const CLASS = { service: 'renew-library-item', channel: 'kiosk', authority: 'solihull', from_on: FROM }
const CLASS_BODY = { digital_class: 'digital', reason: 'Self-scan is the online service on a kiosk' }
const DECLARATION = { ...ZOO, type: 'transaction', from_on: FROM }
const SCOOTERS = { service: 'electric-scooter-permit' }
const TARGET = { kpi: 'digital-take-up', ...ZOO, from_on: '2025-04-01' }
const SAVING = { kind: 'channel-shift', ...ZOO, from_on: '2025-04-01' }
const SAVING_BODY = { pence: 268, source: 'Socitm 2012: telephone 2.83 less web 0.15' }
const SIZE = { service: 'report-missed-bin', name: 'bin_size' }
const GREENWELL = { authority: 'greenwell' }
const AREA = { authority: 'solihull', code: 'E05999999' }
const PROVIDER = { provider: 'transport-for-west-midlands', authority: 'birmingham', service: ZOO.service }
const RULE = { ...ZOO, from_on: '2025-04-01' }
const KPI = { kpi: 'missed-bins-of-the-waste-group' }
const LEVEL = { ...ZOO, level: 'ward' }
const SLUG = { slug: 'waste-benchmarking-club' }
const REORGANISATION = { id: 'south-warwickshire-2028' }
const NOTE = { authority: 'solihull', id: 'strike-2025-06' }

export const KPI_EXAMPLE = {
  title: 'Missed bins per 100,000 collections',
  formula: 'Confirmed misses over collections made, times 100,000, over the same days.',
  source: 'Norm agreed by the pilot’s councils',
  source_date: '2025-04-01',
  owner: 'Waste group',
  effective_from: '2025-04-01',
  state: 'agreed',
  unit: 'per-100000',
  scale: 100000,
  polarity: 'lower',
  target: { at_most: 50 },
  min_denominator: 1,
  min_coverage: 0.9,
  numerator: [{ events: 'transaction', outcomes: { confirmed: 1 }, counts: { misses_confirmed: 1 } }],
  denominator: [{ measure: 'collections_made' }]
}

/** The catalogue, KPIs and rules: what administrators and the operator decide. */
export const GOVERNING: Examples = {
  putAnnotation: {
    body: { ...NOTE, service: 'report-missed-bin', start_on: FROM, end_on: '2025-06-06', note: 'Crews on strike' }
  },
  getAnnotation: { path: NOTE },
  deleteAnnotation: { path: NOTE },
  putNeighbours: { query: { model: 'CIPFA Nearest Neighbours', source: 'https://www.cipfa.org', date: '2025-03-01' } },
  putAuthority: {
    path: GREENWELL,
    body: {
      slug: 'greenwell',
      name: 'Greenwell Borough Council',
      short_name: 'Greenwell',
      type: 'metropolitan-district',
      tier: 'unitary',
      nation: 'England',
      region: 'West Midlands'
    }
  },
  deleteAuthority: { path: GREENWELL },
  putService: {
    path: SCOOTERS,
    body: {
      slug: SCOOTERS.service,
      title: 'Electric scooter permits',
      lgsl: 99999,
      lgsl_label: 'Electric scooter permit',
      kind: 'transaction',
      providing_tier: 'district/unitary'
    }
  },
  deleteService: { path: SCOOTERS },
  putChannel: {
    path: { channel: 'chatbot' },
    body: { slug: 'chatbot', label: 'Chatbot', digital_class: 'digital', aliases: ['Bot', 'virtual assistant'] }
  },
  deleteChannel: { path: { channel: 'chatbot' } },
  putProvision: { path: ZOO, body: { ...ZOO, delivers: 'yes', basis: 'Zoo Licensing Act 1981' } },
  deleteProvision: { path: ZOO },
  putAttribute: {
    path: SIZE,
    body: {
      ...SIZE, title: 'Size of the bin', type: 'words', words: ['140-litres', '240-litres'], valid_from: '2025-04-01'
    }
  },
  deleteAttribute: { path: SIZE },
  putChannelClass: { path: CLASS, body: { ...CLASS, ...CLASS_BODY } },
  getChannelClass: { path: CLASS },
  deleteChannelClass: { path: CLASS },
  setChannelClass: {
    path: { service: CLASS.service, channel: CLASS.channel },
    body: { authority: 'solihull', from_on: FROM, ...CLASS_BODY }
  },
  putComparatorGroup: { path: SLUG, body: { title: 'Waste benchmarking club', authorities: ['solihull', 'kirklees'] } },
  putDeclaration: { path: DECLARATION, body: { ...DECLARATION, basis: 'counts' } },
  getDeclaration: { path: DECLARATION },
  deleteDeclaration: { path: DECLARATION },
  declareAuthoritative: { path: ZOO, body: { from_on: FROM, basis: 'counts' } },
  listAuthoritative: { path: ZOO },
  putMeasure: { path: { measure: MEASURE_EXAMPLE.slug }, body: MEASURE_EXAMPLE },
  deleteMeasure: { path: { measure: 'calls_waiting' } },
  putKpiTarget: { path: TARGET, body: { ...TARGET, at_least: 60, source: 'Cabinet, 3 March 2025' } },
  getKpiTarget: { path: TARGET },
  deleteKpiTarget: { path: TARGET },
  putUnitSaving: { path: SAVING, body: { ...SAVING, ...SAVING_BODY } },
  getUnitSaving: { path: SAVING },
  deleteUnitSaving: { path: SAVING },
  setUnitSaving: { path: { kind: 'channel-shift' }, body: { ...ZOO, from_on: '2025-04-01', ...SAVING_BODY } },
  putArea: { path: AREA, body: { ...AREA, name: 'Example', valid_from: '2030-05-02' } },
  deleteArea: { path: AREA },
  putProvider: { path: PROVIDER },
  deleteProvider: { path: PROVIDER },
  putKpi: { path: KPI, body: KPI_EXAMPLE },
  retireKpi: { path: KPI },
  deleteWebhook: { path: { name: 'solihull-old-alerts' } },
  getProposal: { path: { id: 1 } },
  agreeToProposal: { path: { id: 2 } },
  refuseProposal: { path: { id: 3 } },
  withdrawProposal: { path: { id: 4 } },
  propose: {
    body: {
      kind: 'measure',
      key: 'garden_subscriptions',
      note: 'Asked for by the waste group',
      authority: 'solihull',
      body: {
        title: 'Garden waste subscriptions',
        unit: 'subscriptions',
        kind: 'stock',
        polarity: 'none',
        description: 'In force.'
      }
    }
  },
  reorganise: {
    body: {
      title: 'South Warwickshire 2028',
      on: '2028-04-01',
      end: ['warwick', 'stratford-on-avon'],
      begin: [{
        slug: 'south-warwickshire',
        name: 'South Warwickshire District Council',
        type: 'district',
        predecessors: ['warwick', 'stratford-on-avon']
      }]
    }
  },
  getReorganisation: { path: REORGANISATION },
  undoReorganisation: { path: REORGANISATION },
  putDisclosureRule: { path: LEVEL, body: { threshold: 10 } },
  getDisclosureRule: { path: LEVEL },
  deleteDisclosureRule: { path: LEVEL },
  putPublicationRule: { path: RULE, body: { audience: 'councils', publish_at: '2025-07-15T09:30:00+01:00' } },
  deletePublicationRule: { path: RULE },
  putRetentionRule: { path: { authority: 'solihull' }, body: { months: 84 } },
  makeReleases: { body: { authority: 'solihull', service: 'report-missed-bin' } }
}
