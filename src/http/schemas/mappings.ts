import type { Mapping } from '../../mappings/schema.ts'

export const MAPPING_EXAMPLE: Mapping = {
  kind: 'event',
  fields: {
    id: { column: 'Ref No' },
    authority: { value: 'solihull' },
    service: { value: 'report-missed-bin' },
    occurred_at: { column: 'Date reported', date: 'dd/mm/yyyy' },
    channel: { column: 'How contacted', words: { 'Phone call': 'telephone-agent', Online: 'web' } },
    ward: { column: 'Ward' },
    'attributes.reason': { column: 'Reason', words: { 'Bin not out': 'not-presented' } }
  },
  blanks: ['n/a'],
  ignore: ['Customer name']
}
