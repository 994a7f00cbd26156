import { Type, type TSchema } from 'typebox'
import type { FileType } from '../../files/read-file.ts'

const CSV = {
  event: 'id,authority,service,occurred_at,channel,ward\n' +
    'MB-1,solihull,report-missed-bin,2025-05-27T08:31:00+01:00,telephone-agent,E05001286\n',
  observation: 'authority,service,measure,period,start_on,value\n' +
    'solihull,report-missed-recycling,collections_made,week,2025-06-16,412000\n',
  foreign: 'Ref No;Date reported;How contacted;Ward\nMB-1;27/05/2025 08:31;Phone call;Bickenhill\n'
}

export const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** For the contract: a file, read through a mapping. */
export function documentedFiles (kind: keyof typeof CSV): Record<FileType, { schema: TSchema }> {
  return {
    'text/csv': {
      schema: Type.String({
        description:
          'With headings: the names of the fields, or a mapping of the source says what they mean (`?mapping=`). ' +
            'Encoding, delimiter and the order of dates are found out where nobody says them, and said in `warnings`.',
        'x-examples': { file: { summary: 'An export', value: CSV[kind] } }
      })
    },
    // Named by what it is. Given as `application/octet-stream`, orval takes the JSON body beside it for bytes as well,
    // and its client does not compile.
    [WORKBOOK]: {
      schema: Type.String({
        contentMediaType: WORKBOOK, description: 'An Excel workbook (.xlsx); one sheet of it is read.'
      })
    }
  }
}
