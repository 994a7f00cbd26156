import t from 'tap'
import { findPersonalData, personalDataIn } from '../../src/domain/personal-data.ts'

const FOUND: Record<string, string[]> = {
  'email address': ['jo.bloggs@example.com', 'Jo <jo+bins@mail.solihull.gov.uk>', 'mail:JO@EXAMPLE.CO.UK'],
  'telephone number': [
    '07700900123',
    '07700 900123',
    '07700 900 123',
    '0121 704 6000',
    '(0121) 704 6000',
    '01217046000',
    '+447700900123',
    '+44 7700 900123',
    '+44 (0)121 704 6000',
    '00441217046000',
    '020 7946 0018',
    '(020)79460018',
    '01632 960123',
    '01632960123',
    '0800 316 0123',
    '03003033000',
    'call 07700-900-123 after 6',
    'tel:01217046000'
  ],
  'National Insurance number': [
    'AB123456C', 'ab 12 34 56 c', 'nino-is JG 10 37 59 A', 'QQ'.replace('QQ', 'JG') + '103759D'
  ],
  'full postcode': [
    'B91 3QB',
    'b913qb',
    'B913QB',
    'SW1A 1AA',
    'EC1A1BB',
    'W1A 0AX',
    'M1 1AE',
    'CR2 6XH',
    'DN55 1PT',
    '12 High Street, B92 8AB',
    'b91-3qb',
    'E1W 1YY',
    'GY1 1AA'
  ],
  coordinates: [
    '52.41180,-1.77760',
    '52.41180 \t/\n-1.77760',
    '52.41180\t \t-1.77760',
    '52.41180\t-1.77760',
    '52.4118 -1.7776',
    'POINT(-1 2) 51.50140;-0.14190',
    'SP 15234 79834',
    'SP1523 7983'
  ]
}

const FINE = [
  'SMBC-2014-000123',
  '2014-05-26-Castle-Bromwich-3',
  'E05001286',
  'E08000029',
  'S12000049',
  '00CTFW',
  '45203501',
  '100070123456',
  '010090012345',
  '524',
  '1130',
  '2014-05-27',
  '2014-05-27T08:31:00+01:00',
  '2014-05-27T08:31:00.123456Z',
  '20140527083100',
  '1401175860',
  '1401175860123',
  '27/05/2014 08:31',
  '01.02.2014 10:30',
  '01-02-2014',
  'report-missed-bin',
  'telephone-agent',
  'B91',
  'SW1A',
  'solihull/bartec',
  'not-presented',
  'web',
  '1',
  '',
  '0',
  'W1',
  'S1',
  'round-12B',
  '550e8400-e29b-41d4-a716-446655440000',
  '7f3d0a41-07bc-4111-9e11-077009001234',
  '01hx5zv1k4n8w2yq9d3c7t6b0m',
  'evt_01HX5ZV1K4N8W2YQ9D3C7T6B0M',
  'req-01k',
  'AB1234',
  'GB123456C',
  'REQ0123456',
  'CRM:CAS-01234-X1Y2Z3',
  'case 123456',
  'a@b',
  '@mention',
  '52.41,-1.78',
  '52.412,-1.777',
  'SP 152 798',
  '10.0.0.1',
  'v2.14.3',
  '50.0000',
  'SP15237983',
  'ward-17',
  'd41d8cd98f00b204e9800998ecf8427e',
  'CST-2024-0045678',
  'week 22 2014',
  'Q1-2014',
  'RX12 ABC',
  '1/524/17',
  'https://id.esd.org.uk/service/524',
  'batch-20140526-0001',
  '2014-05-26-web-12'
]

t.test('finds each kind', (t) => {
  for (const [kind, texts] of Object.entries(FOUND)) for (const text of texts) t.equal(personalDataIn(text), kind, text)
  t.end()
})

t.test('lets codes, ids and dates pass', (t) => {
  for (const text of FINE) t.equal(personalDataIn(text), undefined, text)
  t.end()
})

// Some of these would take hours, or the whole stack, if a pattern tried every place in them against every other.
t.test('goes through megabytes of what is nearly personal data', (t) => {
  const MEGABYTES = 2 * 1024 * 1024
  for (
    const almost of [
      'a',
      'a@',
      '.',
      '.a',
      '\t',
      ' ',
      '1',
      '50.1234 ',
      '50.1234\t',
      '50.1234,1.',
      '07700 900 12',
      '+44 (0)',
      '(0',
      'SP 1234 ',
      'JG 10 37 59 ',
      'B9 1'
    ]
  ) {
    for (
      const [before, after] of [['', '@'], ['a@', ''], ['50.12345', 'x'], ['50.', ',x'], [
        'a1a 0x', ' 12345678 a1a'
      ]] as const
    ) {
      t.equal(
        personalDataIn(before + almost.repeat(MEGABYTES / almost.length) + after),
        undefined,
        `${before}${almost}...${after}`
      )
    }
  }
  t.equal(personalDataIn(`${'a'.repeat(MEGABYTES)}@example.com`), 'email address')
  t.equal(personalDataIn(`52.41180${' '.repeat(MEGABYTES)}-1.77760`), 'coordinates')
  t.equal(personalDataIn(`52.${'1'.repeat(MEGABYTES)},-1.77760`), 'coordinates')
  t.end()
})

t.test('names the field, never the value', (t) => {
  t.same(findPersonalData({ id: 'a', attributes: { reason: 'ok', 'no/te': '07700 900123' } }), {
    kind: 'telephone number', pointer: '/attributes/no~1te'
  })
  t.same(findPersonalData([{ a: 1 }, { b: ['x', 'jo@example.com'] }]), { kind: 'email address', pointer: '/1/b/1' })
  t.same(findPersonalData({ attributes: { 'jo@example.com': true } }), {
    kind: 'email address', pointer: '/attributes'
  })
  t.same(findPersonalData({ lat: 52.41180 }), { kind: 'coordinates', pointer: '/lat' })
  t.equal(findPersonalData({ lat: 52.412, lon: -1.78, easting: 415200, count: 7700900123 }), undefined)
  t.equal(findPersonalData(null), undefined)
  t.end()
})
