import { Type, type TSchema } from 'typebox'
import type { FileType } from '../../files/read-file.ts'

const CSV = {
  event: 'Ref No;Date reported;How contacted;Ward\nMB-1;27/05/2014 08:31;Phone call;Bickenhill\n',
  observation: 'Week beginning,Collections made\n26/05/2014,"412,000"\n'
}

/** For the contract: a file, read through a mapping. */
export function documentedFiles (kind: keyof typeof CSV): Record<FileType, { schema: TSchema }> {
  return {
    'text/csv': {
      schema: Type.String({
        description:
          'With headings, read through a mapping of the source (`?mapping=`). Encoding, delimiter and the order of ' +
            'dates are found out where nobody says them, and said in `warnings`.',
        'x-examples': { file: { summary: 'An export', value: CSV[kind] } }
      })
    },
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': {
      schema: Type.String({
        contentMediaType: 'application/octet-stream', description: 'An Excel workbook (.xlsx); one sheet of it is read.'
      })
    }
  }
}
