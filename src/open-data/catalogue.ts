/** What the catalogue says of itself. */
export const CATALOGUE = {
  title: 'Performance of local services in the United Kingdom',
  description:
    'How often services of UK councils are used, by which channel and with what outcome, and how well: counts and ' +
      'performance indicators that follow the same definitions everywhere. A data set for each council and service ' +
      'that has reported.',
  publisher: 'Local Performance Platform',
  service: 'Local Performance Platform: API',
  serviceDescription:
    'Reads every figure of the catalogue as JSON and CSV by period, channel, outcome, ward, street and council. No ' +
      'token is needed.',
  contact: 'Open data of the Local Performance Platform',
  keywords: ['local government', 'service performance', 'open data']
}

export const ATTRIBUTION_TEXT =
  'Contains public sector information licensed under the Open Government Licence v3.0. Contains authority data by ' +
    'mySociety (CC BY 4.0), service lists by LG Inform Plus (OGL v3) and alphagov (MIT).'
