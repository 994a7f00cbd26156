/** What people want to do, and in it the groups of operations, in the order of a first visit. */
const GROUPS = {
  Send: {
    events: 'What happened, sent by council systems',
    observations: 'Figures for periods, sent by council systems',
    rejections: 'Rows that were refused, to be mended and sent again',
    sources: 'Council systems and their tokens',
    feeds: 'What comes in and what is late; who is told of it'
  },
  Read: {
    series: 'Values by period',
    kpis: 'Definitions, values, comparison, savings',
    releases: 'What was published of wards and streets'
  },
  'Open data': {
    'open-data': 'The catalogue of data sets, for portals that harvest it'
  },
  Govern: {
    catalogue: 'Authorities, services, channels, areas',
    people: 'Tokens of those who govern and read'
  },
  'For people': {
    pages: 'HTML: the first page, the status, the guides',
    contract: 'This contract, for programs'
  },
  Run: {
    operations: 'For whoever runs the service'
  },
  'The old dialect': {
    'performance-platform': 'The read and write dialect of GOV.UK’s former Performance Platform',
    dashboards: 'Pages of modules for the Performance Platform’s front ends',
    'data-sets': 'Data sets of the Performance Platform dialect, and their tokens'
  }
}

export const TAGS = Object.values(GROUPS).flatMap((tags) =>
  Object.entries(tags).map(([name, description]) => ({ name, description })))
export const TAG_GROUPS = Object.entries(GROUPS).map(([name, tags]) => ({ name, tags: Object.keys(tags) }))
